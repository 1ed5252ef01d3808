"""Conventions of where a formula ends: a softplus and its line, a window and its edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flint import arb

from ....reference.graph.arrays import each
from .formulas import ACTIVATIONS
from .numbers import is_before_exp
from .place import PartingPlace, Told, written

USUAL = 20
"""Where torch's softplus turns linear."""
LARGEST = 64
"""Entries of a window, at most."""


def softplus_threshold(place: PartingPlace) -> Told | None:
    """ln(1 + eˣ) throughout, or x itself beyond a threshold."""
    thresholds = {written(t): t for t in (arb(USUAL), *_scalars(place)) if t > 0}
    for x in place.common:
        found = place.told(_softplus(x, thresholds))
        if found is not None:
            return found
    return None


def _scalars(place: PartingPlace) -> Iterator[arb]:
    """The single numbers of both texts: what is only compared with leaves no value behind."""
    for cone in (place.first, place.second):
        for constant in cone.program.graph.constants.values():
            if np.size(constant.array) == 1 and np.asarray(constant.array).dtype.kind == "f":
                yield arb(float(np.ravel(constant.array)[0]))


def _softplus(x: Any, thresholds: dict[str, arb]) -> Iterator[tuple[str, Any]]:
    yield "ln(1 + eˣ) everywhere", ACTIVATIONS["softplus"](x)
    for name, t in thresholds.items():
        yield f"x itself beyond {name}", _linear_beyond(t)(x)


def _linear_beyond(t: arb) -> Callable[[Any], Any]:
    return each(lambda v: v if v > t else v.exp().log1p())


def window_edge(place: PartingPlace) -> Told | None:
    """A mean over a window at the edge counts what lies outside, or not."""
    if is_before_exp(place):
        return None
    of_first, of_second = map(np.ravel, place.site.values)
    pairs = [(x, y) for x, y in zip(of_first, of_second, strict=True) if not (x.contains(0) or y.contains(0))]
    parts = {(x / y).str(30, radius=False): x / y for x, y in pairs}
    if not 1 < len(parts) <= LARGEST or not any(r.overlaps(arb(1)) for r in parts.values()):
        return None
    words = ("what lies outside is counted", "only what lies within is counted")
    if all(x.is_exact() and x.is_integer() for pair in pairs for x in pair):  # the counts themselves: they divide
        words = words[::-1]
    if _parts_of_a_window(list(parts.values())):
        return Told(*words)
    return Told(*words[::-1]) if _parts_of_a_window([1 / r for r in parts.values()]) else None


def _parts_of_a_window(parts: list[arb]) -> bool:
    """p/q with one q, the entries of a window."""
    within = all(bool(r <= 1) for r in parts)
    return within and any(all((r * q).contains_integer() for r in parts) for q in range(1, LARGEST + 1))
