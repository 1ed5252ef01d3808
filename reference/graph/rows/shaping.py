"""Rows that move numbers, each by the numbers of the entries that it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ..arrays import NO, YES, as_array, filled, weight, zeros_like
from ..graph import FLOATS, OpenBranch
from ..primitive import EXACT, Arrays, Back, Params, Primitive, Rounding
from .binary import equal
from .reductions import summed

Move = Callable[[Params, Any], Any]


def scattered(indices: Any, v: Any, shape: tuple[int, ...]) -> Any:
    """0 everywhere, and v added where its indices point (flat; negative: nowhere)."""
    flat = zeros_like(np.empty(int(np.prod(shape)), dtype=v.dtype))
    where, what = np.ravel(indices), np.ravel(v)
    inside = where >= 0
    if v.dtype != object:
        np.add.at(flat, where[inside], what[inside])
        return flat.reshape(shape)
    for i, number in zip(where[inside].tolist(), what[inside], strict=True):
        flat[i] = flat[i] + number
    return flat.reshape(shape)


def entry_numbers(shape: tuple[int, ...]) -> Any:
    """The flat index of every entry."""
    return np.arange(int(np.prod(shape))).reshape(shape)


def _moving(name: str, move: Move, formula: str) -> Primitive:
    """A row that takes entries: its pullback adds each cotangent to the entry it came from."""

    def pullback(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
        flat = np.ravel(zeros_like(np.empty(x[0].shape, dtype=v[0].dtype)))
        flat[np.ravel(move(params, entry_numbers(x[0].shape)))] = np.ravel(v[0])  # each entry is taken once at most
        return (flat.reshape(x[0].shape),)

    return Primitive(name, lambda params, x: (move(params, x[0]),), pullback, formula)


def _broadcast(params: Params, x: Any) -> Any:
    shape, axes = tuple(params["shape"]), tuple(params["broadcast_dimensions"])
    ones = [1] * len(shape)
    for axis, n in zip(axes, x.shape, strict=True):
        ones[axis] = n
    return np.broadcast_to(np.reshape(x, ones), shape)


def _broadcast_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    """Summed over what was spread."""
    shape, axes = tuple(params["shape"]), tuple(params["broadcast_dimensions"])
    spread = [i for i, n in enumerate(shape) if i not in axes or (x[0].shape[axes.index(i)] == 1 and n != 1)]
    if not spread:
        return (v[0].reshape(x[0].shape),)
    return (np.reshape(summed(v[0], tuple(spread)), x[0].shape),)


def _reshape(params: Params, x: Any) -> Any:
    """Of the axes in another order, where `dimensions` gives one."""
    axes = params.get("dimensions")
    return (x if axes is None else x.transpose([int(i) for i in axes])).reshape([int(n) for n in params["new_sizes"]])


def _slice(params: Params, x: Any) -> Any:
    strides = params.get("strides") or (1,) * x.ndim
    where = zip(params["start_indices"], params["limit_indices"], strides, strict=True)
    return x[tuple(slice(int(a), int(b), int(c)) for a, b, c in where)]


def padded_numbers(shape: tuple[int, ...], config: Any) -> Any:
    """For each entry of a padded array the flat index of what stands there; −1 for the padding."""
    numbers = entry_numbers(shape)
    for axis, (low, high, inside) in enumerate(config):
        n = numbers.shape[axis]
        wide = list(numbers.shape)
        wide[axis] = max(0, n + (n - 1) * inside) if n else 0
        spaced = np.full(wide, -1)
        spaced[(slice(None),) * axis + (slice(None, None, inside + 1),)] = numbers
        numbers = np.take(spaced, np.arange(max(0, -low), wide[axis] - max(0, -high)), axis)
        around = [(0, 0)] * numbers.ndim
        around[axis] = (max(0, low), max(0, high))
        numbers = np.pad(numbers, around, constant_values=-1)
    return numbers


def taken(x: Any, indices: Any, outside: Any) -> Any:
    """The entries that flat indices name; `outside`, a number of x's kind, where an index is negative."""
    flat = np.ravel(x)
    if not flat.size:
        return np.full(indices.shape, outside, dtype=x.dtype)
    found = flat[np.maximum(indices, 0)]
    return np.where(indices >= 0, found, outside) if np.any(indices < 0) else found


def _pad(params: Params, x: Arrays) -> Arrays:
    return (as_array(taken(x[0], padded_numbers(x[0].shape, params["padding_config"]), x[1].reshape(())[()])),)


def _zero(x: Any) -> Any:
    return arb(0) if x.dtype == object else 0.0


def _pad_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    numbers = padded_numbers(x[0].shape, params["padding_config"])
    beside = v[0][numbers < 0]
    return scattered(numbers, v[0], x[0].shape), as_array(np.add.reduce(beside) if beside.size else _zero(v[0]))


def _padding(params: Params, x: Arrays) -> tuple[int, ...]:
    return 0, int(np.sum(padded_numbers(x[0].shape, params["padding_config"]) < 0))


def _parts(params: Params, x: Arrays) -> tuple[int, list[int]]:
    axis = int(params["dimension"])
    return axis, np.cumsum([part.shape[axis] for part in x])[:-1].tolist()


def _concatenate_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    axis, edges = _parts(params, x)
    return tuple(np.split(v[0], edges, axis))


def _split(params: Params, x: Arrays) -> Arrays:
    return tuple(np.split(x[0], np.cumsum(params["sizes"])[:-1].tolist(), int(params["axis"])))


def _split_back(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    parts = [zeros_like(part) if each is None else each for part, each in zip(r, v, strict=True)]
    return (np.concatenate(parts, int(params["axis"])),)


def _stack(params: Params, x: Arrays) -> Arrays:
    return (np.stack(x, int(params["axis"])),)


def _stack_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    return tuple(np.moveaxis(v[0], int(params["axis"]), 0))


def _unstack(params: Params, x: Arrays) -> Arrays:
    return tuple(np.moveaxis(x[0], int(params["axis"]), 0))


def _unstack_back(params: Params, _: Arrays, r: Arrays, v: Arrays) -> Arrays:
    parts = [zeros_like(part) if each is None else each for part, each in zip(r, v, strict=True)]
    return (np.stack(parts, int(params["axis"])),)


def _tile_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    """Summed over the copies."""
    apart = [n for pair in zip(params["reps"], x[0].shape, strict=True) for n in pair]
    return (summed(v[0].reshape(apart), tuple(range(0, len(apart), 2))),)


def _copies(params: Params, _: Arrays) -> tuple[int, ...]:
    return (math.prod(map(int, params["reps"])),)


def _whole(x: arb) -> int:
    number = (x.ceil() if x < 0 else x.floor()).unique_fmpz()
    if number is None:
        raise OpenBranch("an integer is made of a number that is not known well enough")
    return int(number)


def converted(x: Any, dtype: str) -> Any:
    """A value as another dtype's, without rounding: floats are what they are."""
    if dtype in FLOATS:
        if x.dtype == object:
            return x
        if x.dtype == np.int8:
            return weight(x)
        return np.frompyfunc(lambda n: arb(int(n)), 1, 1)(x)
    if dtype == "bool":
        if x.dtype == np.int8:
            return x
        if x.dtype == object:
            return -equal(x, filled(x.shape, 0))
        return np.where(x != 0, YES, NO).astype(np.int8)
    if x.dtype == np.int8:
        return (x == YES).astype(np.int64)
    return np.asarray(np.frompyfunc(_whole, 1, 1)(x)).astype(np.int64) if x.dtype == object else x


def _convert(params: Params, x: Arrays) -> Arrays:
    return (as_array(converted(x[0], str(params["new_dtype"]))),)


def _same_back(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
    return (v[0] if x[0].dtype == object else None,)


def _iota(params: Params, _: Arrays) -> Arrays:
    shape, axis = tuple(params["shape"]), int(params["dimension"])
    along = np.arange(shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return (as_array(converted(np.broadcast_to(along, shape), str(params["dtype"]))),)


def _identity(name: str) -> Primitive:
    return Primitive(name, lambda _, x: (x[0],), _same_back, "v")


CONVERSION = Rounding(1.0, how="u of the new dtype")
ROWS = (
    Primitive(
        "broadcast_in_dim",
        lambda p, x: (_broadcast(p, x[0]),),
        _broadcast_back,
        "v, summed over what was spread",
        back=Back(1.0, lambda p, x: (max(1, math.prod(p["shape"]) // max(1, x[0].size)),)),
    ),
    _moving("reshape", _reshape, "v, reshaped"),
    _moving("transpose", lambda p, x: x.transpose([int(i) for i in p["permutation"]]), "v, transposed back"),
    _moving("squeeze", lambda p, x: np.squeeze(x, tuple(p["dimensions"])), "v, reshaped"),
    _moving("rev", lambda p, x: np.flip(x, tuple(p["dimensions"])), "v, turned"),
    _moving("slice", _slice, "v in its place, 0 elsewhere"),
    Primitive("pad", _pad, _pad_back, "v where x stands; Σ v where the padding stands", back=Back(1.0, _padding)),
    Primitive(
        "concatenate", lambda p, x: (np.concatenate(x, int(p["dimension"])),), _concatenate_back, "v, in its parts"
    ),
    Primitive("stack", _stack, _stack_back, "v, in its parts"),
    Primitive("unstack", _unstack, _unstack_back, "the v of the parts, put together"),
    Primitive("split", _split, _split_back, "the v of the parts, put together"),
    Primitive("convert_element_type", _convert, _same_back, "v", CONVERSION, back=Back(1.0)),
    Primitive("reduce_precision", lambda _, x: (x[0],), _same_back, "v", Rounding(1.0, how="u of the new precision")),
    Primitive(
        "tile",
        lambda p, x: (np.tile(x[0], tuple(map(int, p["reps"]))),),
        _tile_back,
        "v, summed over the copies",
        back=Back(1.0, _copies),
    ),
    _identity("copy"),
    _identity("name"),
    _identity("pvary"),
    Primitive("device_put", lambda _, x: x, lambda _, x, r, v: v, "v"),
    Primitive("optimization_barrier", lambda _, x: x, lambda _, x, r, v: v, "v"),
    Primitive("stop_gradient", lambda _, x: (x[0],), None, "0", EXACT),
    Primitive("iota", _iota, None, "none: a constant"),
)
