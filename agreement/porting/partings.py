"""Where and why two programs part: sites, named, and what they explain at the user's own parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.graph.arrays import to_floats
from ...reference.graph.graph import SourceLine
from .conventions import NamedConvention, named
from .conventions.place import PartingPlace
from .drawing import PartingGraph, parting_graphs
from .drawing.graphs import VIEWS
from .grafts import Site, sites
from .program import WalkedProgram

STEPS = 6
"""Operations of an unnamed place that are listed."""


@dataclass(frozen=True)
class Parting:
    """One cause, at one or more places of the same lines.

    `got` are the first and the second side's number where they differ most; `explains` is the share of the
    difference of both losses that goes when the first's values are put in the second's place.
    """

    named: NamedConvention | None
    lines: tuple[SourceLine | None, SourceLine | None]
    computed: tuple[str, str]
    got: tuple[float, float]
    explains: float | None
    places: int
    certain: bool
    graphs: tuple[PartingGraph, PartingGraph]
    """The operations of either side, from what both have to the values at which they part."""

    @property
    def harmless(self) -> bool:
        return self.named is not None and self.named.harmless


def partings(
    first: WalkedProgram, second: WalkedProgram, at_the_users: tuple[WalkedProgram, WalkedProgram] | None
) -> list[Parting]:
    """At one point; `at_the_users` are both programs at the user's parameters, where they have the same nodes."""
    found: list[tuple[Site, NamedConvention | None]] = list(sites(first, second, named))
    groups: dict[Any, list[tuple[Site, NamedConvention | None]]] = {}
    for site, name in found:
        groups.setdefault(_cause(site, name), []).append((site, name))
    shown = _replayed([site for site, _ in found], at_the_users or (first, second))
    order = {id(site): k for k, (site, _) in enumerate(found)}
    return [_parting(group, [shown[order[id(site)]] for site, _ in group]) for group in groups.values()]


def _cause(site: Site, name: NamedConvention | None) -> Any:
    if name is None:
        return ("", site.lines)
    return (name.convention.id, name.of or name.lines)


@dataclass(frozen=True)
class Replayed:
    """What a site is at the user's parameters."""

    got: tuple[float, float]
    share: float | None


def _replayed(found: Sequence[Site], programs: tuple[WalkedProgram, WalkedProgram]) -> list[Replayed]:
    """Put the same values in the same places, one site after the other."""
    first, second = programs
    total = _off(first, second)
    shown = []
    for site in found:
        before = _off(first, second)
        of_first, of_second = site.how.of(first.values[site.a]), second.values[site.b]
        got = _most_apart(of_first, of_second)
        places = {at for at in site.repaired.swaps if at not in site.second.swaps}
        second = second.with_swaps(dict.fromkeys(places, of_first))
        after = 0.0 if not places else _off(first, second)
        shown.append(Replayed(got, (before - after) / total if total else None))
    return shown


def _off(first: WalkedProgram, second: WalkedProgram) -> float:
    a, b = (p.values[p.output] for p in (first, second))
    return float(abs(np.ravel(a)[0] - np.ravel(b)[0]))


def _most_apart(of_first: Any, of_second: Any) -> tuple[float, float]:
    a, b = np.ravel(to_floats(of_first)), np.ravel(to_floats(of_second))
    with np.errstate(all="ignore"):
        off = np.nan_to_num(np.abs(a - b), nan=np.inf)
    k = int(np.argmax(off)) if len(off) else 0
    return float(a[k]), float(b[k])


def _parting(group: Sequence[tuple[Site, NamedConvention | None]], shown: Sequence[Replayed]) -> Parting:
    site, name = _typical(group)
    shares = [s.share for s in shown if s.share is not None]
    lines = name.lines if name is not None else site.lines
    explains = sum(shares) if shares else None
    certain = all(s.certain for s, _ in group)
    got = shown[next(k for k, x in enumerate(group) if x[0] is site)].got
    return Parting(name, lines, _computed(site), got, explains, len(group), certain, parting_graphs(PartingPlace(site)))


def _typical(group: Sequence[tuple[Site, NamedConvention | None]]) -> tuple[Site, NamedConvention | None]:
    """The first place of those lines at which most of the places are."""
    counts = Counter(name.lines if name is not None else site.lines for site, name in group)
    lines = counts.most_common(1)[0][0]
    return next(x for x in group if (x[1].lines if x[1] is not None else x[0].lines) == lines)


def _computed(site: Site) -> tuple[str, str]:
    """The operations of either side, from what both have to the value."""
    place = PartingPlace(site)
    return _operations(place.first), _operations(place.second)


def _operations(cone: Any) -> str:
    names = [node.primitive for node in cone.nodes if node.primitive not in VIEWS]
    cut = ["…", *names[-STEPS:]] if len(names) > STEPS else names
    return ", ".join(cut) or "nothing"
