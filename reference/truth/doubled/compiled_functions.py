"""Products, quotients and exponentials of pairs, entry by entry, compiled: to the bit what number.py and functions.py
have in NumPy.
"""

from __future__ import annotations

import math

import numpy as np

from ....manual.shapes import Array
from ...fast.error_free import SMALL, strayed, two_product, two_sum
from ...fast.jit import FLOATS, INTEGER, INTEGERS, NOTHING, OUT, compiled, flat, inlined

GROWN = 1 + 2.0**-20
LOWEST, HIGHEST = -1300.0, 700.0
BITS, STEPS = 10, 2**10

Parts = tuple[Array, Array, Array]
"""hi, lo and radius."""


@inlined
def _vanished(moved: float, x: float, x_r: float, y: float, y_r: float) -> float:
    there = (x != 0 or x_r != 0) and (y != 0 or y_r != 0) and (x_r != 0 or y_r != 0)
    return 2.0**-1070 if moved < SMALL and there else 0.0


@compiled(NOTHING, *[FLOATS] * 6, OUT, OUT, OUT)
def _multiply(
    x: Array, x_lo: Array, x_r: Array, y: Array, y_lo: Array, y_r: Array, hi: Array, lo: Array, radius: Array
) -> None:
    for i in range(len(x)):
        j = i if len(y) > 1 else 0
        a, b, s, t = x[i], y[j], x_r[i], y_r[j]
        p, e = two_product(a, b)
        moved = (abs(a) * t + (abs(b) + t) * s) * GROWN
        rounded = 0.0 if x_lo[i] == 0 and y_lo[j] == 0 else 2.0**-102 * abs(p)
        radius[i] = ((moved + _vanished(moved, a, s, b, t)) + rounded) + strayed(p, a, b)
        hi[i], lo[i] = two_sum(p, e + (a * y_lo[j] + x_lo[i] * b))


@compiled(NOTHING, *[FLOATS] * 6, OUT, OUT, OUT)
def _divide(
    x: Array, x_lo: Array, x_r: Array, y: Array, y_lo: Array, y_r: Array, hi: Array, lo: Array, radius: Array
) -> None:
    for i in range(len(x)):
        j = i if len(y) > 1 else 0
        a, b, s, t = x[i], y[j], x_r[i], y_r[j]
        q = a / b
        p, e = two_product(q, b)
        rest = ((a - p) - e) + (x_lo[i] - q * y_lo[j])
        moved = (s + abs(q) * t) / abs(b) * (1 + 2.0**-19)
        rounded = 0.0 if rest == 0 and x_lo[i] == 0 and y_lo[j] == 0 else 2.0**-100 * abs(q)
        doubt = ((moved + _vanished(moved, a, s, b, t)) + rounded) + strayed(q, a, b)
        radius[i] = doubt if b >= 0.5 and b <= 2.0**53 and t <= 2.0**-22 else np.inf
        hi[i], lo[i] = two_sum(q, rest / b)


def _of_two(kernel: object, x: Parts, y: Parts) -> Array:
    parts = np.empty((3, *x[0].shape))
    if x[0].size:
        kernel(*map(flat, x), *map(flat, y), *parts.reshape(3, -1))  # type: ignore[operator]
    return parts


def multiplied(x: Parts, y: Parts) -> Array:
    """The parts of x y; y has the shape of x, or one entry."""
    return _of_two(_multiply, x, y)


def divided(x: Parts, y: Parts) -> Array:
    """The parts of x/y; y has the shape of x, or one entry."""
    return _of_two(_divide, x, y)


@compiled(NOTHING, FLOATS, FLOATS, FLOATS, INTEGERS, OUT, OUT, OUT)
def _lower(x: Array, x_lo: Array, x_r: Array, lift: Array, hi: Array, lo: Array, radius: Array) -> None:
    for i in range(len(x)):
        down, up = math.ldexp(1.0, -lift[i]), math.ldexp(1.0, lift[i])
        hi[i], lo[i], r = x[i] * down, x_lo[i] * down, x_r[i] * down
        lossless = hi[i] * up == x[i] and lo[i] * up == x_lo[i] and r * up == x_r[i]
        lost = 2.0**-1074 if x_r[i] <= math.ldexp(2.0**-500, lift[i] - 576) else 2.0**-1072
        radius[i] = r if lossless else r + lost


def lowered(x: Parts, lift: Array) -> Array:
    """The parts of x 2^−lift."""
    parts = np.empty((3, *x[0].shape))
    _lower(*map(flat, x), flat(lift.astype(np.int64)), *parts.reshape(3, -1))
    return parts


@inlined
def _reduced(
    x: float, x_lo: float, first: float, second: float, third: float, cubic: Array
) -> tuple[float, float, float, float]:
    """k, and e^t − 1 as a pair with its doubt."""
    k = float(np.rint(x * (1 / (first + second))))
    t, e = two_sum(x, -k * first)
    t, f = two_sum(t, -k * second)
    t, t_lo = two_sum(t, (e + f) + (x_lo - k * third))
    square, square_lo = two_product(t, t)
    cube = square * t
    m, g = two_sum(t, square / 2)
    series = cubic[0]
    for c in range(1, len(cubic)):
        series = series * t + cubic[c]
    m, m_lo = two_sum(m, g + (t_lo + (square_lo / 2 + t * t_lo) + cube * series))
    doubt = (2.0**-51 * abs(cube) + 2.0**-100 * abs(t)) + (0.0 if k == 0 else 2.0**-94)
    return k, m, m_lo, doubt


@inlined
def _taken(x: float, x_lo: float, x_r: float) -> tuple[float, float, float, bool]:
    """The argument that is taken, what its radius moves the result by, and whether that is within the range."""
    r = 0.0 if x + x_r <= LOWEST else x_r
    within = x <= HIGHEST and r <= 0.25 and np.isfinite(x_lo)
    above = x > LOWEST
    return (x if above else LOWEST) if within else 0.0, x_lo if within and above else 0.0, r * 1.25, within


@inlined
def _powered(n: int, high: float, low: float, m: float, m_lo: float) -> tuple[float, float]:
    """2^n (high + low)(1 + m)."""
    p, e = two_product(high, m)
    s, f = two_sum(high, p)
    s, rest = two_sum(s, f + (e + (low + (high * m_lo + low * m))))
    one, two = math.ldexp(1.0, n // 2), math.ldexp(1.0, n - n // 2)
    return s * one * two, rest * one * two


@inlined
def _less_one(n: int, high: float, low: float, m: float, m_lo: float) -> tuple[float, float]:
    """The same − 1."""
    scale = math.ldexp(1.0, max(n, -200))
    high, low = high * scale, low * scale
    start, e = two_sum(high, -1.0)
    p, f = two_product(high, m)
    s, g = two_sum(start, p)
    return two_sum(s, (e + g) + (f + (low + (high * m_lo + low * m))))


@compiled(NOTHING, FLOATS, FLOATS, FLOATS, INTEGERS, INTEGER, FLOATS, FLOATS, FLOATS, FLOATS, OUT, OUT, OUT)
def _exp(
    x: Array, x_lo: Array, x_r: Array, lift: Array, less_one: int, steps: Array, cubic: Array,
    table: Array, table_lo: Array, hi: Array, lo: Array, radius: Array,
) -> None:  # fmt: skip
    """e^x, lifted, or with `less_one` e^x − 1."""
    for i in range(len(x)):
        a, a_lo, moved, within = _taken(x[i], x_lo[i], x_r[i])
        k, m, m_lo, doubt = _reduced(a, a_lo, steps[0], steps[1], steps[2], cubic)
        n, j = int(k) >> BITS, int(k) & (STEPS - 1)
        off, gone = 1.1 * doubt + moved, 2.0**-1071 if moved > 0 else 0.0
        if less_one:
            hi[i], lo[i] = _less_one(n, table[j], table_lo[j], m, m_lo)
            power = (1 + hi[i]) + 2.0**-50
            wide = ((2.0**-88 * abs(hi[i]) + power * off) + gone) + strayed(hi[i], a, a)
            within = within and x[i] <= 1
        else:
            n += lift[i] if len(lift) > 1 else lift[0]
            hi[i], lo[i] = _powered(n, table[j], table_lo[j], m, m_lo)
            relative = off + (0.0 if a == 0 else 2.0**-100)
            wide = (hi[i] * relative + (2.0**-1070 if n <= -900 else 0.0)) + gone
        radius[i] = wide if within else np.inf


def exponential(
    x: Parts, lift: Array, less_one: bool, steps: tuple[float, ...], cubic: tuple[float, ...], table: Array, low: Array
) -> Array:
    """The parts of e^x, times 2^lift, or of e^x − 1."""
    parts = np.empty((3, *x[0].shape))
    if x[0].size:
        given = np.array(steps), np.array(cubic), table, low
        _exp(*map(flat, x), np.atleast_1d(lift).reshape(-1), less_one, *given, *parts.reshape(3, -1))
    return parts
