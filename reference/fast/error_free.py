"""Sums and products of two floats without error, as parts of compiled functions."""

from __future__ import annotations

from .jit import inlined

SMALL, SPLITTER = 2.0**-960, 2.0**27 + 1


@inlined
def two_sum(a: float, b: float) -> tuple[float, float]:
    """a + b = s + e exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@inlined
def two_product(a: float, b: float) -> tuple[float, float]:
    """a b = p + e, exactly where |p| ≥ SMALL or a b = 0 (Dekker)."""
    c, d = SPLITTER * a, SPLITTER * b
    a_high, b_high = c - (c - a), d - (d - b)
    a_low, b_low = a - a_high, b - b_high
    p = a * b
    return p, a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low)


@inlined
def strayed(p: float, a: float, b: float) -> float:
    """What p + e may be off where it is below SMALL."""
    return 2.0**-73 * abs(p) + 2.0**-1070 if abs(p) < SMALL and a != 0 and b != 0 else 0.0
