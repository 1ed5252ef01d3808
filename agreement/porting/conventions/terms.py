"""Conventions that are a term or a window: biases, positions, padding, label smoothing, corners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import arb

from ....reference.graph.arrays import from_list
from ....reference.graph.exact import evaluate
from ....reference.graph.graph import Node
from ..fingerprints import SAME_ENTRIES, key
from ..program import WalkedProgram
from ..sides.side import PARAMETER
from .formulas import finite
from .place import Cone, PartingPlace, Told, written

PADS = {"pad": 0, "put": 1}
"""Primitives that put an array into a larger one, and which operand it is."""
BLOCKS = (3, 4, 2)
"""In how many gates a bias may be taken apart."""


def bias(place: PartingPlace) -> Told | None:
    """A bias is added once on one side, twice or not at all on the other."""
    of_first, of_second = place.site.values
    if not (finite(of_first) and finite(of_second)):
        return None
    for off in _differences(place, of_first - of_second):
        for name, array in _blocks(place):
            times = _times(off, array)
            if times:
                base = _added(place.second, array)
                return Told(_said(base + times, name), _said(base, name), of=name)
    return None


def _differences(place: PartingPlace, off: Any) -> Iterator[Any]:
    """What one side has more; and that divided by a gate, which multiplies what was added before."""
    yield off
    inner = [c.program.values[n.results[0]] for c in (place.first, place.second) for n in c.nodes]
    alike = (x for x in (*place.common, *inner) if np.shape(x) == np.shape(off) and np.size(x) > 1)
    yield from (off / x for x in alike if all(0 < v < 1 for v in np.ravel(x)))


def _blocks(place: PartingPlace) -> Iterator[tuple[str, Any]]:
    """Parameters of both sides, then the blocks of vectors: a recurrent cell's gates each take one."""
    yield from _leaves(place)
    for name, array in _leaves(place):
        if np.ndim(array) == 1:
            counts = [n for n in BLOCKS if np.size(array) % n == 0]
            yield from ((name, block) for n in counts for block in np.split(array, n))


def _leaves(place: PartingPlace) -> Iterator[tuple[str, Any]]:
    """Parameters of both sides."""
    for cone in (place.first, place.second):
        for k, leaf in cone.program.inputs.items():
            if leaf.role == PARAMETER and np.size(cone.program.values[k]) > 0:
                yield leaf.name, cone.program.values[k]


def _times(off: Any, array: Any) -> int:
    """By how many times a parameter, spread along an axis, differs; 0 for no whole number."""
    flat = np.ravel(array)
    for axis in range(np.ndim(off)):
        if np.shape(off)[axis] != len(flat):
            continue
        rows = np.moveaxis(off, axis, -1).reshape(-1, len(flat))
        for n in (1, -1, 2, -2):
            if all((x - n * b).contains(0) for row in rows for x, b in zip(row, flat, strict=True)):
                return n
    return 0


def _added(cone: Cone, array: Any) -> int:
    """How often the value of a cone has a parameter added to it."""
    wanted = key(array)
    added = (n for n in cone.nodes if n.primitive == "add")
    return sum(any(cone.program.keys.get(k) == wanted for k in n.operands) for n in added)


def _said(times: int, name: str) -> str:
    words = {0: "without", 1: "once with", 2: "twice with"}
    return f"{words.get(times, f'{times} times with')} {name}"


def positions(place: PartingPlace) -> Told | None:
    """Positions are counted from 0 here, from 1 or 2 there."""
    for _, table in _leaves(place):
        if np.ndim(table) != 2:
            continue
        length, left = divmod(np.size(place.site.values[1]), table.shape[1])
        if not left and length < len(table):
            rows = [(f"positions from {o}", table[o : o + length]) for o in range(min(3, len(table) - length + 1))]
            found = place.told(rows)
            if found is not None:
                return found
    return None


def padding(place: PartingPlace) -> Told | None:
    """A convolution's input is padded otherwise, at its beginning or its end."""
    for cone in (place.second, place.first):
        for node in cone.nodes:
            if node.primitive == "conv_general_dilated":
                found = place.told(_padded(cone.program, node, _paddings(place)))
                if found is not None:
                    return found
    return None


def _paddings(place: PartingPlace) -> list[tuple[int, int]]:
    """As either side's convolutions say."""
    nodes = [n for cone in (place.first, place.second) for n in cone.nodes if n.primitive == "conv_general_dilated"]
    return [(int(low), int(high)) for n in nodes for low, high in n.params["padding"]]


def _padded(program: WalkedProgram, node: Node, stated: list[tuple[int, int]]) -> Iterator[tuple[str, Any]]:
    x, kernel = _before_padding(program, node.operands[0]), program.values[node.operands[1]]
    spatial = len(node.params["window_strides"])
    spec = node.params["dimension_numbers"][1]
    sizes = [np.shape(kernel)[k] for k in spec[2:]]
    for low, high in dict.fromkeys([*stated, *product(range(max(sizes) + 1), repeat=2)]):
        params = MappingProxyType({**node.params, "padding": ((low, high),) * spatial})
        try:
            (value,) = evaluate(replace(node, params=params), (x, kernel))
        except (ValueError, IndexError):
            continue
        yield f"padding {low} before, {high} after", value


def _before_padding(program: WalkedProgram, k: int) -> Any:
    node = program.node_of(k)
    while node is not None and node.primitive in {*SAME_ENTRIES, *PADS}:
        if node.primitive in PADS:
            return program.values[node.operands[PADS[node.primitive]]]
        node = program.node_of(node.operands[0])
    return program.values[k]


def label_smoothing(place: PartingPlace) -> Told | None:
    """The loss has smoothed labels on one side, or others."""
    for logs in [x for x in place.common if np.ndim(x) == 2]:
        for picked in [x for x in place.common if np.size(x) in (1, len(logs))]:
            found = place.told(_smoothed(place, logs, np.ravel(picked)))
            if found is not None:
                return found
    return None


def _smoothed(place: PartingPlace, logs: Any, picked: Any) -> Iterator[tuple[str, Any]]:
    classes = logs.shape[1]
    for e in [arb(0), *(x for x in (*place.numbers(), arb("0.1")) if 0 < x < 1)]:
        said = f"label smoothing {written(e)}" if e != 0 else "no label smoothing"
        even = e / classes * np.add.reduce(logs.ravel())
        if len(picked) == 1:  # the mean, or the sum, was taken before
            yield from ((said, from_list([(1 - e) * picked[0] - even / n], ())) for n in (len(logs), 1))
        else:
            total = -(1 - e) * np.add.reduce(picked) - even
            yield from ((said, from_list([total / n], ())) for n in (len(logs), 1))


def align_corners(place: PartingPlace) -> Told | None:
    """Interpolation with the corner pixels aligned, or pixel centres."""
    for cone in (place.second, place.first):
        wanted = np.shape(cone.program.values[cone.end])
        for x in (cone.program.values[k] for k in cone.frontier):
            for axes in _spatial(np.shape(x), wanted):
                found = place.told(_resized(x, axes))
                if found is not None:
                    return found
    return None


def _spatial(shape: Sequence[int], wanted: Sequence[int]) -> Iterator[dict[int, int]]:
    """Axes that are resized, and to what."""
    if len(shape) == len(wanted):
        changed = {k: n for k, (m, n) in enumerate(zip(shape, wanted, strict=True)) if m != n}
        if changed:
            yield changed
            yield from ({k: n} for k, n in changed.items())


def _resized(x: Any, axes: dict[int, int]) -> Iterator[tuple[str, Any]]:
    for name, corners in (("corners aligned", True), ("pixel centres", False)):
        value = x
        for axis, size in axes.items():
            rows = _weights(np.shape(x)[axis], size, corners)
            moved = np.moveaxis(value, axis, -1)
            value = np.moveaxis(np.dot(moved, rows.T), -1, axis)
        yield name, value


def _weights(old: int, new: int, corners: bool) -> Any:
    """Linear interpolation from old to new places, a row for each new one."""
    rows = np.full((new, old), arb(0), dtype=object)
    for i in range(new):
        at = arb(i) * (old - 1) / max(new - 1, 1) if corners else (arb(i) + arb("0.5")) * old / new - arb("0.5")
        at = min(max(at, arb(0)), arb(old - 1))
        low = min(int(float(at) + 1e-12), old - 1)
        share = at - low
        rows[i, low] += 1 - share
        if low + 1 < old:
            rows[i, low + 1] += share
    return rows
