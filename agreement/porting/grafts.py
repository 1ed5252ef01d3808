"""Where two programs part: a value of the first, put in the place of one of the second, makes what follows equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from ...reference.graph.arrays import to_floats
from ...reference.graph.exact import evaluate
from ...reference.graph.graph import OpenBranch, SourceLine, Unsupported
from .arrangement import Arrangement, arrangements
from .fingerprints import SAME_ENTRIES, key
from .program import WalkedProgram, bad, frontier, parting


class SiteName(Protocol):
    """What a place is called; a general name yields to a particular one, and one of values nearby to one `here`."""

    @property
    def general(self) -> bool: ...
    @property
    def what(self) -> str: ...
    @property
    def said(self) -> tuple[str, str]: ...
    @property
    def here(self) -> bool: ...


T = TypeVar("T", bound=SiteName)
CANDIDATES = 48
"""Values of each side that are tried around a parting."""
ORDERS = 3
"""Arrangements of a value that are tried, nearest first."""
ACCEPTED = 8
"""Grafts that are asked for a name at one parting."""
FOR_EACH = 3
"""Of these, grafts into one value."""
NEAREST = 60
"""Pairs of values that are asked for a name where no graft has one."""
UNNAMED = 2
NEAR = 8
"""Values further on in which the same name may stand for the same place."""
MOST = 120
"""Places that are repaired."""


@dataclass(frozen=True, eq=False)
class Site:
    """One place where they part: value `a` of the first in the place of value `b` of the second.

    `first` and `second` are the programs as they were before; `how` arranges the first's entries as the second's.
    """

    first: WalkedProgram
    second: WalkedProgram
    a: int
    b: int
    how: Arrangement
    wrong_first: frozenset[int]
    wrong_second: frozenset[int]
    repaired: WalkedProgram
    certain: bool = True
    """Whether something that follows was made equal; else only the loss itself was put in place."""

    @property
    def lines(self) -> tuple[SourceLine | None, SourceLine | None]:
        """The user's line on either side."""
        return self._line(self.first, self.a, self.wrong_first), self._line(self.second, self.b, self.wrong_second)

    @staticmethod
    def _line(program: WalkedProgram, k: int, wrong: frozenset[int]) -> SourceLine | None:
        """Where a value is made; of one that is given, the line that takes it."""
        if k in program.makers:
            return program.source(k)
        places = [p for p in program.users.get(k, ()) if wrong.intersection(program.graph.nodes[p].results)]
        return program.graph.nodes[places[0]].source if places else program.source(k)

    @property
    def values(self) -> tuple[Any, Any]:
        """Both values, the first's arranged as the second's."""
        of_first = self.how.of(self.first.values[self.a])
        return of_first, np.asarray(self.second.values[self.b])


def sites(
    first: WalkedProgram, second: WalkedProgram, named: Callable[[Site], T | None]
) -> Iterator[tuple[Site, T | None]]:
    """One after the other, each in the second program as repaired so far, with what it is named."""
    tried: set[tuple[int, int]] = set()
    for _ in range(MOST):
        found = next_site(first, second, named, tried)
        if found is None:
            return
        yield found
        tried.add((found[0].a, found[0].b))
        second = found[0].repaired


def next_site(
    first: WalkedProgram,
    second: WalkedProgram,
    named: Callable[[Site], T | None],
    tried: Collection[tuple[int, int]] = (),
) -> tuple[Site, T | None] | None:
    """The earliest place whose graft makes something that follows equal, and that has a name.

    Of those with a general name, or none, the one that leaves the fewest bad values. None where nothing is bad.
    """
    wrong = bad(first, second), bad(second, first)
    if not wrong[1]:
        return None
    pairs = [pair for pair in _pairs(first, second, *wrong) if pair not in tried]
    accepted = islice(_candidates(first, second, wrong, pairs), ACCEPTED)
    ranked = [_ranked(site, named(site)) for site in chain(accepted, [_last(first, second, wrong)])]
    best = min(ranked, key=lambda found: found.rank)
    guessed = best.rank == UNNAMED or (best.rank > 0 and not best.site.certain)
    alone = _explained(first, second, wrong, named, pairs) if guessed else None
    if alone is not None:
        return alone
    chosen = min(_alike(ranked, best), key=lambda found: (not _is_here(found), found.left))
    return chosen.site, chosen.name


def _alike(ranked: Sequence[Ranked], best: Ranked) -> list[Ranked]:
    """The candidates that may stand for the same place."""
    if best.rank != 0:
        return [x for x in ranked if x.rank == best.rank and (x.site.certain or len(ranked) == 1)] or [best]
    same = [x for x in ranked if x.rank == 0 and x.name.what == best.name.what]
    return [x for x in same if x.site.b <= best.site.b + NEAR or (_is_here(x) and x.name.said == best.name.said)]


def _explained(
    first: WalkedProgram,
    second: WalkedProgram,
    wrong: tuple[set[int], set[int]],
    named: Callable[[Site], T | None],
    pairs: Sequence[tuple[int, int]],
) -> tuple[Site, T] | None:
    """A place whose values have a particular name, though nothing that follows is equal: another one is near."""
    near = None
    for a, b in pairs[:NEAREST]:
        how = _nearest(first.values[a], second.values[b])
        site = _site(first, second, a, b, how[0], wrong) if how else None
        name = named(site) if site is not None else None
        if site is not None and name is not None and not name.general:
            if name.here:
                return site, name
            near = near or (site, name)
    return near


class Ranked(NamedTuple):
    """A candidate: 0 with a particular name, 1 with a general one or a guess, 2 with none; and the bad values left."""

    rank: int
    left: int
    site: Site
    name: Any


def _ranked(site: Site, name: T | None) -> Ranked:
    rank = UNNAMED if name is None else int(name.general or not (site.certain or name.here))
    return Ranked(rank, len(bad(site.repaired, site.first)), site, name)


def _is_here(found: Ranked) -> bool:
    return found.name is not None and found.site.certain and bool(found.name.here)


def _candidates(
    first: WalkedProgram,
    second: WalkedProgram,
    wrong: tuple[set[int], set[int]],
    pairs: Sequence[tuple[int, int]],
) -> Iterator[Site]:
    sought = {first.keys[k] for k in wrong[0] if k in first.keys}
    accepted: Counter[int] = Counter()
    for a, b in pairs:
        how = _fits(first, second, a, b, wrong[1], sought) if accepted[b] < FOR_EACH else None
        if how is not None:
            accepted[b] += 1
            yield _site(first, second, a, b, how, wrong)


def _site(
    first: WalkedProgram, second: WalkedProgram, a: int, b: int, how: Arrangement, wrong: tuple[set[int], set[int]]
) -> Site:
    array = how.of(first.values[a])
    places = _users(second, b, wrong[1])
    repaired = second.with_graft(b, array, places, whole=b in wrong[1])
    return Site(first, second, a, b, how, frozenset(wrong[0]), frozenset(wrong[1]), repaired)


def _last(first: WalkedProgram, second: WalkedProgram, wrong: tuple[set[int], set[int]]) -> Site:
    """The losses themselves."""
    a, b = first.output, second.output
    how = Arrangement(np.zeros((), dtype=np.int64), "as it is")
    values, prints = list(second.values), dict(second.keys)
    values[b] = first.values[a]
    prints[b] = first.keys.get(a, 0)
    repaired = WalkedProgram(second.graph, values, prints, second.swaps, second.inputs)
    sites = frozenset(wrong[0]), frozenset(wrong[1])
    direct = all(k in parting(p, set(w)) for p, k, w in ((first, a, wrong[0]), (second, b, wrong[1])))
    return Site(first, second, a, b, how, *sites, repaired, certain=direct)


def _users(program: WalkedProgram, k: int, wrong: set[int]) -> list[int]:
    return [p for p in program.users.get(k, ()) if wrong.intersection(program.graph.nodes[p].results)]


def _pairs(first: WalkedProgram, second: WalkedProgram, bad_a: set[int], bad_b: set[int]) -> Iterator[tuple[int, int]]:
    """Values of equal size around the partings, the earliest of the second program first; one of the two is bad.

    Of the first program's, those that the same primitive makes in the same shape come first.
    """
    a, b = (_around(p, wrong) for p, wrong in ((first, bad_a), (second, bad_b)))
    for j in b:
        for i in sorted(a, key=lambda i: not _alike_made(first, second, i, j)):
            bad_one = i in bad_a or j in bad_b
            if bad_one and _size(first, i) == _size(second, j) and first.keys.get(i) != second.keys.get(j):
                yield i, j


def _alike_made(first: WalkedProgram, second: WalkedProgram, a: int, b: int) -> bool:
    nodes = first.node_of(a), second.node_of(b)
    primitives = {node.primitive if node else "" for node in nodes}
    return len(primitives) == 1 and np.shape(first.values[a]) == np.shape(second.values[b])


def _size(program: WalkedProgram, k: int) -> int:
    return int(np.size(program.values[k]))


def _around(program: WalkedProgram, wrong: set[int]) -> list[int]:
    """Bad values and what they are worked out from, the earliest parting and what follows it first."""
    starts = parting(program, wrong)
    if not starts:
        return []
    near = {k for k in frontier(program, wrong) if any(p in wrong for p in _results_of_users(program, k))}
    ordered = sorted({*wrong, *near} - {program.output})
    begin = _begin(program, starts[0])
    return list(islice((k for k in ordered if k >= begin), CANDIDATES))


def _begin(program: WalkedProgram, start: int) -> int:
    node = program.node_of(start)
    floats = [k for k in (node.operands if node else ()) if k in program.moving]
    return min([start, *floats])


def _results_of_users(program: WalkedProgram, k: int) -> list[int]:
    return [r for p in program.users.get(k, ()) for r in program.graph.nodes[p].results]


def _fits(
    first: WalkedProgram, second: WalkedProgram, a: int, b: int, wrong: set[int], sought: set[int]
) -> Arrangement | None:
    """The arrangement in which the graft makes a value that follows directly one of the first program's bad ones."""
    of_first, places = first.values[a], _users(second, b, wrong)
    for how in _nearest(of_first, second.values[b]):
        for place in places:
            if _follows(second, place, b, how.of(of_first), sought - {first.keys.get(a)}):
                return how
    return None


def _nearest(of_first: Any, of_second: Any) -> Sequence[Arrangement]:
    """Arrangements of the first value, the nearest to the second first."""
    floats, target = to_floats(of_first), to_floats(of_second)
    found = list(arrangements(np.shape(of_first), np.shape(of_second)))
    if len(found) > 1:
        with np.errstate(all="ignore"):
            off = [float(np.nan_to_num(np.abs(how.of(floats) - target)).sum()) for how in found]
        found = [found[k] for k in np.argsort(off, kind="stable")]
    return found[:ORDERS]


def _follows(program: WalkedProgram, place: int, swapped: int, array: Any, sought: set[int], depth: int = 4) -> bool:
    """Whether the node, given the array for that operand, makes a value that is sought; views are passed through."""
    node = program.graph.nodes[place]
    operands = tuple(array if k == swapped else program.swaps.get((place, k), program.values[k]) for k in node.operands)
    try:
        results = evaluate(node, operands)
    except (OpenBranch, Unsupported):
        return False
    for k, result in zip(node.results, results, strict=True):
        if not program.graph.values[k].is_float:
            continue
        if node.primitive in SAME_ENTRIES:
            users = program.users.get(k, ()) if depth else ()
            if any(_follows(program, p, k, result, sought, depth - 1) for p in users):
                return True
        elif key(result) in sought:
            return True
    return False
