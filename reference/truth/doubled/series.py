"""Power series whose coefficients are floats: what is small beside the pairs that it is added to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....manual.shapes import Array
from .number import Doubled, U

Coefficients = Sequence[float] | Array
"""The highest power first; those of an array are arrays, an entry for each x."""


def horner(coefficients: Coefficients, x: Array) -> Array:
    """Σ c_n x^n as floats have it."""
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result = result * x + coefficient
    return result


def rest(coefficients: Coefficients, x: Doubled) -> Doubled:
    """The same as a pair, off by |c_0|(8u + |lo| + radius): sections 6 and 7 of docs/certification.md say where."""
    value = horner(coefficients, x.hi)
    return Doubled(value, np.zeros_like(value), np.abs(coefficients[-1]) * (8 * U + np.abs(x.lo) + x.radius))
