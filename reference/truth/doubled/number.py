"""Pairs of floats with a radius, and the operations on them; proofs: docs/certification.md, sections 1 to 3."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ....manual.shapes import Array
from ...fast.switch import fast

U = 2.0**-53
SMALL = 2.0**-960
"""Below it the product of two floats may lose bits to underflow."""
SPLITTER = 2.0**27 + 1
GROWN = 1 + 2.0**-20
"""Covers the rounding of a radius's own evaluation."""


class Doubled(NamedTuple):
    """|x − (hi + lo)| ≤ radius for the true x, |lo| ≤ U|hi|, entry by entry; NaN or ∞ anywhere says nothing."""

    hi: Array
    lo: Array
    radius: Array

    def __neg__(self) -> Doubled:
        return Doubled(-self.hi, -self.lo, self.radius)

    def __add__(self, other: Doubled) -> Doubled:  # type: ignore[override]  # a tuple's sum is not meant
        return add(self, other)

    def __sub__(self, other: Doubled) -> Doubled:
        return add(self, -other)

    def __mul__(self, other: Doubled) -> Doubled:  # type: ignore[override]
        return multiply(self, other)

    def __truediv__(self, other: Doubled) -> Doubled:
        return divide(self, other)

    def scaled(self, power: float) -> Doubled:
        """Times a small power of two, either sign: exact."""
        return Doubled(self.hi * power, self.lo * power, self.radius * abs(power))

    @property
    def mT(self) -> Doubled:  # noqa: N802  # as NumPy calls it
        """Transposed."""
        return Doubled(self.hi.mT, self.lo.mT, self.radius.mT)


def exact(x: Array | float) -> Doubled:
    """A float64 or float32 is what it is."""
    hi = np.asarray(x, dtype=np.float64)
    return Doubled(hi, np.zeros_like(hi), np.zeros_like(hi))


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """a + b = s + e exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def split(a: Array) -> tuple[Array, Array]:
    """A float as the sum of two of at most 26 bits each (Veltkamp)."""
    c = SPLITTER * a
    high = c - (c - a)
    return high, a - high


def two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """a b = p + e, exactly where |p| ≥ SMALL or a b = 0 (Dekker)."""
    return split_product(a, split(a), b, split(b))


def split_product(
    a: Array, a_split: tuple[Array, Array], b: Array, b_split: tuple[Array, Array]
) -> tuple[Array, Array]:
    """The same from the halves."""
    (a_high, a_low), (b_high, b_low) = a_split, b_split
    p = a * b
    return p, a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low)


def strayed(p: Array, a: Array, b: Array) -> Array | float:
    """What p + e of a product or quotient may be off where it is below SMALL: 2^−73|p| + 16η; else 0."""
    magnitude = np.abs(p)
    small = magnitude < SMALL
    if not small.any():
        return 0.0
    return np.where(small & (a != 0) & (b != 0), 2.0**-73 * magnitude + 2.0**-1070, 0.0)


def carried(x: Doubled, y: Doubled) -> Array:
    """How far the radii of two factors move their product: |x|r_y + |y|r_x + r_x r_y."""
    moved = (np.abs(x.hi) * y.radius + (np.abs(y.hi) + y.radius) * x.radius) * GROWN
    return np.asarray(moved + vanished(moved, x, y))


def vanished(moved: Array, x: Doubled, y: Doubled) -> Array | float:
    """16η where an error below SMALL may have been lost to underflow; 0 beside a factor that is exactly 0."""
    small = moved < SMALL
    if not small.any() or not (x.radius.any() or y.radius.any()):
        return 0.0
    there = ((x.hi != 0) | (x.radius != 0)) & ((y.hi != 0) | (y.radius != 0))
    return np.where(small & there & ((x.radius != 0) | (y.radius != 0)), 2.0**-1070, 0.0)


def _compiles(x: Doubled, y: Doubled) -> bool:
    """Whether they are taken the compiled way: arrays of one shape, or the second a number."""
    return fast() and x.hi.ndim > 0 and (x.hi.shape == y.hi.shape or y.hi.ndim == 0)


def add(x: Doubled, y: Doubled) -> Doubled:
    """x + y; what is rounded is the sum of the low parts."""
    if fast():
        from . import compiled

        return Doubled(*compiled.added(*np.broadcast_arrays(*x, *y)))
    s, e = two_sum(x.hi, y.hi)
    f = x.lo + y.lo
    g = e + f
    return Doubled(*two_sum(s, g), (x.radius + y.radius + 2 * U * (np.abs(f) + np.abs(g))) * GROWN)


def multiply(x: Doubled, y: Doubled) -> Doubled:
    """Their product, relatively within 2^−102; of two floats exactly."""
    if _compiles(x, y):
        from . import compiled_functions

        return Doubled(*compiled_functions.multiplied(x, y))
    p, e = two_product(x.hi, y.hi)
    of_floats = (x.lo == 0) & (y.lo == 0)
    radius = carried(x, y) + np.where(of_floats, 0.0, 2.0**-102 * np.abs(p)) + strayed(p, x.hi, y.hi)
    return Doubled(*two_sum(p, e + (x.hi * y.lo + x.lo * y.hi)), radius)


def divide(x: Doubled, y: Doubled) -> Doubled:
    """x/y for 1/2 ≤ y ≤ 2^53, relatively within 2^−100; exactly where that is a float."""
    if _compiles(x, y):
        from . import compiled_functions

        return Doubled(*compiled_functions.divided(x, y))
    q = x.hi / y.hi
    p, e = two_product(q, y.hi)
    rest = ((x.hi - p) - e) + (x.lo - q * y.lo)
    moved = (x.radius + np.abs(q) * y.radius) / np.abs(y.hi) * (1 + 2.0**-19)
    comes_out = (rest == 0) & (x.lo == 0) & (y.lo == 0)
    radius = moved + vanished(moved, x, y) + np.where(comes_out, 0.0, 2.0**-100 * np.abs(q)) + strayed(q, x.hi, y.hi)
    within = (y.hi >= 0.5) & (y.hi <= 2.0**53) & (y.radius <= 2.0**-22)
    return Doubled(*two_sum(q, rest / y.hi), np.where(within, radius, np.inf))


def quotient(x: Doubled, y: Doubled) -> Doubled:
    """x/y for any y ≥ 1/2: a large y is brought into [2, 4) first."""
    lift = np.maximum(np.frexp(y.hi)[1] - 2, 0)
    down = np.ldexp(1.0, -lift)
    return lowered(divide(x, Doubled(*(part * down for part in y))), lift)


def lowered(x: Doubled, lift: Array) -> Doubled:
    """x 2^−lift, entry by entry, lift ≤ 1022. At underflow it rounds, by η at most."""
    if not lift.any():
        return x
    if fast():
        from . import compiled_functions

        return Doubled(*compiled_functions.lowered(x, lift))
    down = np.ldexp(1.0, -lift)
    hi, lo, radius = (part * down for part in x)
    up = np.ldexp(1.0, lift)
    lossless = (hi * up == x.hi) & (lo * up == x.lo) & (radius * up == x.radius)
    lost = np.where(x.radius <= np.ldexp(2.0**-500, lift - 576), 2.0**-1074, 2.0**-1072)
    return Doubled(hi, lo, np.where(lossless, radius, radius + lost))


def summed(terms: Array) -> Array:
    """Σ over the leading axis, one term after the other; NumPy alone pairs those that stand side by side in memory."""
    terms = np.ascontiguousarray(terms)
    return np.asarray(terms.sum(axis=0) if terms[0].size > 1 else np.add.accumulate(terms, axis=0)[-1])


def cascade(terms: Array) -> tuple[Array, Array, Array]:
    """Σ over the leading axis: the float sum, what its roundings lost, and the sum of their magnitudes."""
    lost, magnitude = np.zeros((2, *terms.shape[1:]))
    while len(terms) > 1:
        half = len(terms) // 2
        s, e = two_sum(terms[:half], terms[half : 2 * half])
        lost += summed(e)
        magnitude += summed(np.abs(e))
        terms = np.concatenate([s, terms[2 * half :]]) if len(terms) % 2 else s
    return terms[0], lost, magnitude


def total(x: Doubled, axis: int) -> Doubled:
    """Σ over an axis, which stays with length 1."""
    n = x.hi.shape[axis]
    s, lost, magnitude = cascade(np.moveaxis(x.hi, axis, 0))
    low = np.moveaxis(x.lo, axis, 0)
    doubt = 4 * n * U * (magnitude + np.abs(low).sum(axis=0))
    hi, lo = two_sum(s, lost + low.sum(axis=0))
    parts = (hi, lo, (x.radius.sum(axis=axis) + doubt) * GROWN)
    return Doubled(*(np.expand_dims(part, axis) for part in parts))
