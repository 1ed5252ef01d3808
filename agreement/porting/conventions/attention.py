"""Conventions of attention that are an order: a mask and a scale, queries and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from flint import arb

from ....reference.graph.arrays import from_list, to_floats
from ....reference.graph.graph import Node, SourceLine
from .numbers import is_before_exp
from .place import Cone, PartingPlace, Told

Masking = Callable[[Any], Any]


def mask_order(place: PartingPlace) -> Told | None:
    """A finite mask is put on scores before they are scaled here, after it there."""
    if not is_before_exp(place):
        return None
    masks, scales = list(_masks(place)), list(_scales(place))
    for x in (x for x in place.common if np.ndim(x) >= 2):
        for masked, s in product(masks, scales):
            found = place.told(_ordered(x, masked, s))
            if found is not None:
                return found
    return None


def _ordered(x: Any, masked: Masking, s: arb) -> Iterator[tuple[str, Any]]:
    yield "scores scaled, then masked", masked(x * s)
    yield "scores masked, then scaled", masked(x) * s


def _nearby(place: PartingPlace) -> Iterator[tuple[Cone, Node]]:
    """The operations of both sides that lead to the place, and those that follow."""
    for cone in (place.first, place.second):
        yield from ((cone, node) for node in (*cone.nodes, *cone.following()))


def _scales(place: PartingPlace) -> list[arb]:
    """Numbers that scores are multiplied with."""
    found: dict[str, arb] = {}
    for cone, node in _nearby(place):
        for k in node.operands if node.primitive in ("mul", "div") else ():
            for x in cone.entries(k) if k not in cone.program.moving else ():
                s = 1 / x if node.primitive == "div" else x
                found.setdefault(s.str(30), s)
    return [s for s in found.values() if s.is_finite() and s > 0 and not s.overlaps(arb(1))]


def _masks(place: PartingPlace) -> Iterator[Masking]:
    """What is added to scores, or chosen in their place."""
    for cone, node in _nearby(place):
        if node.primitive == "add":
            arrays = [cone.program.values[k] for k in node.operands]
            yield from (_added(m) for m in arrays if _hides(m))
        if node.primitive == "select_n":
            yield from _chosen(cone, node.operands)


def _hides(m: Any) -> bool:
    """0 here, a negative number there."""
    entries = np.ravel(m)
    signs = {bool(x < 0) for x in entries}
    return len(signs) > 1 and all(x.is_finite() and x <= 0 for x in entries)


def _added(m: Any) -> Masking:
    return lambda x: x + m if _broadcasts(x, m) else None


def _chosen(cone: Cone, operands: tuple[int, ...]) -> Iterator[Masking]:
    which, *cases = (cone.program.values[k] for k in operands)
    for at, case in enumerate(cases):
        entries = np.ravel(case)
        if all(x.overlaps(entries[0]) for x in entries) and entries[0].is_finite() and entries[0] < 0:
            yield _put(np.asarray(which, dtype=np.int64) == at, entries[0])


def _put(hidden: Any, value: arb) -> Masking:
    def masked(x: Any) -> Any:
        if not _broadcasts(x, hidden):
            return None
        masked = np.broadcast_to(hidden, np.shape(x)).ravel()
        return from_list([value if h else v for h, v in zip(masked, np.ravel(x), strict=True)], np.shape(x))

    return masked


def _broadcasts(x: Any, m: Any) -> bool:
    pairs = zip(reversed(np.shape(x)), reversed(np.shape(m)), strict=False)
    return np.ndim(m) <= np.ndim(x) and all(b in (1, a) for a, b in pairs)


def query_key(place: PartingPlace) -> Told | None:
    """Queries and keys are exchanged: the scores are transposed."""
    if not (is_before_exp(place) or "exp" in {n.primitive for c in (place.first, place.second) for n in c.nodes}):
        return None
    of_first, of_second = (dict(_scores(cone)) for cone in (place.first, place.second))
    for k in of_first.keys() & of_second.keys():
        (a, mine), (b, other) = of_first[k], of_second[k]
        if np.shape(a) == np.shape(b) and not np.array_equal(a, b) and np.array_equal(a, np.swapaxes(b, -1, -2)):
            return Told("scores q kᵀ", "scores k qᵀ, q and k exchanged", (mine, other))
    return None


def _scores(cone: Cone) -> Iterator[tuple[int, tuple[Any, SourceLine | None]]]:
    """Square products by fingerprint: the middles of their balls, and their line."""
    program = cone.program
    for node in program.graph.nodes:
        shape = np.shape(program.values[node.results[0]])
        if node.primitive == "dot_general" and len(shape) >= 2 and shape[-1] == shape[-2]:
            found = program.keys.get(node.results[0])
            if found is not None:
                yield found, (to_floats(program.values[node.results[0]]), node.source)
