"""Arrays of any floats at all: of every size, both zeros, subnormal, infinite and no number."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.manual.shapes import Array
from backproof.reference.fast.switch import installed

needs_numba = pytest.mark.skipif(not installed(), reason="numba (the extra `fast`) is not installed")

SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, -np.nan, 5e-324, 2.0**-1022, 1.7e308, -(2.0**-1060))


def any_floats(rng: np.random.Generator, *shape: int, tame: bool = False) -> Array:
    """Of all bits there are, with special ones among them; tame ones are numbers of all magnitudes."""
    bits = rng.integers(0, 2**64, shape, dtype=np.uint64).view(np.float64)
    usual = rng.normal(size=shape) * np.exp2(rng.integers(-60, 60, shape))
    special = rng.choice(np.array(SPECIAL), shape)
    chosen = rng.integers(0, 4, shape)
    if tame:
        return np.where(np.isfinite(usual), usual, 0.0)
    return np.where(chosen == 0, bits, np.where(chosen == 1, special, usual))


def same_bits(x: object, y: object) -> bool:
    """Whether two arrays are alike to the last bit; one NaN is as good as another."""
    first, second = np.asarray(x), np.asarray(y)
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    if first.dtype.kind != "f":
        return first.tobytes() == second.tobytes()
    there = ~np.isnan(first)
    return np.array_equal(there, ~np.isnan(second)) and first[there].tobytes() == second[there].tobytes()
