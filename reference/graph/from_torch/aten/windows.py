"""Windows of an image as columns, columns as an image; sequences of several lengths laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row
from .shaping import numbered

E = Expression


def seen(
    shape: Sequence[int], kernel: Sequence[int], dilation: Sequence[int], padding: Sequence[int], stride: Sequence[int]
) -> Any:
    """(…, C × window, windows): flat places in images of this shape (…, C, H, W); one past the end for padding."""
    end = int(np.prod(shape, dtype=np.int64))
    around = [(0, 0)] * (len(shape) - 2) + [(p, p) for p in padding]
    padded = np.pad(numbered(shape), around, constant_values=end)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    views = np.lib.stride_tricks.sliding_window_view(padded, reach, (-2, -1))
    windows = views[..., :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    rows, columns, *inner = windows.shape[-4:]
    moved = np.moveaxis(windows, (-2, -1), (-4, -3))
    return moved.reshape(*shape[:-3], shape[-3] * inner[0] * inner[1], rows * columns)


def with_zero(x: E) -> E:
    """Flat, a 0 past the end."""
    return x.reshape(-1).apply("concatenate", x.literal(0.0).reshape(1), shape=(x.size + 1,), dimension=0)


def columns_of(call: AtenCall, x: E, *settings: Any) -> E:
    """Every window as a column."""
    return with_zero(x).take(seen(x.shape, *settings))


def image_of(call: AtenCall, x: E, size: Sequence[int], *settings: Any) -> E:
    """Columns added at the places of their windows."""
    places = seen(call.shape, *settings)
    end = int(np.prod(call.shape, dtype=np.int64))
    return x.literal(0.0).expand((end + 1,)).put_add(places, x).take(numbered(call.shape))


def packed_places(shape: Sequence[int], counts: Any, batch_first: bool) -> Any:
    """The flat places of the sequences that are still going on, moment after moment."""
    places = numbered(shape)
    by_time = places.swapaxes(0, 1) if batch_first else places
    return np.concatenate([by_time[t, :n] for t, n in enumerate(np.asarray(counts).tolist())])


def packed(call: AtenCall, x: E, lengths: E, batch_first: bool) -> tuple[E, None]:
    """Moment after moment, those sequences that are that long."""
    return x.take(packed_places(x.shape, call.places, batch_first)), None


def packed_backward(call: AtenCall, v: E, size: Sequence[int], counts: E, batch_first: bool) -> E:
    """v where it was taken from."""
    places = packed_places(size, call.integers(counts), batch_first)
    return call.filled(0.0).reshape(-1).put(places, v).reshape(*size)


def cross(call: AtenCall, x: E, y: E, *, dim: int = -1) -> E:
    """x × y along an axis of three."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    x, y, places = x.expand(shape), y.expand(shape), numbered(shape)
    one, two = (np.roll(places, k, dim) for k in (-1, -2))
    return x.take(one) * y.take(two) - x.take(two) * y.take(one)


WINDOWS: dict[str, Row] = {
    "im2col": columns_of, "col2im": image_of,
    "_pack_padded_sequence": packed, "_pack_padded_sequence_backward": packed_backward, "linalg_cross": cross,
}  # fmt: skip
