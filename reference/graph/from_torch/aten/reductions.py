"""Sums, means, extrema, norms, softmaxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row
from .elementwise import numbers, to_power

E = Expression
Axes = Sequence[int] | int | None


def axes_of(dims: Axes) -> Sequence[int] | None:
    """None and no axes at all mean every axis."""
    return (dims,) if isinstance(dims, int) else dims or None


def total(call: AtenCall, x: E, dims: Axes = None, keepdims: bool = False, dtype: Any = None) -> E:
    """Σ."""
    return numbers(call, x).sum(axes_of(dims), keepdims)


def mean(call: AtenCall, x: E, dims: Axes = None, keepdims: bool = False, dtype: Any = None) -> E:
    """Σ/n."""
    return numbers(call, x).mean(axes_of(dims), keepdims)


def variance(
    call: AtenCall, x: E, dims: Axes = None, correction: float | None = None, keepdim: bool = False, **_: Any
) -> E:
    """Σ(x − mean)²/(n − correction)."""
    if isinstance(dims, bool):
        correction, dims = float(dims), None
    centred = x - x.mean(axes_of(dims), keepdims=True)
    squares = centred.square().sum(axes_of(dims), keepdims=keepdim)
    count = x.size // max(squares.size, 1)
    return squares / (count - (1 if correction is None else correction))


def deviation(call: AtenCall, x: E, *rest: Any, **options: Any) -> E:
    """The root of the variance."""
    return variance(call, x, *rest, **options).sqrt()


def variance_and_mean(call: AtenCall, x: E, *rest: Any, **options: Any) -> tuple[E, E]:
    """Both."""
    dims = rest[0] if rest else None
    return variance(call, x, *rest, **options), x.mean(axes_of(dims), bool(options.get("keepdim", False)))


def extremum(name: str) -> Row:
    """The largest or smallest over all, or over axes; with its place where torch gives one."""

    def row(call: AtenCall, x: E, dims: Axes = None, keepdims: bool = False) -> Any:
        if len(call.executed.results) == 1:
            return x.reduce(name, axes_of(dims), keepdims)
        assert isinstance(dims, int)
        return picked(call, x, dims, keepdims), None

    return row


def picked(call: AtenCall, x: E, axis: int, keepdims: bool = False) -> E:
    """The entries that torch says it took, by the places that it gave."""
    at = call.places
    axis %= len(x.shape)
    whole = at if keepdims or not x.shape else np.expand_dims(at, axis)
    return x.take(along(x.shape, whole, axis)).reshape(*at.shape)


def along(shape: Sequence[int], places: Any, axis: int) -> Any:
    """Flat indices of x[…, places, …] along an axis."""
    grids = list(np.indices(places.shape, sparse=False)) if places.ndim else []
    grids[axis] = np.asarray(places)
    return np.ravel_multi_index(grids, tuple(shape))


def product(call: AtenCall, x: E, dim: int | None = None, keepdim: bool = False, dtype: Any = None) -> E:
    """Π."""
    return x.reduce("reduce_prod", axes_of(dim), keepdim)


def norm(call: AtenCall, x: E, order: float = 2, dims: Axes = None, keepdims: bool = False, dtype: Any = None) -> E:
    """(Σ|x|^p)^(1/p)."""
    axes = axes_of(dims)
    if order in (float("inf"), float("-inf")):
        return x.abs().reduce("reduce_max" if order > 0 else "reduce_min", axes, keepdims)
    if order == 2:
        return x.square().sum(axes, keepdims).sqrt()
    if order == 1:
        return x.abs().sum(axes, keepdims)
    if order == 0:
        return x.compare("ne", 0.0).to(x.dtype).sum(axes, keepdims)
    return to_power(to_power(x.abs(), order).sum(axes, keepdims), 1 / order)


def log_sum_exp(call: AtenCall, x: E, dims: Axes, keepdims: bool = False) -> E:
    """ln Σ e^x."""
    return lse(x, axes_of(dims), keepdims)


def lse(x: E, axes: Sequence[int] | None, keepdims: bool = False) -> E:
    """ln Σ e^(x − top) + top."""
    top = x.max(axes, keepdims=True).held()
    summed = (x - top).exp().sum(axes, keepdims)
    return summed.log() + (top if keepdims else top.reshape(*summed.shape))


def softmax(call: AtenCall, x: E, axis: int, half_to_float: bool = False) -> E:
    """e^x/Σe^x."""
    return probabilities(x, axis).to(call.dtype)


def probabilities(x: E, axis: int) -> E:
    """e^(x − top)/Σ e^(x − top)."""
    powers = (x - x.max((axis,), keepdims=True).held()).exp()
    return powers / powers.sum((axis,), keepdims=True)


def safe_softmax(call: AtenCall, x: E, axis: int, dtype: Any = None) -> E:
    """The softmax, 0 in rows that are −∞ throughout."""
    masked = np.all(np.isneginf(call.floats(0)), axis=axis, keepdims=True)
    if not masked.any():
        return probabilities(x, axis)
    empty = Expression(call.builder, call.builder.constant(masked))
    return empty.where(0.0, probabilities(empty.where(0.0, x), axis))


def softmax_backward(call: AtenCall, v: E, y: E, axis: int, input_dtype: Any = None) -> E:
    """y (v − Σ v y)."""
    product = v * y
    return product - y * product.sum((axis,), keepdims=True)


def log_softmax(call: AtenCall, x: E, axis: int, half_to_float: bool = False) -> E:
    """x − ln Σ e^x."""
    shifted = x - x.max((axis,), keepdims=True).held()
    return (shifted - shifted.exp().sum((axis,), keepdims=True).log()).to(call.dtype)


def log_softmax_backward(call: AtenCall, v: E, y: E, axis: int, input_dtype: Any = None) -> E:
    """v − e^y Σ v."""
    return v - y.exp() * v.sum((axis,), keepdims=True)


def cumulative(name: str) -> Row:
    """cumsum and the like."""

    def row(call: AtenCall, x: E, axis: int, dtype: Any = None) -> E:
        return x.apply(name, axis=axis % max(len(x.shape), 1), reverse=False)

    return row


def running_extremum(call: AtenCall, x: E, axis: int) -> tuple[E, None]:
    """The largest (or smallest) so far, by the places that torch gave."""
    return picked(call, x, axis, keepdims=True), None


def extremes(call: AtenCall, x: E, *, dim: int | None = None, keepdim: bool = False) -> tuple[E, E]:
    """The smallest and the largest."""
    axes = None if dim is None else (dim,)
    return x.reduce("reduce_min", axes, keepdim), x.reduce("reduce_max", axes, keepdim)


def sort(call: AtenCall, x: E, *rest: Any, **options: Any) -> tuple[E, None]:
    """In torch's order, by the places that it gave."""
    named = [r for r in rest if isinstance(r, int) and not isinstance(r, bool)]
    axis = options.get("dim", named[-1] if named else -1)
    return picked(call, x, axis, keepdims=True), None


def top_k(call: AtenCall, x: E, k: int, axis: int = -1, largest: bool = True, ordered: bool = True) -> tuple[E, None]:
    """The k largest, by the places that torch gave."""
    return picked(call, x, axis, keepdims=True), None


def chosen_along(position: int) -> Row:
    """An entry along the axis that argument number `position` names, by the place that torch gave."""

    def row(call: AtenCall, x: E, *rest: Any) -> tuple[E, None]:
        axis = rest[position] if len(rest) > position else -1
        return picked(call, x, axis, keepdims=bool(rest[position + 1]) if len(rest) > position + 1 else False), None

    return row


def trace(call: AtenCall, x: E) -> E:
    """Σ of the diagonal."""
    return x.take(np.diagonal(np.arange(x.size).reshape(x.shape))).sum()


def log_add_exp(call: AtenCall, x: E, y: E) -> E:
    """ln(e^x + e^y)."""
    top = x._with("max", y).held()
    return ((x - top).exp() + (y - top).exp()).log() + top


REDUCTIONS: dict[str, Row] = {
    "sum": total, "mean": mean, "var": variance, "std": deviation, "var_mean": variance_and_mean,
    "max": extremum("reduce_max"), "min": extremum("reduce_min"),
    "amax": extremum("reduce_max"), "amin": extremum("reduce_min"),
    "prod": product, "linalg_vector_norm": norm, "norm": norm, "logsumexp": log_sum_exp,
    "_softmax": softmax, "_safe_softmax": safe_softmax, "_softmax_backward_data": softmax_backward,
    "_log_softmax": log_softmax, "_log_softmax_backward_data": log_softmax_backward,
    "aminmax": extremes, "cummax": running_extremum, "cummin": running_extremum,
    "logcumsumexp": cumulative("cumlogsumexp"),
    "cumsum": cumulative("cumsum"), "cumprod": cumulative("cumprod"), "sort": sort, "topk": top_k,
    "median": chosen_along(0), "kthvalue": chosen_along(1), "trace": trace, "logaddexp": log_add_exp,
}  # fmt: skip
