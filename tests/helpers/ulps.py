"""Floats against balls, in units in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np
from backproof.manual.shapes import Array
from flint import arb


def ulps(got: Any, exact: arb) -> float:
    """How far a float is off, in ulps of its dtype at the exact value (NaN and ∞ stay what they are)."""
    spacing = float(np.spacing(np.abs(got.dtype.type(float(exact)))))
    return float(abs(exact - arb(float(got))).abs_upper()) / spacing if np.isfinite(got) else float("inf")


def worst(got: Array, exact: list[arb]) -> float:
    """The largest of them."""
    return max(ulps(x, ball) for x, ball in zip(got.ravel(), exact, strict=True))
