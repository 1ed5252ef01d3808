"""Products of matrices: dot_general, and the same along windows (`windows`)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..arrays import magnitudes, matmul
from ..primitive import Arrays, Back, Params, Primitive, Rounding

PRODUCTS = frozenset(("dot_general", "conv_general_dilated"))
"""Whose results are sums of products."""


class Sides(NamedTuple):
    """Which axes of an operand are batch, free and contracted."""

    batch: tuple[int, ...]
    free: tuple[int, ...]
    contracted: tuple[int, ...]


def sides(params: Params, ndims: tuple[int, int]) -> tuple[Sides, Sides]:
    """The axes of both operands of a dot."""
    contracting, batch = params["dimension_numbers"]
    return tuple(  # type: ignore[return-value]
        Sides(tuple(b), tuple(i for i in range(n) if i not in (*b, *c)), tuple(c))
        for n, b, c in zip(ndims, batch, contracting, strict=True)
    )


def stacked(array: Any, first: tuple[int, ...], rows: tuple[int, ...], columns: tuple[int, ...]) -> Any:
    """Axes put together as (batch, rows, columns)."""
    sizes = [math.prod(array.shape[i] for i in axes) for axes in (first, rows, columns)]
    return array.transpose(*first, *rows, *columns).reshape(sizes)


def batched(a: Any, b: Any) -> Any:
    """Matrix products, the batch on the first axis."""
    if a.dtype != object:
        return a @ b
    made = np.empty((a.shape[0], a.shape[1], b.shape[2]), dtype=object)
    for k in range(a.shape[0]):
        made[k] = matmul(a[k], b[k])
    return made


def dot(params: Params, x: Any, y: Any) -> Any:
    """Batch axes first, then the free ones of x, then those of y."""
    left, right = sides(params, (x.ndim, y.ndim))
    product = batched(
        stacked(x, left.batch, left.free, left.contracted), stacked(y, right.batch, right.contracted, right.free)
    )
    out_shape = [x.shape[i] for i in (*left.batch, *left.free)] + [y.shape[i] for i in right.free]
    return product.reshape(out_shape)


def _split(v: Any, left: Sides, right: Sides) -> Any:
    sizes = np.cumsum([len(left.batch), len(left.free), len(right.free)]).tolist()
    axes = tuple(range(v.ndim))
    return stacked(v, axes[: sizes[0]], axes[sizes[0] : sizes[1]], axes[sizes[1] :])


def _restored(stacked: Any, shape: tuple[int, ...], order: tuple[int, ...]) -> Any:
    """(batch, rows, columns) back in the operand's own axes."""
    return stacked.reshape([shape[i] for i in order]).transpose(*np.argsort(order).tolist())


def _dot_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    left, right = sides(params, (x[0].ndim, x[1].ndim))
    moved = _split(v[0], left, right)
    dx = batched(moved, stacked(x[1], right.batch, right.free, right.contracted))
    dy = batched(stacked(x[0], left.batch, left.contracted, left.free), moved)
    return (
        _restored(dx, x[0].shape, (*left.batch, *left.free, *left.contracted)),
        _restored(dy, x[1].shape, (*right.batch, *right.contracted, *right.free)),
    )


def _terms(params: Params, x: Arrays) -> int:
    (contracted, _), _ = params["dimension_numbers"]
    return max(1, math.prod(x[0].shape[i] for i in contracted))


def _back_terms(params: Params, x: Arrays) -> tuple[int, ...]:
    left, right = sides(params, (x[0].ndim, x[1].ndim))
    return math.prod(x[1].shape[i] for i in right.free) + 1, math.prod(x[0].shape[i] for i in left.free) + 1


DOT = Rounding(
    1.0,
    lambda params, x: _terms(params, x) + 1,
    lambda params, x: dot(params, magnitudes(x[0]), magnitudes(x[1])),
    "γ of the number of products, in any order",
)
ROWS = (
    Primitive("dot_general", lambda p, x: (dot(p, *x),), _dot_back, "v yᵀ, xᵀ v", DOT, back=Back(1.0, _back_terms)),
)
