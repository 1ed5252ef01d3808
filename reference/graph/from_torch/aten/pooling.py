"""Windows: their largest entry, by the place that torch gave, and their mean."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row
from .products import spread
from .shaping import numbered

E = Expression
Windows = Sequence[Sequence[range]]


def largest(rank: int) -> Row:
    """The largest of each window over the last `rank` axes."""
    return lambda call, x, *settings: (x.take(_places(x.shape, call.places, rank)), None)


def largest_backward(rank: int) -> Row:
    """v where the largest was."""

    def row(call: AtenCall, v: E, x: E, *settings: Any) -> E:
        places = _places(x.shape, call.integers(settings[-1]), rank)
        return call.filled(0.0).reshape(-1).put_add(places, v).reshape(*x.shape)

    return row


def _places(shape: Sequence[int], within: Any, rank: int) -> Any:
    """Flat places from places within the last axes."""
    lead = shape[: len(shape) - rank]
    area = int(np.prod(shape[len(lead) :], dtype=np.int64))
    return (numbered(lead) * area).reshape(*lead, *[1] * rank) + within


def fixed(shape: Sequence[int], out: Sequence[int], settings: Sequence[Any]) -> tuple[Windows, Any]:
    """Windows of one size, and what each sum is divided by."""
    kernel, stride, padding, _, include, divisor = (*settings, *(None,) * 6)[:6]
    rank = len(out)
    kernel, stride, padding = (spread(x, rank) for x in (kernel, stride or kernel, padding or [0]))
    windows, counts = [], []
    for at in product(*map(range, out)):
        low = [a * s - p for a, s, p in zip(at, stride, padding, strict=True)]
        high = [min(x + k, n + p) for x, k, n, p in zip(low, kernel, shape, padding, strict=True)]
        inside = [range(max(x, 0), min(y, n)) for x, y, n in zip(low, high, shape, strict=True)]
        whole = [range(x, y) for x, y in zip(low, high, strict=True)]
        windows.append(inside)
        counts.append(divisor or int(np.prod([len(r) for r in (inside if include is False else whole)])))
    return windows, counts


def adaptive(shape: Sequence[int], out: Sequence[int], settings: Sequence[Any]) -> tuple[Windows, Any]:
    """Windows of almost equal size."""
    windows = [
        [range(a * n // o, -(-(a + 1) * n // o)) for a, n, o in zip(at, shape, out, strict=True)]
        for at in product(*map(range, out))
    ]
    return windows, [int(np.prod([len(r) for r in window])) for window in windows]


def _table(shape: Sequence[int], windows: Windows) -> Any:
    """The flat places of every window, filled up with the place after the last."""
    listed = [[int(np.ravel_multi_index(at, tuple(shape))) for at in product(*window)] for window in windows]
    width = max(map(len, listed))
    end = int(np.prod(shape, dtype=np.int64))
    return np.array([row + [end] * (width - len(row)) for row in listed])


def averaged(rule: Any, rank: int) -> Row:
    """The mean of each window."""

    def row(call: AtenCall, x: E, *settings: Any) -> E:
        space, out = x.shape[-rank:], call.shape[-rank:]
        windows, counts = rule(space, out, settings)
        table = _table(space, windows)
        planes = x.reshape(-1, int(np.prod(space)))
        zero = planes.literal(0.0).expand((planes.shape[0], 1))
        width = planes.shape[1] + 1
        padded = planes.apply("concatenate", zero, shape=(planes.shape[0], width), dimension=1)
        entries = padded.take(np.arange(planes.shape[0])[:, None, None] * width + table)
        return (entries.sum((-1,)) / x.like(np.array(counts, float))).reshape(*call.shape)

    return row


def averaged_backward(rule: Any, rank: int) -> Row:
    """v/count to every place of its window."""

    def row(call: AtenCall, v: E, x: E, *settings: Any) -> E:
        space, out = x.shape[-rank:], v.shape[-rank:]
        windows, counts = rule(space, out, settings)
        table = _table(space, windows)
        area = int(np.prod(space))
        shared = v.reshape(-1, len(table)) / v.like(np.array(counts, float))
        planes = shared.shape[0]
        spread = shared.reshape(planes, len(table), 1).expand((planes, *table.shape))
        flat = v.literal(0.0).expand((planes * (area + 1),))
        where = np.arange(planes)[:, None, None] * (area + 1) + table
        within = numbered((planes, area + 1))[:, :area]
        return flat.put_add(where, spread).take(within).reshape(*x.shape)

    return row


POOLING: dict[str, Row] = {
    "max_pool2d_with_indices": largest(2), "max_pool2d_with_indices_backward": largest_backward(2),
    "max_pool3d_with_indices": largest(3), "max_pool3d_with_indices_backward": largest_backward(3),
    "adaptive_max_pool2d": largest(2), "adaptive_max_pool2d_backward": largest_backward(2),
    "avg_pool2d": averaged(fixed, 2), "avg_pool2d_backward": averaged_backward(fixed, 2),
    "avg_pool3d": averaged(fixed, 3), "avg_pool3d_backward": averaged_backward(fixed, 3),
    "_adaptive_avg_pool2d": averaged(adaptive, 2), "_adaptive_avg_pool2d_backward": averaged_backward(adaptive, 2),
}  # fmt: skip
