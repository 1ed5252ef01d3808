"""Errors by signed octave: ±b for |ulps| in (2^(b−7), 2^(b−6)], b = 1 also for less, 0 for no error."""

from __future__ import annotations

import numpy as np

from ...manual.shapes import Array
from .log_histogram import INFINITY, LARGEST_OCTAVE, SMALLEST_OCTAVE

MIDDLE = LARGEST_OCTAVE - SMALLEST_OCTAVE
"""The column of no error; errors of either sign on either side."""
UNCOUNTED = 2 * MIDDLE + 1
"""The column of what is no number."""
DIGITS, BIAS = 52, 1023
"""Bits of a float64 behind its exponent, and what that stands above."""
MANTISSA = 2**DIGITS - 1


def columns(ulps: Array) -> Array:
    """The column of each signed error: by the exponent of the smallest power of 2 that is not below it."""
    bits = np.abs(ulps).view(np.int64)
    octaves = np.maximum(((bits + MANTISSA) >> DIGITS) - BIAS, SMALLEST_OCTAVE + 1) - SMALLEST_OCTAVE
    octaves *= (ulps > 0).view(np.int8) - (ulps < 0).view(np.int8)
    octaves += MIDDLE
    octaves[bits >= INFINITY] = UNCOUNTED
    return octaves


def by_octave(rows: Array) -> list[dict[int, int]]:
    """Rows of counts of columns, each as counts of octaves."""
    of, filled = np.nonzero(rows[:, :UNCOUNTED])
    found: list[dict[int, int]] = [{} for _ in rows]
    for row, octave, n in zip(of.tolist(), (filled - MIDDLE).tolist(), rows[of, filled].tolist(), strict=True):
        found[row][octave] = n
    return found
