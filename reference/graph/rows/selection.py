"""Rows that choose: select_n, clamp, sort, top_k."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

import numpy as np

from ..arrays import NO, OPEN, YES, as_array, chosen, masked, zeros_like
from ..graph import OpenBranch
from ..primitive import EXACT, Arrays, Params, Primitive
from .binary import equal, largest, less, smallest


def _spread(x: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(x, shape)


def _select(_: Params, x: Arrays) -> Arrays:
    which, cases = _spread(x[0], x[1].shape), x[1:]
    if which.dtype == np.int8:
        return (as_array(chosen(which, *cases)),)
    return (
        as_array(
            np.choose(which, cases) if len(cases) < 32 else np.take_along_axis(np.stack(cases), which[None], 0)[0]
        ),
    )


def _select_back(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
    which = _spread(x[0], v[0].shape)
    if which.dtype == np.int8:
        return None, masked(-which, v[0]), masked(which, v[0])
    return None, *(masked(np.where(which == k, YES, NO), v[0]) for k in range(len(x) - 1))


def _clamp(_: Params, x: Arrays) -> Arrays:
    low, high = _spread(x[0], x[1].shape), _spread(x[2], x[1].shape)
    return (smallest(largest(x[1], low), high),)


def _clamp_back(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
    """XLA's convention at the limits: 0 beyond and 1 strictly inside; on one, anything between."""
    low, high = _spread(x[0], x[1].shape), _spread(x[2], x[1].shape)
    inside = np.minimum(_strictly(low, x[1]), _strictly(x[1], high))
    below, above = less(x[1], low), less(high, x[1])
    gather = [None, masked(inside, v[0]), None]
    for k, which in ((0, below), (2, above)):
        part = masked(which, v[0])
        gather[k] = part if x[k].shape == part.shape else as_array(np.add.reduce(part.ravel())) if part.size else None
    return tuple(gather)


def _strictly(x: Any, y: Any) -> Any:
    """x < y, open where they are equal."""
    return np.where(equal(x, y) == YES, OPEN, less(x, y)).astype(np.int8)


def _order(keys: list[Any], axis: int) -> tuple[Any, Any]:
    """A stable order along the axis (moved to the end), and where two neighbours in it may be the other way round."""
    moved = [np.moveaxis(key, axis, -1) for key in keys]
    flat = [key.reshape(-1, key.shape[-1]) for key in moved]
    order = np.empty(flat[0].shape, dtype=np.int64)
    ties = np.zeros(flat[0].shape, dtype=bool)
    for row in range(len(order)):
        columns = [key[row] for key in flat]
        order[row] = _sorted(columns)
        for i in range(1, order.shape[1]):
            ties[row, i] = _unsure(columns, order[row, i - 1], order[row, i])
    return order.reshape(moved[0].shape), ties.reshape(moved[0].shape)


def _middle(x: Any) -> Any:
    return x.mid() if hasattr(x, "mid") else x


def _sorted(columns: list[Any]) -> Any:
    def compare(i: int, j: int) -> int:
        for column in columns:
            a, b = _middle(column[i]), _middle(column[j])
            if a < b or b < a:
                return -1 if a < b else 1
        return 0

    return sorted(range(len(columns[0])), key=cmp_to_key(compare))


def _unsure(columns: list[Any], i: int, j: int) -> bool:
    for column in columns:
        if column[i] < column[j]:
            return False
        if not (column[i] is column[j] or column[i] == column[j]):
            return True
    return False


def _joined(x: Any, ties: Any) -> Any:
    """Sorted numbers; those whose order is open each enclose all that may stand there."""
    if not ties.any():
        return x
    made = x.copy()
    flat, tied = made.reshape(-1, made.shape[-1]), ties.reshape(-1, made.shape[-1])
    for row, marks in zip(flat, tied, strict=True):
        for start, stop in _runs(marks):
            if x.dtype != object:
                raise OpenBranch("the order of equal entries decides an integer")
            whole = row[start]
            for other in row[start + 1 : stop]:
                whole = whole.union(other)
            row[start:stop] = whole
    return made


def _runs(marks: Any) -> list[tuple[int, int]]:
    """The stretches that ties join."""
    found, i = [], 1
    while i < len(marks):
        if marks[i]:
            start = i - 1
            while i < len(marks) and marks[i]:
                i += 1
            found.append((start, i))
        i += 1
    return found


def _taken_along(x: Any, order: Any, axis: int) -> Any:
    return np.take_along_axis(np.moveaxis(x, axis, -1), order, -1)


def _sort(params: Params, x: Arrays) -> Arrays:
    axis = int(params["dimension"]) % x[0].ndim
    order, ties = _order(list(x[: int(params.get("num_keys", 1))]), axis)
    return tuple(np.moveaxis(_joined(_taken_along(part, order, axis), ties), -1, axis) for part in x)


def _sort_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    axis = int(params["dimension"]) % x[0].ndim
    order, ties = _order(list(x[: int(params.get("num_keys", 1))]), axis)
    return tuple(None if each is None else _put_back(each, order, ties, axis) for each in v)


def _put_back(v: Any, order: Any, ties: Any, axis: int) -> Any:
    joined = _joined(np.moveaxis(v, axis, -1), ties)
    made = np.empty_like(joined)
    np.put_along_axis(made, order, joined, -1)
    return np.moveaxis(made, -1, axis)


def _top(params: Params, x: Any) -> tuple[Any, Any]:
    """The order of the greatest, and where it is open."""
    axis = int(params.get("axis", -1))
    order, ties = _order([-x], axis % x.ndim)
    k = int(params["k"])
    if ties[..., 1 : k + 1].any():
        raise OpenBranch("top_k: entries are equal as far as they are known")
    return order[..., :k], axis % x.ndim


def _top_k(params: Params, x: Arrays) -> Arrays:
    order, axis = _top(params, x[0])
    return np.moveaxis(_taken_along(x[0], order, axis), -1, axis), np.moveaxis(order, -1, axis)


def _top_k_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    order, axis = _top(params, x[0])
    moved = np.moveaxis(zeros_like(x[0]), axis, -1).copy()
    np.put_along_axis(moved, order, np.moveaxis(v[0], axis, -1), -1)
    return (np.moveaxis(moved, -1, axis),)


ROWS = (
    Primitive("select_n", _select, _select_back, "v to the case that was taken", EXACT, "where what chooses jumps"),
    Primitive("clamp", _clamp, _clamp_back, "v inside the limits, 0 beyond", EXACT, "on a limit"),
    Primitive("sort", _sort, _sort_back, "v, put back", EXACT, "where keys are equal"),
    Primitive("top_k", _top_k, _top_k_back, "v at the entries taken, 0 elsewhere", EXACT, "where entries are equal"),
)
