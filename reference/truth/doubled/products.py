"""Matrix products of pairs, two ways; which when, and why: docs/certification.md, section 4.

`expanded` writes every product out; `sliced` cuts the matrices so that BLAS makes no rounding at
all where it matters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ....manual.shapes import Array
from ...fast.switch import fast
from .number import GROWN, SMALL, Doubled, U, cascade, lowered, split, split_product, strayed, summed, two_sum

EXPANDED, EXPANDED_IF_BLUNT = 300, 10_000
"""Products of one case up to which they are written out: always, and where slices do not resolve the result."""
AT_ONCE = 2**16
"""Products written out at a time: their arrays stay in the cache."""
LIFT = 600
"""Powers of 2."""
FAR = 2.0**400
"""Scales between 1/FAR and FAR keep every slice and every product of slices in range."""


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
    low, crossed = _crossed(x, y)
    moved = _carried(x, y)
    if fast():
        from . import compiled

        return Doubled(*compiled.expanded(x.hi, y.hi, low, crossed, moved))
    return _expanded(x.hi, y.hi, low, crossed, moved)


def _expanded(x: Array, y: Array, low: Array | float, crossed: Array | float, carried: Array | float) -> Doubled:
    a, b = (np.ascontiguousarray(np.moveaxis(each, axis, 0)) for each, axis in ((x, -1), (y, -2)))
    a, b = a[..., None], b[:, :, None]
    p, e = split_product(a, split(a), b, split(b))
    s, lost, magnitude = cascade(p)
    k, astray = len(p), strayed(p, a, b)
    doubt = 4 * k * U * (magnitude + summed(np.abs(e))) + crossed
    radius = (doubt + carried) * GROWN + (astray if isinstance(astray, float) else summed(astray) * GROWN)
    # A sum in any order of 2k numbers and their magnitudes: Higham, section 4.2.
    return Doubled(*two_sum(s, (lost + summed(e)) + low), radius)


class Slices(NamedTuple):
    """hi = first + second + third exactly, the first two integers of few bits on the grid of a row (or a column),
    and the scale of each: a power of 2 above every entry, 0 where all are 0.
    """

    first: Array
    second: Array
    rest: Array
    """third + lo."""
    beyond: Array
    """second + third + lo: all but the first."""
    scale: Array


def _slices(x: Doubled, bits: int, axis: int) -> Slices:
    """Cut a stack of contiguous matrices by rows (axis −1) or columns (−2)."""
    largest = np.abs(x.hi).max(axis=axis, keepdims=True)
    scale, grids = np.ldexp(1.0, np.frexp(largest)[1]), (2.0**-bits, 2.0 ** (-2 * bits - 1))
    if fast():
        from . import compiled

        first, second, rest, beyond = compiled.cut(x.hi, x.lo, scale, axis == -1, *grids)
    else:
        first, third = _cut(x.hi, scale * grids[0])
        second, third = _cut(third, scale * grids[1])
        rest, beyond = third + x.lo, (second + third) + x.lo
    return Slices(first, second, rest, beyond, np.where(largest == 0, 0.0, scale))


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
    x, y = (Doubled(*map(np.ascontiguousarray, each)) for each in (x, y))
    k = x.hi.shape[-1]
    bits = (53 - math.ceil(math.log2(k))) // 2
    left, right = _slices(x, bits, axis=-1), _slices(y, bits, axis=-2)
    sharp_parts = left.first @ right.first, left.first @ right.second, left.second @ right.first
    pairs = (left.first, right.rest), (left.second, right.beyond), (left.rest, y.hi)
    small_parts = [a @ b for a, b in pairs]
    norms = [(_norms(a, -1), _norms(b, -2)) for a, b in pairs]
    given = sharp_parts, small_parts, norms, (left.scale, right.scale), _carried(x, y), (k + 8) * U
    if fast():
        from . import compiled

        hi, lo, radius, sharp = compiled.joined(*given)
        return Doubled(hi, lo, radius), sharp
    return _joined(*given)


Pair = tuple[Array, Array]


def _joined(
    sharp_parts: Sequence[Array],
    small_parts: Sequence[Array],
    norms: Sequence[Pair],
    scales: Pair,
    carried: Array | float,
    growth: float,
) -> tuple[Doubled, Array]:
    """What the products of slices add up to, given the norms of the rows and columns in the small ones."""
    (p, q, r), (one, two, three), (tall, wide) = sharp_parts, small_parts, scales
    low = one + two + three
    s, e = two_sum(p, q)
    s, f = two_sum(s, r)
    # More than the |X||Y| of the small products, by Cauchy and Schwarz.
    rounded = norms[0][0] * norms[0][1] + norms[1][0] * norms[1][1] + norms[2][0] * norms[2][1]
    doubt = growth * rounded + 4 * U * (np.abs(e) + np.abs(f) + np.abs(low))
    vanishes = (tall == 0) | (wide == 0)  # not their product, which may underflow
    in_range = vanishes | ((tall > 1 / FAR) & (wide > 1 / FAR) & (tall < FAR) & (wide < FAR))
    sharp = np.where(in_range, doubt, np.inf)
    return Doubled(*two_sum(s, (e + f) + low), (sharp + carried) * GROWN), sharp


def _norms(x: Array, axis: int) -> Array:
    """The Euclidean norms of its rows (axis −1) or columns."""
    return np.sqrt((x * x).sum(axis=axis, keepdims=True))
