"""How far two enclosures agree, in decimal digits."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...reference.graph.arrays import magnitudes


class Agreement(NamedTuple):
    """Of two arrays of balls: entries that overlap to `digits` or more, that are apart, and that say nothing."""

    digits: float
    entries: int
    apart: int
    unclear: int
    worst: tuple[int, ...]
    difference: float
    relative: float
    """The largest difference, as a part of the largest entry."""

    @property
    def exact(self) -> bool:
        return not (self.apart or self.unclear)


def agreement(ours: Any, theirs: Any, needed: float, scale: float) -> Agreement:
    """Entry by entry, relative to the largest finite entry, or to `scale` where all are 0.

    `digits` is the least seen of those that overlap. An entry whose enclosures meet, but not to `needed` digits,
    is unclear.
    """
    size = max(map(largest_finite, (ours, theirs)))
    unit = size if size > scale * 1e-30 else scale
    apart, unclear, worst, largest, gaps = 0, 0, 0, -1.0, []
    for k, (x, y) in enumerate(zip(np.ravel(ours).tolist(), np.ravel(theirs).tolist(), strict=True)):
        if not (x.is_finite() and y.is_finite()):
            unclear += 0 if x.is_nan() is False and x == y else 1
            continue
        gap = (x - y).abs_upper()
        if x.overlaps(y):
            gaps.append(gap)
            continue
        apart += 1
        if float(gap) > largest:
            worst, largest = k, float(gap)
    least = _digits(max(gaps), unit) if gaps else math.inf
    if not least >= needed:
        unclear += sum(not _digits(gap, unit) >= needed for gap in gaps)
    index = tuple(int(i) for i in np.unravel_index(worst, np.shape(ours))) if np.size(ours) else ()
    difference = max(largest, 0.0)
    return Agreement(least, int(np.size(ours)), apart, unclear, index, difference, difference / (unit or 1.0))


def largest_finite(array: Any) -> float:
    """The largest magnitude of what is finite; 0 where nothing is."""
    return float(np.nan_to_num(magnitudes(array), nan=0.0, posinf=0.0).max(initial=0.0))


def _digits(upper: Any, unit: float) -> float:
    """−log10 of a difference relative to a unit; differences lie far below the smallest float."""
    if upper == 0:
        return math.inf
    return -float((upper / unit).log()) / math.log(10) if unit > 0 else 0.0
