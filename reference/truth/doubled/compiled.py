"""What pairs of floats cost most passes for, compiled: to the bit what number.py and products.py have in NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....manual.shapes import Array
from ...fast.error_free import strayed, two_product, two_sum
from ...fast.jit import FLOATS, INTEGER, NOTHING, NUMBER, OUT, compiled, flat, inlined

GROWN, U, FAR = 1 + 2.0**-20, 2.0**-53, 2.0**400
NEAR = 1 / FAR
ON_GRID = 1.5 * 2.0**52

Pair = tuple[Array, Array]


@compiled(NOTHING, *[FLOATS] * 6, OUT, OUT, OUT)
def _add(x: Array, x_lo: Array, x_r: Array, y: Array, y_lo: Array, y_r: Array, hi: Array, lo: Array, r: Array) -> None:
    for i in range(len(x)):
        s, e = two_sum(x[i], y[i])
        f = x_lo[i] + y_lo[i]
        g = e + f
        hi[i], lo[i] = two_sum(s, g)
        r[i] = (x_r[i] + y_r[i] + 2 * U * (abs(f) + abs(g))) * GROWN


def added(*parts: Array) -> Array:
    """hi, lo and radius of x + y, from those of both, all of one shape."""
    found = np.empty((3, *parts[0].shape))
    _add(*map(flat, parts), *found.reshape(3, -1))
    return found


@compiled(NOTHING, FLOATS, FLOATS, FLOATS, INTEGER, INTEGER, INTEGER, NUMBER, NUMBER, OUT, OUT, OUT, OUT)
def _cut(
    x: Array, x_lo: Array, scale: Array, rows: int, n: int, along: int, first: float, second: float,
    one: Array, two: Array, three: Array, two_three: Array,
) -> None:  # fmt: skip
    """Of stacked matrices with `rows` rows of n entries, a scale to each row (`along` is 1) or to each column (0)."""
    for i in range(len(x)):
        row, column = i // n, i % n
        of = scale[row] if along else scale[row // rows * n + column]
        shift = (of * first) * ON_GRID
        one[i] = (x[i] + shift) - shift
        rest = x[i] - one[i]
        shift = (of * second) * ON_GRID
        two[i] = (rest + shift) - shift
        rest = rest - two[i]
        three[i] = rest + x_lo[i]
        two_three[i] = (two[i] + rest) + x_lo[i]


def cut(x: Array, x_lo: Array, scale: Array, along: bool, first: float, second: float) -> Array:
    """The slices of a stack of matrices: two on their grids, the rest with the low part, and these two together."""
    parts = np.empty((4, *x.shape))
    *_, rows, n = x.shape
    _cut(flat(x), flat(x_lo), flat(scale), rows, n, along, first, second, *parts.reshape(4, -1))
    return parts


@inlined
def _in_range(tall: float, wide: float) -> bool:
    return tall == 0 or wide == 0 or (NEAR < tall < FAR and NEAR < wide < FAR)


@compiled(NOTHING, *[FLOATS] * 6, INTEGER, INTEGER, *[FLOATS] * 9, NUMBER, OUT, OUT, OUT, OUT)
def _join(
    p: Array, q: Array, r: Array, first: Array, second: Array, third: Array, rows: int, n: int,
    left_1: Array, right_1: Array, left_2: Array, right_2: Array, left_3: Array, right_3: Array,
    tall: Array, wide: Array, carried: Array, growth: float,
    hi: Array, lo: Array, radius: Array, sharp: Array,
) -> None:  # fmt: skip
    for i in range(len(p)):
        row = i // n
        column = row // rows * n + i % n
        low = first[i] + second[i] + third[i]
        s, e = two_sum(p[i], q[i])
        s, f = two_sum(s, r[i])
        rounded = left_1[row] * right_1[column] + left_2[row] * right_2[column] + left_3[row] * right_3[column]
        doubt = growth * rounded + 4 * U * (abs(e) + abs(f) + abs(low))
        sharp[i] = doubt if _in_range(tall[row], wide[column]) else np.inf
        hi[i], lo[i] = two_sum(s, (e + f) + low)
        radius[i] = (sharp[i] + (carried[i] if len(carried) > 1 else carried[0])) * GROWN


def joined(
    sharp_parts: Sequence[Array], small_parts: Sequence[Array], norms: Sequence[Pair], scales: Pair,
    carried: Array | float, growth: float,
) -> Array:  # fmt: skip
    """hi, lo, radius and doubt of a product of slices."""
    parts = np.empty((4, *sharp_parts[0].shape))
    *_, rows, n = sharp_parts[0].shape
    _join(
        *map(flat, (*sharp_parts, *small_parts)),
        *(rows, n),
        *map(flat, (*norms[0], *norms[1], *norms[2], *scales)),
        *(np.atleast_1d(carried).reshape(-1), growth),
        *parts.reshape(4, -1),
    )
    return parts


@inlined
def _cascade(terms: Array) -> tuple[float, float, float]:
    lost, magnitude, n = 0.0, 0.0, len(terms)
    while n > 1:
        half, level, sizes = n // 2, 0.0, 0.0
        for i in range(half):
            terms[i], e = two_sum(terms[i], terms[half + i])
            level += e
            sizes += abs(e)
        lost += level
        magnitude += sizes
        if n % 2:
            terms[half] = terms[2 * half]
        n -= half
    return terms[0], lost, magnitude


@compiled(NOTHING, FLOATS, FLOATS, INTEGER, INTEGER, FLOATS, FLOATS, FLOATS, NUMBER, OUT, OUT, OUT, OUT)
def _expand(
    x: Array, y: Array, rows: int, columns: int, low: Array, crossed: Array, carried: Array, growth: float,
    terms: Array, hi: Array, lo: Array, radius: Array,
) -> None:  # fmt: skip
    """Of matrices x with these rows, and transposed y, all of as many columns as there are terms."""
    k = len(terms)
    for i in range(len(hi)):
        row = i // columns * k
        column = (i // columns // rows * columns + i % columns) * k
        errors, sizes, astray = 0.0, 0.0, 0.0
        for j in range(k):
            a, b = x[row + j], y[column + j]
            terms[j], e = two_product(a, b)
            errors += e
            sizes += abs(e)
            astray += strayed(terms[j], a, b)
        s, lost, magnitude = _cascade(terms)
        doubt = growth * (magnitude + sizes) + (crossed[i] if len(crossed) > 1 else crossed[0])
        radius[i] = (doubt + (carried[i] if len(carried) > 1 else carried[0])) * GROWN + astray * GROWN
        hi[i], lo[i] = two_sum(s, (lost + errors) + (low[i] if len(low) > 1 else low[0]))


def expanded(x: Array, y: Array, low: Array | float, crossed: Array | float, carried: Array | float) -> Array:
    """hi, lo and radius of X Y, every product and every sum with its error."""
    k, columns = x.shape[-1], y.shape[-1]
    parts = np.empty((3, *x.shape[:-1], columns))
    small = (np.atleast_1d(part).reshape(-1) for part in (low, crossed, carried))
    _expand(flat(x), flat(y.mT), x.shape[-2], columns, *small, 4 * k * U, np.empty(k), *parts.reshape(3, -1))
    return parts
