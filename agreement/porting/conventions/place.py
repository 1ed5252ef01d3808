"""A place where two programs part, as conventions look at it: what both sides work out there, and from what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
from flint import arb

from ....reference.graph.exact import evaluate
from ....reference.graph.graph import Node, OpenBranch, SourceLine, Unsupported
from ..fingerprints import SAME_ENTRIES, Key, key
from ..grafts import Site
from ..program import WalkedProgram

T = TypeVar("T")
FOLLOWING = 24
"""Nodes after a value that say what it is for."""


class Told(NamedTuple):
    """What each side does, in words; the lines where it stands, where they are not the site's own."""

    first: str
    second: str
    lines: tuple[SourceLine | None, SourceLine | None] | None = None
    here: bool = True
    """Whether the site's own two values are what is told, not values near it."""
    of: str = ""
    """The parameter that it is about."""


@dataclass(frozen=True, eq=False)
class Cone:
    """The nodes of one side between good values and the site's own, in order."""

    program: WalkedProgram
    end: int
    wrong: frozenset[int]

    @cached_property
    def places(self) -> tuple[int, ...]:
        found, waiting = set(), [self.end] if self.end in self.wrong else []
        while waiting:
            place = self.program.makers.get(waiting.pop())
            if place is None or place in found:
                continue
            found.add(place)
            operands = self.program.graph.nodes[place].operands
            waiting += [k for k in operands if k in self.wrong and (place, k) not in self.program.swaps]
        return tuple(sorted(found))

    @property
    def nodes(self) -> list[Node]:
        return [self.program.graph.nodes[place] for place in self.places]

    @property
    def source(self) -> SourceLine | None:
        """The line where it leaves what both have."""
        return self.nodes[0].source if self.places else None

    @cached_property
    def frontier(self) -> list[int]:
        """Good values of floats that it is worked out from; the value itself where nothing lies between."""
        if not self.places:
            return [self.end]
        taken = dict.fromkeys(k for node in self.nodes for k in node.operands)
        return [k for k in taken if self._good(k)]

    @property
    def grafts(self) -> list[Any]:
        """Values of the other side that its nodes take."""
        return [value for (place, _), value in self.program.swaps.items() if place in self.places]

    def _good(self, k: int) -> bool:
        return k not in self.wrong and k in self.program.moving and self.program.graph.values[k].is_float

    @cached_property
    def numbers(self) -> list[tuple[int, int]]:
        """(Place of the node, operand) of what does not depend on inputs: the numbers of the program's text."""
        return [
            (place, k)
            for place in self.places
            for k in dict.fromkeys(self.program.graph.nodes[place].operands)
            if k not in self.program.moving and self.program.graph.values[k].is_float
        ]

    def entries(self, k: int) -> list[arb]:
        """The different numbers of such an operand."""
        return distinct(self.program.values[k])

    def again(self, swaps: Mapping[tuple[int, int], Any]) -> Any | None:
        """The site's value with other operands; None where that cannot be worked out."""
        made: dict[int, Any] = {}
        for place in self.places:
            node = self.program.graph.nodes[place]
            exchanged = self.program.swaps
            taken = [
                swaps.get((place, k), exchanged.get((place, k), made.get(k, self.program.values[k])))
                for k in node.operands
            ]
            try:
                made.update(zip(node.results, evaluate(node, tuple(taken)), strict=True))
            except (OpenBranch, Unsupported, ValueError, ZeroDivisionError):
                return None
        return made.get(self.end)

    def following(self, start: int | None = None) -> Iterator[Node]:
        """What is worked out from the site's value, or another, in order."""
        reached, count = {self.end if start is None else start}, 0
        for node in self.program.graph.nodes:
            if reached.intersection(node.operands) and count < FOLLOWING:
                reached.update(node.results)
                count += node.primitive not in SAME_ENTRIES
                yield node


@dataclass(frozen=True, eq=False)
class PartingPlace:
    """Both sides of a site."""

    site: Site
    _memo: dict[Any, Any] = field(default_factory=dict)

    def once(self, function: Callable[[PartingPlace], T]) -> T:
        """What a function says of this place, worked out once."""
        if function not in self._memo:
            self._memo[function] = function(self)
        found: T = self._memo[function]
        return found

    @cached_property
    def first(self) -> Cone:
        return Cone(self.site.first, self.site.a, self.site.wrong_first)

    @cached_property
    def second(self) -> Cone:
        return Cone(self.site.second, self.site.b, self.site.wrong_second)

    @property
    def keys(self) -> tuple[Key | None, Key | None]:
        """The fingerprints of the site's own values."""
        return self.site.first.keys.get(self.site.a), self.site.second.keys.get(self.site.b)

    @cached_property
    def known(self) -> tuple[set[Key], set[Key]]:
        """Fingerprints that one side alone has, and those of the site's own values."""
        a, b = set(self.site.first.keys.values()), set(self.site.second.keys.values())
        of_first, of_second = self.keys
        return (a - b) | {k for k in (of_first,) if k is not None}, (b - a) | {k for k in (of_second,) if k is not None}

    @cached_property
    def common(self) -> list[Any]:
        """Good values that either side starts from, one of each kind, in its own shape."""
        found: dict[Key, Any] = {}
        for cone in (self.first, self.second):
            for k in cone.frontier:
                found.setdefault(cone.program.keys.get(k, 0), cone.program.values[k])
            for value in cone.grafts:
                found.setdefault(key(value) or 0, value)
        return list(found.values())

    @cached_property
    def wanted(self) -> Key | None:
        """The fingerprint of the first side's value."""
        return self.keys[0]

    def told(self, options: Iterable[tuple[str, Any]]) -> Told | None:
        """The options that are the site's own two values; else those that stand on the first and the second side alone.

        None where no two do, or where they have one name.
        """
        first: dict[Key, str] = {}
        second: dict[Key, str] = {}
        for name, value in options:
            found = None if value is None or _is_flat(value) else key(value)
            for names, known in zip((first, second), self.known, strict=True):
                if found is not None and found in known:
                    names.setdefault(found, name)
            one, other = (self._named(names, n) for n, names in enumerate((first, second)))
            if one is not None and other is not None:
                return Told(one, other) if one != other else None
        if not (first and second):
            return None
        one, other = next(iter(first.values())), next(iter(second.values()))
        return Told(one, other, here=False) if one != other else None

    def _named(self, names: dict[Key, str], side: int) -> str | None:
        """What the site's own value of a side is called."""
        found = self.keys[side]
        return None if found is None else names.get(found)

    def numbers(self) -> list[arb]:
        """Different numbers of both texts."""
        found: dict[str, arb] = {}
        for cone in (self.first, self.second):
            for _, k in cone.numbers:
                for x in cone.entries(k):
                    found.setdefault(x.str(40), x)
        return list(found.values())


def distinct(array: Any) -> list[arb]:
    """The different numbers of an array, a few."""
    found: dict[str, arb] = {}
    for x in np.ravel(array):
        found.setdefault(x.str(40, radius=False), x)
        if len(found) > 4:
            return []
    return list(found.values())


def _is_flat(value: Any) -> bool:
    flat = np.ravel(value)
    return len(flat) > 1 and all(x.overlaps(flat[0]) for x in flat)


def written(x: arb) -> str:
    """A number as a report shows it: the shortest decimal, or a few digits."""
    middle = float(x)
    short = f"{middle:.6g}"
    return short if abs(float(short) - middle) <= 1e-12 * abs(middle) else f"{middle:.9g}"


def axis_sets(shape: Sequence[int]) -> list[tuple[int, ...]]:
    """Sets of axes to reduce over: one, the last few, and all but one."""
    axes = range(len(shape))
    found = [(k,) for k in axes] + [tuple(range(k, len(shape))) for k in axes]
    found += [tuple(k for k in axes if k != one) for one in axes]
    return [s for s in dict.fromkeys(found) if s and np.prod([shape[k] for k in s]) > 1]


def before_views(program: WalkedProgram, k: int) -> int:
    """The value that views, copies and casts led to this one."""
    node = program.node_of(k)
    while node is not None and node.primitive in SAME_ENTRIES:
        k = node.operands[0]
        node = program.node_of(k)
    return k
