"""Which numbers of the text, one or two, make one side's value the other's; and values that are multiples."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, product
from typing import Any, NamedTuple

import numpy as np
from flint import arb

from ....reference.graph.arrays import from_list
from ....reference.graph.graph import Node
from ..fingerprints import key
from .place import PartingPlace

WHOLE = 1e-12
TRIED = 400
"""Pairs of edits that are tried."""


class NumberEdit(NamedTuple):
    """A number of the second program's text, and what the first has instead."""

    place: int
    operand: int
    was: arb
    becomes: arb


class Ratio(NamedTuple):
    """One side's value is the other's times a number; `first` and `second` are the factors, 1 where there is none."""

    first: arb
    second: arb


def _find_edits(place: PartingPlace) -> tuple[NumberEdit, ...]:
    """The numbers that make the second side's value the first's, one or two of them; none where no numbers do."""
    singles = list(_edits(place))
    for chosen in islice(((e,) for e in singles), TRIED):
        if _explains(place, chosen):
            return chosen
    for one, other in islice(combinations(singles, 2), TRIED):
        if _at(one) != _at(other) and _explains(place, (one, other)):
            return one, other
    return ()


def _at(edit: NumberEdit) -> tuple[int, int, str]:
    return edit.place, edit.operand, edit.was.str(30)


def _edits(place: PartingPlace) -> Iterator[NumberEdit]:
    of_second = [x for _, k in place.first.numbers for x in place.first.entries(k)]
    for (at, k), new in product(place.second.numbers, _offered(of_second)):
        for old in place.second.entries(k):
            if not old.overlaps(new):
                yield NumberEdit(at, k, old, new)
    for at, k in place.second.numbers:
        for old in place.second.entries(k):
            yield from (NumberEdit(at, k, old, new) for new in _near(old))


def _offered(numbers: list[arb]) -> list[arb]:
    found: dict[str, arb] = {}
    for x in numbers:
        for y in (x, *((1 / x,) if x.is_finite() and not x.contains(0) else ())):
            found.setdefault(y.str(40), y)
    return list(found.values())


def _near(old: arb) -> list[arb]:
    """n ± 1 beside a count n, and 1/(n ± 1) beside 1/n."""
    count = old.unique_fmpz()
    if count is not None and 1 < int(count) < 10**6:
        return [old - 1, old + 1]
    inverse = (1 / old).unique_fmpz() if old.is_finite() and not old.contains(0) else None
    return [1 / (1 / old - 1), 1 / (1 / old + 1)] if inverse is not None and 1 < int(inverse) < 10**6 else []


def _explains(place: PartingPlace, chosen: tuple[NumberEdit, ...]) -> bool:
    swaps: dict[tuple[int, int], Any] = {}
    for edit in chosen:
        at = (edit.place, edit.operand)
        swaps[at] = _replaced(swaps.get(at, place.second.program.values[edit.operand]), edit)
    made = place.second.again(swaps)
    return made is not None and key(made) == place.wanted


def _replaced(array: Any, edit: NumberEdit) -> Any:
    held = [edit.becomes if same_number(x, edit.was) else x for x in np.ravel(array)]
    return from_list(held, np.shape(array))


def same_number(x: arb, y: arb) -> bool:
    """Whether they overlap, or are the same infinity."""
    return bool(x.overlaps(y)) if x.is_finite() and y.is_finite() else x.str() == y.str()


def _find_ratio(place: PartingPlace) -> Ratio | None:
    """Where one side's value is a multiple of the other's, and one of them is what both start from."""
    of_first, of_second = place.site.values
    pairs = [(x, y) for x, y in zip(np.ravel(of_first), np.ravel(of_second), strict=True) if not (x == 0 and y == 0)]
    if not pairs or any(y.contains(0) or not (x.is_finite() and y.is_finite()) for x, y in pairs):
        return None
    factor = pairs[0][0] / pairs[0][1]
    if any(not (x / y).overlaps(factor) for x, y in pairs) or factor.overlaps(arb(1)):
        return None
    if len(pairs) == 1 and not _whole(factor):  # any number is a multiple of another
        return None
    if not place.second.places:
        return Ratio(factor, arb(1))
    return Ratio(arb(1), 1 / factor) if not place.first.places else Ratio(factor, arb(1))


def _whole(x: arb) -> bool:
    return any(y.unique_fmpz() is not None or abs(float(y) - round(float(y))) < WHOLE for y in (x, 1 / x))


def edits(place: PartingPlace) -> tuple[NumberEdit, ...]:
    """The numbers that make the second side's value the first's, one or two of them."""
    return place.once(_find_edits)


def ratio(place: PartingPlace) -> Ratio | None:
    """By which number one side's value is a multiple of the other's."""
    return place.once(_find_ratio)


def changed(place: PartingPlace) -> Iterator[tuple[Node, arb, arb]]:
    """What edits say: the node of the second side that takes the number, the first's number, the second's."""
    for edit in edits(place):
        yield place.second.program.graph.nodes[edit.place], edit.becomes, edit.was
