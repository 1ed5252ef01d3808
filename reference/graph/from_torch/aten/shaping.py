"""Copies, joins, pads, and the backward of views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row

E = Expression


def copied(call: AtenCall, x: E, *rest: Any, **options: Any) -> E:
    """The same numbers, in the result's dtype."""
    return x.to(call.dtype) if call.dtype != "bool" else x


def copy_into(call: AtenCall, x: E, y: E, *rest: Any) -> E:
    """y in the place of x."""
    return y.to(x.dtype).expand(x.shape)


def concatenated(call: AtenCall, parts: Sequence[E], axis: int = 0) -> E:
    """One after the other."""
    parts = [x.to(call.dtype) for x in parts if x.size or len(x.shape) > 1]
    return parts[0].apply("concatenate", *parts[1:], shape=call.shape, dimension=axis % len(call.shape))


def stacked(call: AtenCall, parts: Sequence[E], axis: int = 0) -> E:
    """Along a new axis."""
    axis %= len(call.shape)
    return concatenated(call, [x.reshape(*x.shape[:axis], 1, *x.shape[axis:]) for x in parts], axis)


def numbered(shape: Sequence[int]) -> Any:
    """The flat index of every entry."""
    return np.arange(int(np.prod(shape, dtype=np.int64))).reshape(tuple(shape))


def moved(rule: Any) -> Row:
    """Entries taken where the rule puts their numbers."""

    def row(call: AtenCall, x: E, *rest: Any) -> E:
        return x.take(rule(numbered(x.shape), *rest))

    return row


def repeat(places: Any, counts: Sequence[int]) -> Any:
    """Tiled."""
    return np.tile(places, tuple(counts))


def roll(places: Any, shifts: Sequence[int], axes: Sequence[int] = ()) -> Any:
    """Rolled."""
    return np.roll(places, tuple(shifts), tuple(axes)) if axes else np.roll(places, shifts[0])


def split(call: AtenCall, x: E, sizes: Any, axis: int = 0) -> tuple[E, ...]:
    """Parts along an axis."""
    ends = np.cumsum([r.shape[axis] for r in call.executed.results if r is not None])[:-1]
    return tuple(x.take(part) for part in np.split(numbered(x.shape), ends, axis))


def pad(call: AtenCall, x: E, widths: Sequence[int], value: float = 0) -> E:
    """Around the last axes, cut where negative."""
    rank = len(x.shape)
    around = [(0, 0)] * rank
    for k in range(len(widths) // 2):
        around[rank - 1 - k] = (widths[2 * k], widths[2 * k + 1])
    cut = [slice(max(-low, 0), n - max(-high, 0)) for n, (low, high) in zip(x.shape, around, strict=True)]
    inner = [slice(max(low, 0), n - max(high, 0)) for n, (low, high) in zip(call.shape, around, strict=True)]
    inside = x.take(numbered(x.shape)[tuple(cut)])
    return call.filled(value).reshape(-1).put(numbered(call.shape)[tuple(inner)], inside).reshape(*call.shape)


def triangle(keep: Any) -> Row:
    """One triangle of the last two axes, 0 elsewhere."""

    def row(call: AtenCall, x: E, diagonal: int = 0) -> E:
        mask = keep(np.ones(x.shape, dtype=bool), diagonal)
        return E(call.builder, call.builder.constant(mask)).where(x, 0.0)

    return row


def viewed_backward(rule: Any) -> Row:
    """The cotangent of a view: zeros of the base's shape, with v at the view's places."""

    def row(call: AtenCall, v: E, sizes: Sequence[int], *where: Any) -> E:
        return call.filled(0.0).reshape(-1).put(rule(numbered(sizes), *where), v).reshape(*sizes)

    return row


def selected(places: Any, axis: int, index: int) -> Any:
    """One slice."""
    return np.take(places, index, axis)


def sliced(places: Any, axis: int, start: int | None, end: int | None, step: int) -> Any:
    """Some slices."""
    return places[(slice(None),) * (axis % places.ndim) + (slice(start, end, step),)]


def diagonal(places: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """A diagonal."""
    return np.diagonal(places, offset, axis1, axis2)


def diag_embed(call: AtenCall, x: E, offset: int = 0, axis1: int = -2, axis2: int = -1) -> E:
    """Zeros, with x on a diagonal."""
    places = np.diagonal(numbered(call.shape), offset, axis1, axis2)
    return call.filled(0.0).reshape(-1).put(places, x).reshape(*call.shape)


def edged(mode: str) -> Any:
    """A pad around the last axes with what lies at the edge, or mirrored there."""

    def row(places: Any, widths: Sequence[int]) -> Any:
        around = [(0, 0)] * (places.ndim - len(widths) // 2)
        around += [(widths[k], widths[k + 1]) for k in range(len(widths) - 2, -1, -2)]
        return np.pad(places, around, mode)  # type: ignore[call-overload]

    return row


def gathered_backward(rule: Any) -> Row:
    """The cotangents of what was taken, added where it was taken from."""

    def row(call: AtenCall, v: E, x: E, *settings: Any) -> E:
        return call.filled(0.0).reshape(-1).put_add(rule(numbered(x.shape), *settings), v).reshape(*x.shape)

    return row


EDGES = {
    f"{name}_pad{n}d": edged(mode)
    for name, mode in (("reflection", "reflect"), ("replication", "edge"))
    for n in (1, 2, 3)
}


def zeros(call: AtenCall, *rest: Any, **options: Any) -> E:
    """0."""
    return call.filled(0.0)


def ones(call: AtenCall, *rest: Any, **options: Any) -> E:
    """1."""
    return call.filled(1.0)


def full(call: AtenCall, first: Any, number: Any, *rest: Any, **options: Any) -> E:
    """A number."""
    return number.to(call.dtype).expand(call.shape) if isinstance(number, E) else call.filled(number)


def empty(call: AtenCall, *rest: Any, **options: Any) -> None:
    """Whatever was there: it is written to before it is read."""


def unfold_backward(call: AtenCall, v: E, sizes: Sequence[int], axis: int, size: int, step: int) -> E:
    """The cotangents of overlapping windows, added up."""
    places = np.lib.stride_tricks.sliding_window_view(numbered(sizes), size, axis)
    chosen = places[(slice(None),) * (axis % len(sizes)) + (slice(None, None, step),)]
    return call.filled(0.0).reshape(-1).put_add(chosen, v).reshape(*sizes)


def shuffled(places: Any, factor: int) -> Any:
    """(…, C r², H, W) → (…, C, H r, W r)."""
    *lead, c, h, w = places.shape
    parts = places.reshape(*lead, c // factor**2, factor, factor, h, w)
    n = len(lead)
    return parts.transpose(*range(n + 1), n + 3, n + 1, n + 4, n + 2).reshape(*lead, -1, h * factor, w * factor)


def unshuffled(places: Any, factor: int) -> Any:
    """The inverse."""
    *lead, c, h, w = places.shape
    n = len(lead)
    parts = places.reshape(*lead, c, h // factor, factor, w // factor, factor)
    return parts.transpose(*range(n + 1), n + 2, n + 4, n + 1, n + 3).reshape(*lead, -1, h // factor, w // factor)


def across(places: Any, groups: int) -> Any:
    """Channels of every group in turn."""
    n, c, *space = places.shape
    return places.reshape(n, groups, c // groups, *space).swapaxes(1, 2).reshape(places.shape)


SHAPING: dict[str, Row] = {
    **dict.fromkeys(("clone", "_to_copy", "contiguous", "_unsafe_view", "_reshape_copy", "lift_fresh_copy",
                     "alias_copy", "detach_copy", "_reshape_alias_copy"), copied),
    "copy": copy_into, "copy_": copy_into, "cat": concatenated, "stack": stacked,
    "repeat": moved(repeat), "flip": moved(lambda places, axes: np.flip(places, tuple(axes))), "roll": moved(roll),
    "channel_shuffle": moved(across), "native_channel_shuffle": moved(across),
    "pixel_shuffle": moved(shuffled), "pixel_unshuffle": moved(unshuffled),
    "unsafe_split": split, "split_copy": split, "split_with_sizes_copy": split, "unsafe_split_with_sizes": split,
    "constant_pad_nd": pad, "tril": triangle(np.tril), "triu": triangle(np.triu),
    "select_backward": viewed_backward(selected), "slice_backward": viewed_backward(sliced),
    "diag_embed": diag_embed, "diagonal_backward": viewed_backward(diagonal), "unfold_backward": unfold_backward,
    **{name: moved(rule) for name, rule in EDGES.items()},
    **{f"{name}_backward": gathered_backward(rule) for name, rule in EDGES.items()},
    "zeros": zeros, "zeros_like": zeros, "new_zeros": zeros, "zero": zeros, "ones": ones, "ones_like": ones,
    "new_ones": ones, "full": full, "full_like": full, "new_full": full, "fill": full,
    "scalar_tensor": lambda call, number, **_: call.filled(number),
    **dict.fromkeys(("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided"), empty),
}  # fmt: skip
