"""Matrix products of pairs, two ways; which when, and why: docs/certification.md, section 4.

`expanded` writes every product out; `sliced` cuts the matrices so that BLAS makes no rounding at
all where it matters.
"""

from __future__ import annotations

import math

import numpy as np

from ....manual.shapes import Array
from .number import GROWN, SMALL, Doubled, U, cascade, lowered, split, split_product, strayed, two_sum

EXPANDED, EXPANDED_IF_BLUNT = 300, 10_000
"""Products of one case up to which they are written out: always, and where slices do not resolve the result."""
AT_ONCE = 2**16
"""Products written out at a time: their arrays stay in the cache."""
LIFT = 600
"""Powers of 2."""


def product(x: Doubled, y: Doubled) -> Doubled:
    """x y over the last two axes, cases on the first; a y near underflow is lifted above it."""
    lift = np.where(np.abs(y.hi).max(axis=(-2, -1), keepdims=True) < 2.0**-500, LIFT, 0)
    if not lift.any():
        return _product(x, y)
    up = np.ldexp(1.0, lift)
    result = _product(x, Doubled(*(part * up for part in y)))
    return lowered(result, np.broadcast_to(lift, result.hi.shape))


def _product(x: Doubled, y: Doubled) -> Doubled:
    each = x.hi.shape[-2] * x.hi.shape[-1] * y.hi.shape[-1]
    if each <= EXPANDED:
        return _in_parts(x, y, each)
    result, sharp = _sliced(x, y)
    if each <= EXPANDED_IF_BLUNT:
        blunt = _blunt(result, sharp)
        if len(blunt):
            again = _in_parts(_some(x, blunt), _some(y, blunt), each)
            for part, better in zip(result, again, strict=True):
                part[blunt] = better
    return result


def _blunt(result: Doubled, sharp: Array) -> Array:
    """The cases in which slices leave more doubt than an eighth of an ulp, beyond what the factors bring."""
    resolved = sharp <= U / 4 * np.abs(result.hi)
    return np.flatnonzero(~resolved.reshape(len(resolved), -1).all(axis=1))


def _in_parts(x: Doubled, y: Doubled, each: int) -> Doubled:
    step = max(1, AT_ONCE // each)
    slices = [slice(i, i + step) for i in range(0, len(x.hi), step)]
    parts = [expanded(_some(x, some), _some(y, some)) for some in slices]
    return parts[0] if len(parts) == 1 else Doubled(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _some(x: Doubled, cases: slice | Array) -> Doubled:
    return Doubled(*(part[cases] for part in x))


def _of_magnitudes(x: Array, y: Array) -> Array:
    """X Y of matrices ≥ 0, and 2kη more where that may have been lost to underflow; 0 stays 0."""
    value = x @ y
    small = value < SMALL
    if small.any():
        there = (x > 0).astype(np.float64) @ (y > 0).astype(np.float64) > 0
        value += np.where(small & there, x.shape[-1] * 2.0**-1073, 0.0)
    return value


def _carried(x: Doubled, y: Doubled) -> Array | float:
    """|X|R_Y + R_X(|Y| + R_Y), rounded up."""
    moved: Array | float = 0.0
    if y.radius.any():
        moved = moved + _of_magnitudes(np.abs(x.hi), y.radius)
    if x.radius.any():
        moved = moved + _of_magnitudes(x.radius, np.abs(y.hi) + y.radius)
    return moved * GROWN


def _crossed(x: Doubled, y: Doubled) -> tuple[Array | float, Array | float]:
    """X_hi Y_lo + X_lo Y_hi, and a bound on its rounding and the lost X_lo Y_lo: 8k U²|X||Y|."""
    has_low = x.lo.any(), y.lo.any()
    if not any(has_low):
        return 0.0, 0.0
    low = (x.hi @ y.lo if has_low[1] else 0.0) + (x.lo @ y.hi if has_low[0] else 0.0)
    k = x.hi.shape[-1]
    return low, 8 * k * U**2 * _of_magnitudes(np.abs(x.hi), np.abs(y.hi))


def expanded(x: Doubled, y: Doubled) -> Doubled:
    """Every product with its error, every sum with its error."""
    a, b = np.moveaxis(x.hi, -1, 0)[..., None], np.moveaxis(y.hi, -2, 0)[:, :, None]
    p, e = split_product(a, split(a), b, split(b))
    s, lost, magnitude = cascade(p)
    low, crossed = _crossed(x, y)
    k, astray = len(p), strayed(p, a, b)
    doubt = 4 * k * U * (magnitude + np.abs(e).sum(axis=0)) + crossed
    radius = (doubt + _carried(x, y)) * GROWN + (astray if isinstance(astray, float) else astray.sum(axis=0) * GROWN)
    # A sum in any order of 2k numbers and their magnitudes: Higham, section 4.2.
    return Doubled(*two_sum(s, (lost + e.sum(axis=0)) + low), radius)


def _slices(x: Doubled, bits: int, axis: int) -> tuple[Array, Array, Array, Array]:
    """hi = first + second + rest exactly, the first two integers of so many bits on a row's grid, and
    the row's scale: a power of two above every entry, 0 where all are 0.
    """
    largest = np.abs(x.hi).max(axis=axis, keepdims=True)
    scale = np.ldexp(1.0, np.frexp(largest)[1])
    first, rest = _cut(x.hi, scale * 2.0**-bits)
    second, rest = _cut(rest, scale * 2.0 ** (-2 * bits - 1))
    return first, second, rest, np.where(largest == 0, 0.0, scale)


def _cut(x: Array, grid: Array) -> tuple[Array, Array]:
    """x to the nearest multiple of the grid, and the rest, exactly."""
    shift = grid * (1.5 * 2.0**52)
    on_grid = (x + shift) - shift
    return on_grid, x - on_grid


def sliced(x: Doubled, y: Doubled) -> Doubled:
    """X Y from slices."""
    return _sliced(x, y)[0]


def _sliced(x: Doubled, y: Doubled) -> tuple[Doubled, Array]:
    """The product, and its doubt beyond what the factors bring.

    X = X₁ + X₂ + X₃ and Y alike: X₁Y₁, X₁Y₂ and X₂Y₁ are exact in any order of summation, the rest is small.
    """
    k = x.hi.shape[-1]
    bits = (53 - math.ceil(math.log2(k))) // 2
    x1, x2, x3, tall = _slices(x, bits, axis=-1)
    y1, y2, y3, wide = _slices(y, bits, axis=-2)
    low = x1 @ (y3 + y.lo) + x2 @ ((y2 + y3) + y.lo) + (x3 + x.lo) @ y.hi
    s, e = two_sum(x1 @ y1, x1 @ y2)
    s, f = two_sum(s, x2 @ y1)
    rounded = _norms(x1, y3 + y.lo) + _norms(x2, (y2 + y3) + y.lo) + _norms(x3 + x.lo, y.hi)
    doubt = (k + 8) * U * rounded + 4 * U * (np.abs(e) + np.abs(f) + np.abs(low))
    vanishes = (tall == 0) | (wide == 0)  # not their product, which may underflow
    in_range = vanishes | ((tall > 2.0**-400) & (wide > 2.0**-400) & (tall < 2.0**400) & (wide < 2.0**400))
    sharp = np.where(in_range, doubt, np.inf)
    return Doubled(*two_sum(s, (e + f) + low), (sharp + _carried(x, y)) * GROWN), sharp


def _norms(x: Array, y: Array) -> Array:
    """More than |X||Y|, by Cauchy and Schwarz: the norms of the rows of X times those of the columns of Y."""
    rows, columns = np.sqrt((x * x).sum(axis=-1, keepdims=True)), np.sqrt((y * y).sum(axis=-2, keepdims=True))
    return rows * columns
