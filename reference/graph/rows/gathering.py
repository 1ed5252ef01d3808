"""Which entries XLA's gather and scatter touch, as flat indices; the arithmetic is in `indexing`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..primitive import Params
from .shaping import entry_numbers

CLIP = "clip"


def mode_of(params: Params) -> str:
    """`clip`, `fill_or_drop` or `promise_in_bounds`."""
    return str(params.get("mode", CLIP)).rpartition(".")[2].lower()


def window_starts(indices: Any, index_map: tuple[int, ...], batching: dict[int, int], ndim: int) -> Any:
    """Where each window starts, (*batch, ndim): what the last axis of `indices` says, and the batch's own number."""
    batch = indices.shape[:-1]
    starts = np.zeros((*batch, ndim), dtype=np.int64)
    for k, axis in enumerate(index_map):
        starts[..., axis] = indices[..., k]
    for axis, paired in batching.items():
        starts[..., axis] = np.arange(batch[paired]).reshape([-1 if i == paired else 1 for i in range(len(batch))])
    return starts


def window_entries(starts: Any, window: tuple[int, ...], shape: tuple[int, ...], mode: str) -> Any:
    """The flat index of every entry of every window, (*batch, *window); −1 where it is out of bounds."""
    batch, ndim = starts.shape[:-1], len(shape)
    last = np.array([n - w for n, w in zip(shape, window, strict=True)], dtype=np.int64)
    inside = np.all((starts >= 0) & (starts <= last), axis=-1)
    if mode == CLIP:
        starts, inside = np.clip(starts, 0, np.maximum(last, 0)), np.ones(batch, bool)
    strides = np.array([math.prod(shape[i + 1 :]) for i in range(ndim)], dtype=np.int64)
    wide = (*batch, *(1,) * ndim)
    base = np.reshape((starts * strides).sum(-1), wide)
    offsets = np.zeros(window, dtype=np.int64)
    for axis, w in enumerate(window):
        offsets = offsets + (np.arange(w) * strides[axis]).reshape([-1 if i == axis else 1 for i in range(ndim)])
    return np.where(np.reshape(inside, wide), base + offsets, -1)


def gathered(params: Params, shape: tuple[int, ...], indices: Any) -> Any:
    """For each entry of a gather's result, the flat index of the entry of the operand; −1: the fill value."""
    numbers, sizes = params["dimension_numbers"], tuple(map(int, params["slice_sizes"]))
    batching = dict(zip(numbers["operand_batching_dims"], numbers["start_indices_batching_dims"], strict=True))
    starts = window_starts(indices, tuple(numbers["start_index_map"]), batching, len(shape))
    found = window_entries(starts, sizes, shape, mode_of(params))
    gone = {*numbers["collapsed_slice_dims"], *numbers["operand_batching_dims"]}
    n_batch = indices.ndim - 1
    found = found.reshape((*found.shape[:n_batch], *(w for i, w in enumerate(sizes) if i not in gone)))
    return _interleaved(found, n_batch, tuple(numbers["offset_dims"]))


def _interleaved(found: Any, n_batch: int, windows: tuple[int, ...]) -> Any:
    """(*batch, *window) with the window's axes where they stand in the result."""
    batch_axes = [i for i in range(found.ndim) if i not in windows]
    order = np.empty(found.ndim, dtype=int)
    order[batch_axes] = range(n_batch)
    order[list(windows)] = range(n_batch, found.ndim)
    return found.transpose(order.tolist())


def scatter_targets(params: Params, shape: tuple[int, ...], indices: Any, updates: tuple[int, ...]) -> Any:
    """For each entry of a scatter's updates, the flat index of the entry of the operand; −1: dropped."""
    numbers = params["dimension_numbers"]
    batching = dict(zip(numbers["operand_batching_dims"], numbers["scatter_indices_batching_dims"], strict=True))
    starts = window_starts(indices, tuple(numbers["scatter_dims_to_operand_dims"]), batching, len(shape))
    windows, gone = tuple(numbers["update_window_dims"]), {*numbers["inserted_window_dims"], *batching}
    sizes = iter(updates[i] for i in windows)
    window = tuple(1 if i in gone else next(sizes) for i in range(len(shape)))
    found = window_entries(starts, window, shape, mode_of(params))
    n_batch = indices.ndim - 1
    found = found.reshape((*found.shape[:n_batch], *(w for i, w in enumerate(window) if i not in gone)))
    return _interleaved(found, n_batch, windows)


def block(shape: tuple[int, ...], starts: list[int], sizes: tuple[int, ...]) -> Any:
    """The flat indices of a block whose start is moved inside, as dynamic_slice does."""
    inside = [min(max(0, s), n - w) for s, n, w in zip(starts, shape, sizes, strict=True)]
    return entry_numbers(shape)[tuple(slice(s, s + w) for s, w in zip(inside, sizes, strict=True))]
