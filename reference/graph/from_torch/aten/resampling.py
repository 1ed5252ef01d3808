"""Images at another size: each new entry is a weighted sum of the nearest old ones along every axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row

E = Expression


class Taps(NamedTuple):
    """Along one axis: the old places that each new one looks at, and the weights of each, None for 1."""

    places: tuple[Any, ...]
    weights: tuple[E | None, ...]


def nearest(exactly: bool) -> Callable[..., Taps]:
    """The place below (or, exactly, the nearest one)."""

    def taps(x: E, old: int, new: int, scale: float | None, aligned: bool = False) -> Taps:
        step = np.float32(1 / scale if scale else old / new)
        at = (np.arange(new, dtype=np.float32) + np.float32(0.5 if exactly else 0)) * step
        return Taps((np.minimum(np.floor(at).astype(np.int64), old - 1),), (None,))

    return taps


class Along(NamedTuple):
    """Where new places fall along an old axis: as the kernel computes them in x's dtype, and as the formula says."""

    computed: Any
    exact: E


def fallen(x: E, old: int, new: int, scale: float | None, aligned: bool, low: float | None) -> Along:
    """i (old − 1)/(new − 1) if aligned, else (i + ½) old/new − ½; not below `low`."""
    ratio = ((old - 1) / (new - 1) if new > 1 else 0.0) if aligned else (1 / scale if scale else old / new)
    number = np.dtype(x.dtype).type
    middle = number(0.0 if aligned else 0.5)
    ends = np.arange(new, dtype=number) + middle
    computed, exact = ends * number(ratio) - middle, x.like(ends) * x.literal(ratio) - float(middle)
    if low is None or aligned:
        return Along(computed, exact)
    return Along(np.maximum(computed, number(low)), exact._with("max", low))


def linear(x: E, old: int, new: int, scale: float | None, aligned: bool) -> Taps:
    """Between the two neighbours."""
    along = fallen(x, old, new, scale, aligned, 0.0)
    low = np.minimum(np.floor(along.computed).astype(np.int64), old - 1)
    part = along.exact - x.like(low)
    return Taps((low, np.minimum(low + 1, old - 1)), (1 - part, part))


A = -0.75
"""The slope of the cubic at 1."""


def cubic(x: E, old: int, new: int, scale: float | None, aligned: bool) -> Taps:
    """Between four neighbours; places beyond the edge are those at it."""
    along = fallen(x, old, new, scale, aligned, None)
    low = np.floor(along.computed).astype(np.int64)
    weights = cubic_weights(along.exact - x.like(low))[0]
    return Taps(tuple(np.clip(low + k, 0, old - 1) for k in (-1, 0, 1, 2)), weights)


def cubic_weights(part: E) -> tuple[tuple[E, ...], tuple[E, ...]]:
    """Of the four neighbours of a place between the second and the third; and their derivatives."""
    rest = 1 - part
    weights = (_outer(part + 1.0), _inner(part), _inner(rest), _outer(rest + 1.0))
    slopes = (_outer_slope(part + 1.0), _inner_slope(part), -_inner_slope(rest), -_outer_slope(rest + 1.0))
    return weights, slopes


def _inner(t: E) -> E:
    return (t * (A + 2) - (A + 3)) * t * t + 1.0


def _outer(t: E) -> E:
    return ((t * A - 5 * A) * t + 8 * A) * t - 4 * A


def _inner_slope(t: E) -> E:
    return (t * (3 * (A + 2)) - 2 * (A + 3)) * t


def _outer_slope(t: E) -> E:
    return (t * (3 * A) - 10 * A) * t + 8 * A


Corner = tuple[Any, E | None]


def corners(x: E, old: Sequence[int], new: Sequence[int], taps: Sequence[Taps]) -> Iterator[Corner]:
    """For every choice of a tap along each axis: flat places within an image, and the products of weights."""
    for choice in product(*(range(len(t.places)) for t in taps)):
        grids = np.meshgrid(*(t.places[k] for t, k in zip(taps, choice, strict=True)), indexing="ij")
        weight: E | None = None
        for axis, (t, k) in enumerate(zip(taps, choice, strict=True)):
            along = t.weights[k]
            if along is not None:
                spread = along.reshape(*(-1 if a == axis else 1 for a in range(len(new))))
                weight = spread if weight is None else weight * spread
        yield np.ravel_multi_index(tuple(grids), tuple(old)), weight


def _read(rank: int, settings: Sequence[Any]) -> tuple[bool, list[float | None]]:
    """(aligned, the scale along each axis) from an overload's last arguments."""
    rest = list(settings)
    aligned = bool(rest) and isinstance(rest[0], bool) and rest.pop(0)
    scales = rest[0] if len(rest) == 1 and isinstance(rest[0], list | tuple) else rest
    return aligned, [*scales, *[None] * rank][:rank]


def _images(shape: Sequence[int], rank: int, places: Any) -> Any:
    """The flat places in every image and channel."""
    area = int(np.prod(shape[-rank:], dtype=np.int64))
    lead = np.arange(int(np.prod(shape[:-rank], dtype=np.int64))).reshape(*shape[:-rank], *[1] * rank)
    return lead * area + places


def _plan(x: E, old: Sequence[int], new: Sequence[int], rule: Any, settings: Sequence[Any]) -> Iterator[Corner]:
    aligned, scales = _read(len(new), settings)
    taps = [rule(x, a, b, s, aligned) for a, b, s in zip(old, new, scales, strict=True)]
    return corners(x, old, new, taps)


def resized(rule: Callable[..., Taps], rank: int) -> Row:
    """Σ weight · x there."""

    def row(call: AtenCall, x: E, size: Any, *settings: Any) -> E:
        total: E | None = None
        for places, weight in _plan(x, x.shape[-rank:], call.shape[-rank:], rule, settings):
            part = x.take(_images(x.shape, rank, places))
            part = part if weight is None else part * weight
            total = part if total is None else total + part
        assert total is not None
        return total

    return row


def resized_backward(rule: Callable[..., Taps], rank: int) -> Row:
    """v · weight, added where x was read."""

    def row(call: AtenCall, v: E, size: Any, shape: Sequence[int], *settings: Any) -> E:
        total = call.filled(0.0).to(v.dtype).reshape(-1)
        for places, weight in _plan(v, shape[-rank:], v.shape[-rank:], rule, settings):
            total = total.put_add(_images(shape, rank, places), v if weight is None else v * weight)
        return total.reshape(*shape)

    return row


KINDS: dict[str, tuple[Callable[..., Taps], int]] = {
    "upsample_linear1d": (linear, 1), "upsample_bilinear2d": (linear, 2), "upsample_trilinear3d": (linear, 3),
    "upsample_bicubic2d": (cubic, 2),
    **{f"upsample_nearest{n}d": (nearest(False), n) for n in (1, 2, 3)},
    **{f"_upsample_nearest_exact{n}d": (nearest(True), n) for n in (1, 2, 3)},
}  # fmt: skip
RESAMPLING: dict[str, Row] = {
    **{name: resized(*kind) for name, kind in KINDS.items()},
    **{f"{name}_backward": resized_backward(*kind) for name, kind in KINDS.items()},
}
