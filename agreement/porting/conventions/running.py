"""Conventions of a running average: which side momentum weighs, and the variance that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any, NamedTuple

import numpy as np
from flint import arb

from .edits import edits, ratio
from .numbers import divided, on_both_sides
from .place import PartingPlace, Told, written


class Average(NamedTuple):
    """(1 − m) old + m new; `over` says by what a variance is divided, where the new value is one."""

    momentum: arb
    over: str

    def __str__(self) -> str:
        said = f"{written(1 - self.momentum)} of the old, {written(self.momentum)} of the new"
        return f"{said}, {self.over}" if self.over else said


class Averages(NamedTuple):
    """Both sides', and whether they are the site's own values."""

    first: Average
    second: Average
    here: bool


def _find(place: PartingPlace) -> Averages | None:
    """What average either side takes of two values that both start from."""
    shares = [x for x in place.numbers() if 0 < x < 1]
    shares = list({x.str(30): x for m in shares for x in (m, 1 - m)}.values())
    for old, new in permutations(place.common, 2):
        if np.size(old) == np.size(new) > 1:
            factors = list(_factors(place, np.size(old)))
            options = list(_averages(np.ravel(old), np.ravel(new), shares, factors))
            found = place.told((str(average), value) for average, value in options)
            if found is not None:
                kinds = {str(average): average for average, _ in options}
                return Averages(kinds[found.first], kinds[found.second], found.here)
    return None


def _averages(old: Any, new: Any, shares: list[arb], factors: list[tuple[str, arb]]) -> Iterator[tuple[Average, Any]]:
    for m, (over, factor) in product(shares, factors):
        yield Average(m, over), (1 - m) * old + m * factor * new


def _factors(place: PartingPlace, size: int) -> Iterator[tuple[str, arb]]:
    """What makes a mean of squares, or their sum, a variance over n or over n − 1."""
    yield "", arb(1)
    for n in _counts(place, size):
        yield from (("over n − 1", arb(n) / (n - 1)), ("over n − 1", arb(1) / (n - 1)), ("over n", arb(1) / n))


def _counts(place: PartingPlace, size: int) -> list[int]:
    """How many entries sums of either program have that give so many numbers."""
    programs = place.first.program, place.second.program
    sums = [(p, node) for p in programs for node in p.graph.nodes if node.primitive == "reduce_sum"]
    sizes = [[np.size(p.values[k]) for k in (node.operands[0], node.results[0])] for p, node in sums]
    return sorted({whole // part for whole, part in sizes if part == size and whole > part})


def averages(place: PartingPlace) -> Averages | None:
    """Both sides' averages, where they differ."""
    return place.once(_find)


def momentum(place: PartingPlace) -> Told | None:
    """A running average keeps m of the old here, 1 − m there; the variance may differ, too."""
    found = averages(place)
    if found is None:
        return _swapped(place)
    of_first, of_second, here = found
    if of_first.momentum.overlaps(of_second.momentum):
        return None
    first, second = (
        str(x) if x.over or not y.over else f"{x}, over n" for x, y in ((of_first, of_second), (of_second, of_first))
    )
    return Told(first, second, here=here)


def _swapped(place: PartingPlace) -> Told | None:
    """Two numbers of the text that make 1 together are two others."""
    found = edits(place)
    if len(found) != 2 or not (found[0].was + found[1].was).overlaps(arb(1)):
        return None
    if not (found[0].becomes + found[1].becomes).overlaps(arb(1)):
        return None
    of_first, of_second = on_both_sides(found)
    return Told(f"weights {of_first}", f"weights {of_second}")


def variance(place: PartingPlace) -> Told | None:
    """Squares are summed and divided by n here, by n − 1 there; or so for the variance that is kept."""
    found = averages(place)
    if found is not None and found.first.momentum.overlaps(found.second.momentum):
        first, second = (f"a running variance {x.over or 'over n'}" for x in found[:2])
        return Told(first, second, here=found.here)
    return divided(place) or _kept(place)


def _kept(place: PartingPlace) -> Told | None:
    """One side's share of a running variance is n/(n − 1) times the other's."""
    found = ratio(place)
    if found is None or not any(0 < x < 1 for x in place.numbers()):
        return None
    of_first, words = found.first / found.second, ("a running variance over n − 1", "a running variance over n")
    for n in _counts(place, np.size(place.site.values[0])):
        if of_first.overlaps(arb(n) / (n - 1)):
            return Told(*words)
        if of_first.overlaps(arb(n - 1) / n):
            return Told(*words[::-1])
    return None
