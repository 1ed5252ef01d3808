"""Which array of one side is which of the other: by contents, whatever their shape and order of axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import UsageError
from .arrangement import Arrangement, arranged, arrangements
from .sides import Leaf
from .sides.side import DATA, PARAMETER

SHOWN = 3


@dataclass(frozen=True)
class Match:
    """A part of the first side's leaf is a part of the second's: `of_second` lists entries of the second, flat,
    and `of_first` those entries of the first that they hold.
    """

    first: Leaf
    second: Leaf
    of_first: Any
    of_second: Any
    how: str

    @property
    def is_parameter(self) -> bool:
        return self.first.role == self.second.role == PARAMETER

    @property
    def moves(self) -> bool:
        """Whether other numbers may stand in it: data stay as they are."""
        return PARAMETER in (self.first.role, self.second.role) and DATA not in (self.first.role, self.second.role)


@dataclass(frozen=True)
class Matching:
    """All matches, and the parameters that one side alone has."""

    matches: tuple[Match, ...]
    only_first: tuple[Leaf, ...]
    only_second: tuple[Leaf, ...]


def match(first: Sequence[Leaf], second: Sequence[Leaf], given: Mapping[str, str] | None = None) -> Matching:
    """Leaves in the order of their first use. `given` names pairs; equal contents find the others.

    Raises UsageError where parameters are left on both sides, where a pair does not fit, or dtypes differ.
    """
    found = [*_given(first, second, given or {})]
    found += _whole(*_left(first, second, found))
    found += _parts(*_left(first, second, found))
    found += _parts_of_second(*_left(first, second, found))
    left = [tuple(x for x in side if x.role == PARAMETER) for side in _left(first, second, found)]
    _check(left[0], left[1], found)
    return Matching(tuple(found), *left)


def _left(first: Sequence[Leaf], second: Sequence[Leaf], found: Sequence[Match]) -> tuple[list[Leaf], list[Leaf]]:
    of_first, of_second = {m.first.name for m in found}, {m.second.name for m in found}
    return [x for x in first if x.name not in of_first], [x for x in second if x.name not in of_second]


def _given(first: Sequence[Leaf], second: Sequence[Leaf], names: Mapping[str, str]) -> list[Match]:
    sides = [{leaf.name: leaf for leaf in side} for side in (first, second)]
    found = []
    for of_first, of_second in names.items():
        for name, side in zip((of_first, of_second), sides, strict=True):
            if name not in side:
                raise UsageError(f"the map names {name!r}, which is none of {_some(list(side.values()))}")
        a, b = sides[0][of_first], sides[1][of_second]
        how = arranged(a.array, b.array) or next(arrangements(a.array.shape, b.array.shape), None)
        if how is None:
            raise UsageError(f"the map pairs {a} with {b}, which has another number of entries")
        found.append(_match(a, b, how))
    return found


def _match(a: Leaf, b: Leaf, how: Arrangement) -> Match:
    return Match(a, b, how.places.ravel(), np.arange(b.array.size), how.how)


def _contents(leaf: Leaf) -> bytes:
    return bytes(np.sort(leaf.array.ravel()).tobytes())


def _whole(first: Sequence[Leaf], second: Sequence[Leaf]) -> list[Match]:
    """Leaves of equal contents; of several, those of equal shape first, then in the order of use."""
    found: list[Match] = []
    waiting = {leaf.name: leaf for leaf in second}
    contents = {leaf.name: _contents(leaf) for leaf in second}
    for same_shape in (True, False):
        for a in first:
            if any(m.first.name == a.name for m in found):
                continue
            held = _contents(a)
            fitting = [b for b in waiting.values() if contents[b.name] == held and _roles(a, b)]
            fitting = [b for b in fitting if b.array.shape == a.array.shape] if same_shape else fitting
            pairs = ((b, arranged(a.array, b.array)) for b in fitting)
            b, how = next(((b, how) for b, how in pairs if how is not None), (None, None))
            if b is not None and how is not None:
                found.append(_match(a, b, how))
                del waiting[b.name]
    return found


def _roles(a: Leaf, b: Leaf) -> bool:
    return (a.role == DATA) == (b.role == DATA) or a.array.size > 1


def _parts(first: Sequence[Leaf], second: Sequence[Leaf]) -> list[Match]:
    """Leaves of the second side that are a block of one of the first's: fused weights taken apart."""
    found: list[Match] = []
    for a in first:
        if a.role != PARAMETER:
            continue
        used = np.zeros(a.array.size, dtype=bool)
        taken = {m.second.name for m in found}
        blocks = []
        for b in second:
            if b.name not in taken and b.role == PARAMETER and b.array.size < a.array.size:
                block = _block(a, b, used)
                if block is not None:
                    used[block] = True
                    blocks.append(Match(a, b, block, np.arange(b.array.size), "a block of it"))
        if used.all():
            found += blocks
    return found


def _parts_of_second(first: Sequence[Leaf], second: Sequence[Leaf]) -> list[Match]:
    """The same the other way round."""
    return [Match(m.second, m.first, m.of_second, m.of_first, "a block of it") for m in _parts(second, first)]


def _block(a: Leaf, b: Leaf, used: Any) -> Any | None:
    """The entries of `a` that `b` holds: a run along an axis, in some order of b's axes."""
    places = np.arange(a.array.size).reshape(a.array.shape)
    for axis in range(a.array.ndim):
        length, rest = a.array.shape[axis], a.array.size // max(a.array.shape[axis], 1)
        width, left = divmod(b.array.size, max(rest, 1))
        if left or not width:
            continue
        for start in range(0, length - width + 1, width):
            run = np.take(places, np.arange(start, start + width), axis)
            if not used[run].any() and _same_contents(a.array.ravel()[run], b.array):
                how = arranged(a.array.ravel()[run], b.array)
                if how is not None:
                    return run.ravel()[how.places.ravel()]
    return None


def _same_contents(a: Any, b: Any) -> bool:
    return np.array_equal(np.sort(a, axis=None), np.sort(b, axis=None))


def _check(first: Sequence[Leaf], second: Sequence[Leaf], found: Sequence[Match]) -> None:
    if first and second:
        raise UsageError(
            f"parameters that cannot be matched: {_some(first)} of the first, {_some(second)} of the second: "
            "no equal contents; load the same weights on both sides, or name the pairs in a map"
        )
    for m in found:
        if m.first.dtype != m.second.dtype:
            raise UsageError(f"{m.first} is {m.second} on the other side: both need one dtype")
    if not any(m.is_parameter for m in found):
        raise UsageError("no parameter of the first is one of the second: load the same weights on both sides")


def _some(leaves: Sequence[Leaf]) -> str:
    more = f" and {len(leaves) - SHOWN} more" if len(leaves) > SHOWN else ""
    return ", ".join(map(str, leaves[:SHOWN])) + more


def moved(matching: Matching, first: Sequence[Leaf], second: Sequence[Leaf], seed: int) -> tuple[Any, Any]:
    """Other parameters, the same on both sides, by name: short dyadic numbers of the old sign and size."""
    rng = np.random.default_rng(seed)
    of_first = {x.name: _drawn(rng, x.array) for x in first if x.role == PARAMETER}
    of_second = {x.name: _drawn(rng, x.array) for x in second if x.role == PARAMETER}
    for m in matching.matches:
        if not m.moves:
            continue
        source = of_first.setdefault(m.first.name, m.first.array.copy())
        target = of_second.setdefault(m.second.name, m.second.array.copy())
        if m.first.role != PARAMETER:
            source.ravel()[m.of_first] = target.ravel()[m.of_second]
        target.ravel()[m.of_second] = source.ravel()[m.of_first]
    return of_first, of_second


def _drawn(rng: np.random.Generator, array: Any) -> Any:
    """Multiples of 1/32 of a power of two near the array's size, with its signs; 0 gets either sign."""
    size = float(np.abs(array).max(initial=0.0)) or 0.5
    unit = 2.0 ** np.floor(np.log2(size)) / 32
    signs = np.where(array == 0, rng.choice([-1.0, 1.0], array.shape), np.sign(array))
    return np.ascontiguousarray(signs * rng.integers(8, 48, array.shape) * unit)


def in_order_of_use(leaves: Sequence[Leaf], uses: Mapping[str, int]) -> list[Leaf]:
    """As the program first takes them."""
    ordered = sorted(leaves, key=lambda leaf: uses.get(leaf.name, len(uses) + 10**9))
    assert all(a.name != b.name for a, b in pairwise(ordered))
    return ordered
