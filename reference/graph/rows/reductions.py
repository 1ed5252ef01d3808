"""Sums, products and extremes over axes, and the same accumulated along one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ..arrays import NO, OPEN, YES, as_array, by_cotangents, each, filled, magnitudes, masked, to_floats, zeros_like
from ..graph import OpenBranch
from ..primitive import EXACT, Arrays, Back, Params, Primitive, Rounding
from .binary import at_most, largest, smallest
from .elementwise import C_LIBRARY

Combine = Callable[[Any, Any], Any]


def axes_of(params: Params) -> tuple[int, ...]:
    """The axes reduced over."""
    return tuple(map(int, params["axes"]))


def spread(array: Any, params: Params, shape: tuple[int, ...]) -> Any:
    """A reduction's result along the axes again that it went over."""
    with_ones = tuple(1 if i in axes_of(params) else n for i, n in enumerate(shape))
    return np.broadcast_to(np.reshape(array, with_ones), shape)


def flattened(x: Any, axes: tuple[int, ...]) -> Any:
    """The axes reduced over as one, the last."""
    with_ones = [i for i in range(x.ndim) if i not in axes]
    moved = x.transpose(*with_ones, *axes)
    return moved.reshape(*(x.shape[i] for i in with_ones), math.prod(x.shape[i] for i in axes))


def summed(x: Any, axes: tuple[int, ...]) -> Any:
    """Σ over axes."""
    flat = flattened(x, axes)
    if not flat.shape[-1]:
        return filled(flat.shape[:-1], 0) if x.dtype == object else np.zeros(flat.shape[:-1], x.dtype)
    return as_array(np.add.reduce(flat, axis=-1))


def reduced(x: Any, axes: tuple[int, ...], combine: Combine, empty: Any) -> Any:
    """A combination over axes, by halves: balls of a maximum stay as narrow as one of them."""
    flat = flattened(x, axes)
    if not flat.shape[-1]:
        return filled(flat.shape[:-1], empty)
    while flat.shape[-1] > 1:
        half = flat.shape[-1] // 2
        flat = np.concatenate(
            [as_array(combine(flat[..., :half], flat[..., half : 2 * half])), flat[..., 2 * half :]], -1
        )
    return flat[..., 0]


def _count(params: Params, x: Arrays) -> int:
    return max(1, math.prod(x[0].shape[i] for i in axes_of(params)))


SUM = Rounding(
    1.0,
    _count,
    lambda params, x: summed(magnitudes(x[0]), axes_of(params)),
    "γ of the number of terms, in any order",
)


def _spread_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    return (spread(v[0], params, x[0].shape),)


def _extreme(name: str, combine: Combine, empty: float) -> Primitive:
    def value(params: Params, x: Arrays) -> Arrays:
        return (reduced(x[0], axes_of(params), combine, empty),)

    def pullback(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
        best = spread(r[0], params, x[0].shape)
        reaches = at_most(best, x[0]) if name == "reduce_max" else at_most(x[0], best)
        return (shared(reaches, spread(v[0], params, x[0].shape), axes_of(params)),)

    return Primitive(name, value, pullback, "v where x = r", EXACT, "where several are equal", Back(1.0))


def shared(reaches: Any, v: Any, axes: tuple[int, ...]) -> Any:
    """v at the only candidate for an extreme; where there are several, between 0 and v at each."""
    candidates = spread(np.sum(reaches != NO, axis=axes), {"axes": axes}, reaches.shape)
    which = np.where(reaches == NO, NO, np.where(candidates > 1, OPEN, YES)).astype(np.int8)
    return masked(which, v)


def _product_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    """v times the product of the others, also where some are 0."""
    axes = axes_of(params)
    flat = flattened(x[0], axes)
    others = exclusive_products(flat, False) * exclusive_products(flat, True)
    with_ones = [i for i in range(x[0].ndim) if i not in axes]
    order = np.argsort([*with_ones, *axes])
    moved = others.reshape([x[0].shape[i] for i in (*with_ones, *axes)]).transpose(*order)
    return (as_array(moved * spread(v[0], params, x[0].shape)),)


def exclusive_products(flat: Any, from_the_end: bool) -> Any:
    """Products of what stands before (after) each entry of the last axis."""
    rows = flat[..., ::-1] if from_the_end else flat
    ones = np.full((*flat.shape[:-1], 1), arb(1) if flat.dtype == object else 1.0, dtype=flat.dtype)
    products = np.multiply.accumulate(np.concatenate([ones, rows[..., :-1]], -1), axis=-1)
    return products[..., ::-1] if from_the_end else products


def _truth(name: str, reduce: Any, empty: int) -> Primitive:
    def value(params: Params, x: Arrays) -> Arrays:
        return (np.asarray(reduce(x[0], axis=axes_of(params), initial=empty), dtype=x[0].dtype),)

    return Primitive(name, value, None, "none: a truth value")


def _arg(name: str, combine: Combine) -> Primitive:
    def value(params: Params, x: Arrays) -> Arrays:
        (axis,) = axes_of(params)
        if x[0].dtype != object:
            found = np.argmax(x[0], axis) if name == "argmax" else np.argmin(x[0], axis)
            return (np.asarray(found, np.int64),)
        best = spread(reduced(x[0], (axis,), combine, 0), params, x[0].shape)
        reaches = at_most(best, x[0]) if name == "argmax" else at_most(x[0], best)
        if np.any(np.sum(reaches != NO, axis=axis) != np.maximum(1, np.sum(reaches == YES, axis=axis))):
            raise OpenBranch(f"{name}: entries are equal as far as they are known")
        return (np.argmax(reaches != NO, axis).astype(np.int64),)

    return Primitive(name, value, None, "none: an integer", EXACT, "where several are equal")


def _along(params: Params, array: Any, function: Callable[[Any], Any]) -> Any:
    """A function of the last axis along the axis, and in the direction, that the parameters name."""
    axis, backwards = int(params["axis"]), bool(params.get("reverse", False))
    moved = np.moveaxis(array, axis, -1)
    made = function(moved[..., ::-1] if backwards else moved)
    return np.moveaxis(made[..., ::-1] if backwards else made, -1, axis)


def _running_sum(x: Any) -> Any:
    return np.add.accumulate(x, axis=-1) if x.shape[-1] else x


def _turned(params: Params) -> Params:
    return {**params, "reverse": not params.get("reverse", False)}


def _cumsum_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    return (_along(_turned(params), v[0], _running_sum),)


def _together(params: Params, arrays: Arrays, function: Callable[..., Any]) -> Any:
    """`_along` of several arrays at once."""
    stacked = np.stack(arrays)
    moved = {**params, "axis": int(params["axis"]) + 1}
    return _along(moved, stacked, lambda rows: function(*rows)[None])[0]


def _cumprod_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    """∂x_i = Π_{k<i} x_k · s_i, s_i = v_i + x_{i+1} s_{i+1}."""

    def back(rows: Any, cotangent: Any) -> Any:
        s = cotangent.copy()
        for i in range(rows.shape[-1] - 2, -1, -1):
            s[..., i] = cotangent[..., i] + rows[..., i + 1] * s[..., i + 1]
        return exclusive_products(rows, False) * s

    return (_together(params, (x[0], v[0]), back),)


def _running(combine: Combine) -> Callable[[Any], Any]:
    def run(x: Any) -> Any:
        made = x.copy()
        for i in range(1, x.shape[-1]):
            made[..., i] = combine(made[..., i - 1], x[..., i])
        return made

    return run


def _cumulative_extreme(name: str, combine: Combine) -> Primitive:
    def value(params: Params, x: Arrays) -> Arrays:
        return (_along(params, x[0], _running(combine)),)

    def pullback(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
        def back(rows: Any, cotangent: Any) -> Any:
            given = zeros_like(rows)
            for i in range(rows.shape[-1]):
                head = rows[..., : i + 1]
                best = reduced(head, (head.ndim - 1,), combine, 0)[..., None]
                reaches = at_most(best, head) if name == "cummax" else at_most(head, best)
                spread_v = np.broadcast_to(cotangent[..., i : i + 1], head.shape)
                given[..., : i + 1] = given[..., : i + 1] + shared(reaches, spread_v, (head.ndim - 1,))
            return given

        return (_together(params, (x[0], v[0]), back),)

    kink, back = "where several are equal", ALONG._replace(magnitude=by_cotangents(pullback))
    return Primitive(name, value, pullback, "v_i where x_j = r_i, j ≤ i", EXACT, kink, back)


_exp, _log = each(arb.exp), each(arb.log)


def _cumlogsumexp_back(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    weighted = as_array(v[0] * _exp(-r[0]))
    return (as_array(_exp(x[0]) * _along(_turned(params), weighted, _running_sum)),)


def _length(params: Params, x: Arrays) -> int:
    return max(1, int(x[0].shape[int(params["axis"])]))


def _running_magnitude(params: Params, x: Arrays) -> Any:
    return _along(params, magnitudes(x[0]), _running_sum)


RUNNING = Rounding(1.0, _length, _running_magnitude, "γ of the number of terms, in any order")


ALONG = Back(1.0, lambda params, x: (_length(params, x),))
FACTORS = Back(1.0, lambda params, x: (2 * x[0].size,))


def _products(function: Callable[[Params, Any], Any]) -> Rounding:
    return Rounding(1.0, lambda params, x: x[0].size, function, "u a factor")


ROWS = (
    Primitive("reduce_sum", lambda p, x: (summed(x[0], axes_of(p)),), _spread_back, "v, spread", SUM),
    _extreme("reduce_max", largest, -math.inf),
    _extreme("reduce_min", smallest, math.inf),
    Primitive(
        "reduce_prod",
        lambda p, x: (reduced(x[0], axes_of(p), lambda a, b: a * b, 1),),
        _product_back,
        "v Π of the others",
        _products(lambda p, x: np.multiply.reduce(magnitudes(x[0]), axis=axes_of(p))),
        back=FACTORS,
    ),
    _truth("reduce_and", np.min, YES),
    _truth("reduce_or", np.max, NO),
    _arg("argmax", largest),
    _arg("argmin", smallest),
    Primitive(
        "cumsum",
        lambda p, x: (_along(p, x[0], _running_sum),),
        _cumsum_back,
        "v, summed from the end",
        RUNNING,
        back=ALONG,
    ),
    Primitive(
        "cumprod",
        lambda p, x: (_along(p, x[0], lambda rows: np.multiply.accumulate(rows, axis=-1)),),
        _cumprod_back,
        "Π_{k<i} x_k · s_i, s_i = v_i + x_{i+1} s_{i+1}",
        _products(lambda p, x: _along(p, magnitudes(x[0]), lambda rows: np.multiply.accumulate(rows, axis=-1))),
        back=FACTORS,
    ),
    _cumulative_extreme("cummax", largest),
    _cumulative_extreme("cummin", smallest),
    Primitive(
        "cumlogsumexp",
        lambda p, x: (_log(_along(p, _exp(x[0]), _running_sum)),),
        _cumlogsumexp_back,
        "e^x_j Σ_{i≥j} v_i e^−r_i",
        Rounding(
            C_LIBRARY,
            _length,
            lambda p, x: 1 + np.abs(to_floats(x[0])),
            "γ of the number of terms, and 8 u for exp and log",
        ),
        back=Back(3 * C_LIBRARY, lambda p, x: (_length(p, x),), magnitude=by_cotangents(_cumlogsumexp_back)),
    ),
)
