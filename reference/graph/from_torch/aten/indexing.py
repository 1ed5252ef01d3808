"""Gathers and scatters by integers, as executed; embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...expression import Expression
from ...graph import Unsupported
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
    """The sum or the mean of some rows of a table."""
    bags, sizes = _bags(call, indices, offsets, mode)
    rows = table.take(numbered(table.shape)[call.integers(indices)])
    rows = rows if weights is None else rows * weights.reshape(-1, 1)
    out = numbered((len(sizes), table.shape[1]))
    summed = call.filled(0.0).to(rows.dtype).reshape(-1).put_add(out[bags], rows).reshape(*out.shape)
    return (summed / summed.like(sizes[:, None]) if mode == BAG_MEAN else summed), None, None, None


def embedding_bag_backward(call: AtenCall, v: E, indices: E, offsets: E, to_bag: E, *rest: Any) -> E:
    """Each bag's cotangent at every row in it."""
    rows, _, mode, _, weights = rest[2:7]
    bags, sizes = _bags(call, indices, offsets, mode)
    v = v / v.like(sizes[:, None]) if mode == BAG_MEAN else v
    update = v.take(numbered(v.shape)[bags])
    update = update if weights is None else update * weights.reshape(-1, 1)
    places = numbered((rows, v.shape[1]))[call.integers(indices)]
    return call.filled(0.0).to(v.dtype).reshape(-1).put_add(places, update).reshape(rows, v.shape[1])


def embedding_bag_weights_backward(
    call: AtenCall, v: E, table: E, indices: E, offsets: E, to_bag: E, mode: int, *_: Any
) -> E:
    """Each index's row times its bag's cotangent."""
    bags, _ = _bags(call, indices, offsets, mode)
    rows = table.take(numbered(table.shape)[call.integers(indices)])
    return (v.take(numbered(v.shape)[bags]) * rows).sum([1])


BAG_MEAN = 1


def _bags(call: AtenCall, indices: E, offsets: E, mode: int) -> tuple[Any, Any]:
    """The bag of every index, and how many it holds, at least 1."""
    if mode > BAG_MEAN:
        raise Unsupported(f"{call.executed}: the sum or the mean of a bag, not its largest")
    starts, count = call.integers(offsets), len(call.integers(indices))
    bags = np.searchsorted(starts, np.arange(count), side="right") - 1
    return bags, np.maximum(np.bincount(bags, minlength=len(starts)), 1)


def index_fill(call: AtenCall, x: E, axis: int, indices: E, value: Any) -> E:
    """x with one number in slices along an axis."""
    places = np.take(numbered(x.shape), call.integers(indices), axis)
    number = value if isinstance(value, E) else x.literal(value)
    return x.reshape(-1).put(places, number.to(x.dtype).expand(places.shape)).reshape(*x.shape)


INDEXING: dict[str, Row] = {
    "index": index, "_unsafe_index": index, "index_put": index_put, "_index_put_impl": index_put,
    "_unsafe_index_put": index_put, "index_select": index_select, "index_fill": index_fill, "index_add": index_add,
    "index_select_backward": index_select_backward, "gather": gather, "scatter": scatter, "scatter_add": scatter_add,
    "value_selecting_reduction_backward": value_selecting_backward, "embedding": embedding,
    "embedding_dense_backward": embedding_backward,
    "_embedding_bag": embedding_bag, "_embedding_bag_backward": embedding_bag_backward,
    "_embedding_bag_per_sample_weights_backward": embedding_bag_weights_backward,
}  # fmt: skip
