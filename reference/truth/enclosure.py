"""True numbers between floats: a pair for the middle, and a radius."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...manual.shapes import Array


class Enclosure(NamedTuple):
    """An enclosure of true numbers: |x − (hi + lo)| ≤ radius, entry by entry.

    Attributes:
        hi: Float64, the number nearest to the middle.
        lo: Float64, the rest of the middle.
        radius: Float64 ≥ 0, ∞ where nothing is known.

    """

    hi: Array
    lo: Array
    radius: Array


def enclosure(entries: Sequence[Any], shape: tuple[int, ...]) -> Enclosure:
    """Balls (`flint.arb`), in order, as arrays of this shape; the radius is ∞ for what is no number."""
    highs = [*map(float, entries)]
    rests = [entry - high for entry, high in zip(entries, highs, strict=True)]
    lows = [*map(float, rests)]
    doubts = [(rest - low).abs_upper() for rest, low in zip(rests, lows, strict=True)]
    none = np.array([doubt.is_zero() for doubt in doubts]).reshape(shape)  # as a float even more may be 0
    hi, lo, doubt = np.array((highs, lows, [*map(float, doubts)])).reshape(3, *shape)
    # float() rounds to nearest: a step up makes it an upper bound again, unless it is exactly 0.
    with np.errstate(over="ignore", invalid="ignore"):
        radius = np.where(none, 0.0, np.nextafter(doubt * (1 + 2.0**-50), np.inf))
    radius[np.isnan(radius) | ~np.isfinite(hi)] = np.inf
    return Enclosure(hi, lo, radius)
