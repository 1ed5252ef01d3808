"""True numbers between floats: a pair for the middle, and a radius."""

from __future__ import annotations

import math
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
    hi, lo, radius = np.empty((3, len(entries)))
    for i, entry in enumerate(entries):
        hi[i] = high = float(entry)
        rest = entry - high
        lo[i] = low = float(rest)
        doubt = (rest - low).abs_upper()
        # float() rounds to nearest: a step up makes it an upper bound again, unless it is exactly 0.
        radius[i] = 0.0 if doubt == 0 else math.nextafter(float(doubt) * (1 + 2.0**-50), math.inf)
    radius[np.isnan(radius) | ~np.isfinite(hi)] = np.inf
    return Enclosure(hi.reshape(shape), lo.reshape(shape), radius.reshape(shape))
