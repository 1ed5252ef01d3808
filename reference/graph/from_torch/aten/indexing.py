"""Gathers and scatters by integers, as executed; embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row
from .reductions import along
from .shaping import numbered

E = Expression


def chosen(call: AtenCall, x: E, indices: Sequence[E | None]) -> Any:
    """The flat places that x[indices] means."""
    key = tuple(slice(None) if k is None else call.integers(k) for k in indices)
    return numbered(x.shape)[key]


def index(call: AtenCall, x: E, indices: Sequence[E | None]) -> E:
    """x[indices]."""
    return x.take(chosen(call, x, indices))


def index_put(
    call: AtenCall, x: E, indices: Sequence[E | None], values: E, accumulate: bool = False, unsafe: bool = False
) -> E:
    """x with values at, or added at, x[indices]."""
    places = chosen(call, x, indices)
    update = values.to(x.dtype).expand(places.shape)
    flat = x.reshape(-1)
    return (flat.put_add(places, update) if accumulate else flat.put(places, update)).reshape(*x.shape)


def index_select(call: AtenCall, x: E, axis: int, indices: E) -> E:
    """Slices along an axis."""
    return x.take(np.take(numbered(x.shape), np.atleast_1d(call.integers(indices)), axis))


def index_add(call: AtenCall, x: E, axis: int, indices: E, source: E, alpha: float = 1) -> E:
    """Slices added along an axis."""
    places = np.take(numbered(x.shape), call.integers(indices), axis)
    return x.reshape(-1).put_add(places, source if alpha == 1 else source * alpha).reshape(*x.shape)


def index_select_backward(call: AtenCall, v: E, sizes: Sequence[int], axis: int, indices: E) -> E:
    """Its pullback."""
    return index_add(call, call.filled(0.0), axis, indices, v)


def gather(call: AtenCall, x: E, axis: int, indices: E, sparse_grad: bool = False) -> E:
    """x[…, indices, …] along an axis."""
    places = call.integers(indices)
    return x.take(along(x.shape, places, axis % len(x.shape))) if x.shape else x.expand(places.shape)


def scatter(call: AtenCall, x: E, axis: int, indices: E, source: Any, reduce: str | None = None) -> E:
    """x with a source written along an axis."""
    places = along(x.shape, call.integers(indices), axis % len(x.shape))
    if not isinstance(source, E):
        source = x.literal(source).expand(places.shape)
    update = source.take(numbered(source.shape)[tuple(map(slice, places.shape))])
    flat = x.reshape(-1)
    return (flat.put_add if reduce == "add" else flat.put)(places, update).reshape(*x.shape)


def scatter_add(call: AtenCall, x: E, axis: int, indices: E, source: E) -> E:
    """x with a source added along an axis."""
    return scatter(call, x, axis, indices, source, "add")


def value_selecting_backward(call: AtenCall, v: E, axis: int, indices: E, sizes: Sequence[int], keepdim: bool) -> E:
    """The cotangent of a max, min, median … along an axis: v where it was taken from."""
    places = call.integers(indices)
    if not sizes:
        return v
    axis %= len(sizes)
    if not keepdim:
        places, v = np.expand_dims(places, axis), v.reshape(*v.shape[:axis], 1, *v.shape[axis:])
    return call.filled(0.0).reshape(-1).put_add(along(sizes, places, axis), v).reshape(*sizes)


def embedding(call: AtenCall, table: E, indices: E, padding: int = -1, *rest: Any) -> E:
    """Rows of a table; that of the padding passes no cotangent."""
    found = call.integers(indices)
    rows = table.take(numbered(table.shape)[found])
    if padding < 0 or not (found == padding).any():
        return rows
    mask = np.repeat((found == padding)[..., None], table.shape[-1], -1)
    return E(call.builder, call.builder.constant(mask)).where(rows.stop_gradient(), rows)


def embedding_backward(
    call: AtenCall, v: E, indices: E, rows: int, padding: int = -1, by_frequency: bool = False, *_: Any
) -> E:
    """Cotangents added at their rows; none at the padding."""
    found, width = call.integers(indices), v.shape[-1]
    places = numbered((rows, width))[found]
    if padding >= 0:
        v = E(call.builder, call.builder.constant(np.repeat((found == padding)[..., None], width, -1))).where(0.0, v)
    return call.filled(0.0).reshape(-1).put_add(places, v).reshape(rows, width)


def embedding_bag(
    call: AtenCall, table: E, indices: E, offsets: E, by_frequency: bool, mode: int, sparse: bool,
    weights: E | None = None, *_: Any,
) -> tuple[E, None, None, None]:  # fmt: skip
    """The sum, the mean or the largest of some rows of a table."""
    if mode == BAG_MAX:
        largest = call.executed.results[3]
        assert largest is not None
        return table.take(along(table.shape, call.recording.executed(largest), 0)), None, None, None
    bags, sizes = _bags(call, indices, offsets)
    rows = table.take(numbered(table.shape)[call.integers(indices)])
    rows = rows if weights is None else rows * weights.reshape(-1, 1)
    out = numbered((len(sizes), table.shape[1]))
    summed = call.filled(0.0).to(rows.dtype).reshape(-1).put_add(out[bags], rows).reshape(*out.shape)
    return (summed / summed.like(sizes[:, None]) if mode == BAG_MEAN else summed), None, None, None


def embedding_bag_backward(call: AtenCall, v: E, indices: E, offsets: E, to_bag: E, *rest: Any) -> E:
    """Each bag's cotangent at every row in it."""
    rows, _, mode, _, weights = rest[2:7]
    if mode == BAG_MAX:
        places = along((rows, v.shape[1]), call.integers(rest[1]), 0)
        return call.filled(0.0).to(v.dtype).reshape(-1).put_add(places, v).reshape(rows, v.shape[1])
    bags, sizes = _bags(call, indices, offsets)
    v = v / v.like(sizes[:, None]) if mode == BAG_MEAN else v
    update = v.take(numbered(v.shape)[bags])
    update = update if weights is None else update * weights.reshape(-1, 1)
    places = numbered((rows, v.shape[1]))[call.integers(indices)]
    return call.filled(0.0).to(v.dtype).reshape(-1).put_add(places, update).reshape(rows, v.shape[1])


def embedding_bag_weights_backward(
    call: AtenCall, v: E, table: E, indices: E, offsets: E, to_bag: E, mode: int, *_: Any
) -> E:
    """Each index's row times its bag's cotangent."""
    bags, _ = _bags(call, indices, offsets)
    rows = table.take(numbered(table.shape)[call.integers(indices)])
    return (v.take(numbered(v.shape)[bags]) * rows).sum([1])


BAG_MEAN, BAG_MAX = 1, 2


def _bags(call: AtenCall, indices: E, offsets: E) -> tuple[Any, Any]:
    """The bag of every index, and how many it holds, at least 1."""
    starts, count = call.integers(offsets), len(call.integers(indices))
    bags = np.searchsorted(starts, np.arange(count), side="right") - 1
    return bags, np.maximum(np.bincount(bags, minlength=len(starts)), 1)


def index_fill(call: AtenCall, x: E, axis: int, indices: E, value: Any) -> E:
    """x with one number in slices along an axis."""
    places = np.take(numbered(x.shape), call.integers(indices), axis)
    number = value if isinstance(value, E) else x.literal(value)
    return x.reshape(-1).put(places, number.to(x.dtype).expand(places.shape)).reshape(*x.shape)


def index_copy(call: AtenCall, x: E, axis: int, indices: E, source: E) -> E:
    """x with slices of its own along an axis."""
    places = np.take(numbered(x.shape), np.atleast_1d(call.integers(indices)), axis)
    return x.reshape(-1).put(places, source.to(x.dtype).expand(places.shape)).reshape(*x.shape)


def masked_select(call: AtenCall, x: E, mask: E) -> E:
    """The entries where the mask holds."""
    held = np.broadcast_to(call.integers(mask), np.broadcast_shapes(x.shape, mask.shape))
    return x.expand(held.shape).take(numbered(held.shape)[held])


def masked_scatter(call: AtenCall, x: E, mask: E, source: E) -> E:
    """x with the first entries of a source where the mask holds."""
    places = numbered(x.shape)[np.broadcast_to(call.integers(mask), x.shape)]
    return x.reshape(-1).put(places, source.reshape(-1).take(np.arange(places.size))).reshape(*x.shape)


def masked_scatter_backward(call: AtenCall, v: E, mask: E, sizes: Sequence[int]) -> E:
    """v where the mask holds, then zeros."""
    found = v.take(numbered(v.shape)[np.broadcast_to(call.integers(mask), v.shape)])
    size = int(np.prod(sizes, dtype=np.int64))
    return call.filled(0.0).reshape(size).put(np.arange(found.size), found).reshape(*sizes)


def unpooled(call: AtenCall, x: E, indices: E, *_: Any) -> E:
    """x written into zeros, at places within the last two axes."""
    lead, area = call.shape[:-2], int(np.prod(call.shape[-2:]))
    places = call.integers(indices) + numbered(lead).reshape(*lead, 1, 1) * area
    return call.filled(0.0).reshape(-1).put(places, x).reshape(*call.shape)


NEUTRAL = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "amax": -float("inf"), "amin": float("inf")}
COMBINED = {
    "sum": "reduce_sum",
    "mean": "reduce_sum",
    "prod": "reduce_prod",
    "amax": "reduce_max",
    "amin": "reduce_min",
}


def scatter_reduce(call: AtenCall, x: E, axis: int, indices: E, source: E, how: str, *, include_self: bool = True) -> E:
    """Each entry combined with what a source brings to its place."""
    places = along(x.shape, call.integers(indices), axis % len(x.shape))
    update = source.take(numbered(source.shape)[tuple(map(slice, places.shape))]).reshape(-1)
    brought: list[list[int]] = [[] for _ in range(x.size)]
    for k, place in enumerate(places.ravel().tolist()):
        brought[place].append(x.size + k)
    listed = [[k, *more] if include_self or not more else more for k, more in enumerate(brought)]
    width, end = max(map(len, listed)), x.size + update.size
    table = np.array([row + [end] * (width - len(row)) for row in listed])
    ends = x.literal(NEUTRAL[how]).reshape(1)
    pool = x.reshape(-1).apply("concatenate", update, ends, shape=(end + 1,), dimension=0)
    found = pool.take(table).reduce(COMBINED[how], (1,))
    counts = np.array([float(len(row)) for row in listed])
    return (found / x.like(counts) if how == "mean" else found).reshape(*x.shape)


INDEXING: dict[str, Row] = {
    "index": index, "_unsafe_index": index, "index_put": index_put, "_index_put_impl": index_put,
    "_unsafe_index_put": index_put, "index_select": index_select, "index_fill": index_fill, "index_add": index_add,
    "index_copy": index_copy, "masked_select": masked_select, "masked_scatter": masked_scatter,
    "masked_scatter_backward": masked_scatter_backward,
    "max_unpool2d": unpooled, "scatter_reduce": scatter_reduce,
    "index_select_backward": index_select_backward, "gather": gather, "scatter": scatter, "scatter_add": scatter_add,
    "value_selecting_reduction_backward": value_selecting_backward, "embedding": embedding,
    "embedding_dense_backward": embedding_backward,
    "_embedding_bag": embedding_bag, "_embedding_bag_backward": embedding_bag_backward,
    "_embedding_bag_per_sample_weights_backward": embedding_bag_weights_backward,
}  # fmt: skip
