"""e^x, e^x − 1, ln(1 + x) and ln x of pairs; proofs: docs/certification.md, section 5.

No library function is trusted: e^x is a table and a Taylor polynomial, and a logarithm is a guess
that the exponential corrects and bounds.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from flint import arb, ctx

from ....manual.shapes import Array
from ...fast.switch import fast
from .number import Doubled, add, divide, exact, lowered, strayed, two_product, two_sum
from .series import horner

BITS = 10
STEPS = 2**BITS
"""Table entries between two powers of 2."""
LOWEST = -1300.0
"""2^LIFT e^x is below η/2 there; so is what replaces it."""
LIFT = 600
"""Powers of 2 by which a small exponential is held above underflow until it is multiplied."""
LIFTED = -300.0
"""Arguments below which it is."""
HIGHEST = 700.0
NO_LIFT = np.zeros((), dtype=np.int64)
CUBIC = tuple(1 / factorial for factorial in (720.0, 120.0, 24.0, 6.0))
"""(e^t − 1 − t − t²/2)/t³, highest power first; the next term is below 2^−58."""


class Constants(NamedTuple):
    """ln 2/STEPS in three parts, the first two of 32 bits, and 2^{j/STEPS} as pairs."""

    steps: tuple[float, float, float]
    hi: Array
    lo: Array


@cache
def constants() -> Constants:
    """Read off balls of 300 bits; what is left out is below 2^−125 (steps) and 2^−105 (powers)."""
    with ctx.workprec(300):
        step = arb.const_log2() / STEPS
        parts = []
        for bits in (42, 74):
            parts.append(float(((step * arb(2) ** bits).floor()).mid()) * 2.0**-bits)
            step -= arb(parts[-1])
        powers = [(arb.const_log2() * j / STEPS).exp() for j in range(STEPS)]
        hi = [float(power) for power in powers]
        lo = [float(power - arb(high)) for power, high in zip(powers, hi, strict=True)]
        return Constants((*parts, float(step)), np.array(hi), np.array(lo))  # type: ignore[arg-type]


class Reduced(NamedTuple):
    """e^x = 2^n (hi + lo)(1 + m), m a pair below 2^−11 and within `doubt`."""

    n: Array
    hi: Array
    lo: Array
    m: Array
    m_lo: Array
    doubt: Array


def _reduced(x: Doubled) -> Reduced:
    """x = (STEPS n + j) ln 2/STEPS + t: the table at j, and m = e^t − 1."""
    (first, second, third), table, table_lo = constants()
    k = np.rint(x.hi * (1 / (first + second)))
    t, e = two_sum(x.hi, -k * first)
    t, f = two_sum(t, -k * second)
    t, t_lo = two_sum(t, (e + f) + (x.lo - k * third))
    square, square_lo = two_product(t, t)
    cube = square * t
    m, g = two_sum(t, square / 2)
    m, m_lo = two_sum(m, g + (t_lo + (square_lo / 2 + t * t_lo) + cube * horner(CUBIC, t)))
    whole = k.astype(np.int64)
    n, j = whole >> BITS, whole & (STEPS - 1)
    doubt = 2.0**-51 * np.abs(cube) + 2.0**-100 * np.abs(t) + np.where(k == 0, 0.0, 2.0**-94)
    return Reduced(n, table[j], table_lo[j], m, m_lo, doubt)


def _taken(x: Doubled) -> tuple[Doubled, Array, Array]:
    """x where an exponential is taken, whether that is within the range, and the factor e^r − 1 ≤ r + r²."""
    deep = x.hi + x.radius <= LOWEST
    hi = np.where(x.hi > LOWEST, x.hi, LOWEST)
    r = np.where(deep, 0.0, x.radius)
    within = (x.hi <= HIGHEST) & (r <= 0.25) & np.isfinite(x.lo)
    hi, lo = np.where(within, hi, 0.0), np.where(within & (x.hi > LOWEST), x.lo, 0.0)
    return Doubled(hi, lo, r), within, r * 1.25


class Lifted(NamedTuple):
    """A pair times 2^lift, entry by entry."""

    value: Doubled
    lift: Array

    def lowered(self, x: Doubled) -> Doubled:
        """x without this lift."""
        return lowered(x, self.lift)


def exp(x: Doubled) -> Doubled:
    """e^x, relatively within 2^−84 and, near underflow, absolutely within 16η; ∞ above HIGHEST."""
    return _power(x, NO_LIFT)


def lifted_exp(x: Doubled) -> Lifted:
    """The same, lifted where it is small."""
    lift = np.where(x.hi < LIFTED, LIFT, 0)
    return Lifted(_power(x, lift), lift)


def _compiled(x: Doubled, lift: Array, less_one: bool = False) -> Doubled:
    from . import compiled_functions

    return Doubled(*compiled_functions.exponential(x, lift, less_one, constants().steps, CUBIC, *constants()[1:]))


def _power(x: Doubled, lift: Array) -> Doubled:
    if fast():
        return _compiled(x, lift)
    x, within, moved = _taken(x)
    n, table, table_lo, m, m_lo, doubt = _reduced(x)
    p, e = two_product(table, m)
    s, f = two_sum(table, p)
    hi, lo = two_sum(s, f + (e + (table_lo + (table * m_lo + table_lo * m))))
    n = n + lift
    half = n // 2
    hi, lo = (_scaled(part, half, n - half) for part in (hi, lo))
    relative = 1.1 * doubt + moved + np.where(x.hi == 0, 0.0, 2.0**-100)
    radius = hi * relative + np.where(n <= -900, 2.0**-1070, 0.0) + np.where(moved > 0, 2.0**-1071, 0.0)
    return Doubled(hi, lo, np.where(within, radius, np.inf))


def _scaled(x: Array, first: Array, second: Array) -> Array:
    """x 2^(first + second): the second may round once, at underflow."""
    return x * np.ldexp(1.0, first) * np.ldexp(1.0, second)


def expm1(x: Doubled) -> Doubled:
    """e^x − 1 for x ≤ 1, relatively within 2^−72."""
    if fast():
        return _compiled(x, NO_LIFT, less_one=True)
    taken, within, moved = _taken(x)
    n, table, table_lo, m, m_lo, doubt = _reduced(taken)
    scale = np.ldexp(1.0, np.maximum(n, -200))
    high, low = table * scale, table_lo * scale
    start, e = two_sum(high, np.full_like(high, -1.0))
    p, f = two_product(high, m)
    s, g = two_sum(start, p)
    hi, lo = two_sum(s, (e + g) + (f + (low + (high * m_lo + low * m))))
    power = (1 + hi) + 2.0**-50  # e^x is at most that
    radius = 2.0**-88 * np.abs(hi) + power * (1.1 * doubt + moved) + np.where(moved > 0, 2.0**-1071, 0.0)
    radius = radius + strayed(hi, taken.hi, taken.hi)
    return Doubled(hi, lo, np.where(within & (x.hi <= 1), radius, np.inf))


def log1p(x: Doubled) -> Doubled:
    """ln(1 + x) for 0 ≤ x ≤ 1: a guess g, and ln(1 + x) = g + ln(1 + (x − (e^g − 1))/e^g)."""
    guess = exact(np.log1p(x.hi))
    return _corrected(guess, divide(x - expm1(guess), exp(guess)))


def log(x: Doubled) -> Doubled:
    """ln x for x ≥ 1/2, likewise."""
    guess = exact(np.log(x.hi))
    power = exp(guess)
    return _corrected(guess, divide(x - power, power))


def _corrected(guess: Doubled, d: Doubled) -> Doubled:
    """g + ln(1 + d) for |d| ≤ 2^−30: |ln(1 + d) − d| ≤ d²."""
    size = np.abs(d.hi) + d.radius
    close = Doubled(d.hi, d.lo, d.radius + size * size + 4 * np.minimum(size, 2.0**-1070))
    result = add(guess, close)
    return result._replace(radius=np.where(size <= 2.0**-30, result.radius, np.inf))
