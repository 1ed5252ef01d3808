"""Images read at places that the program works out: between the nearest entries along every axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch

from ...expression import Expression
from .call import AtenCall, Row
from .resampling import cubic_weights
from .shaping import numbered

E = Expression
BILINEAR, NEAREST, BICUBIC = 0, 1, 2
ZEROS, BORDER, REFLECTION = 0, 1, 2


class SampledPlace(NamedTuple):
    """Where every point falls along an axis: in the kernel's floats, as the formula says, and ∂/∂(what was given)."""

    computed: Any
    exact: E
    slope: E


class AxisTap(NamedTuple):
    """An entry that every point looks at along an axis: its number, its weight, and the weight's derivative."""

    number: Any
    weight: E
    slope: E


class SamplingSettings(NamedTuple):
    """How a kernel reads."""

    mode: int
    padding: int
    aligned: bool


def fallen(g: E, computed: Any, size: int, how: SamplingSettings) -> SampledPlace:
    """From −1 … 1 to 0 … size − 1 (aligned), or to −½ … size − ½; then back into the image where that is asked."""
    scale, shift = ((size - 1) / 2, 0.0) if how.aligned else (size / 2, 0.5)
    place = SampledPlace((computed + 1) * scale - shift, (g + 1.0) * scale - shift, g.literal(scale).expand(g.shape))
    if how.padding == ZEROS or how.mode == BICUBIC:
        return place
    return clipped(reflected(place, size, how.aligned) if how.padding == REFLECTION else place, size)


def clipped(place: SampledPlace, size: int) -> SampledPlace:
    """At the edge from there on."""
    x, last = place.exact, float(size - 1)
    inside = x.compare("gt", 0.0).apply("and", x.compare("lt", last))
    bent = x._with("max", 0.0)._with("min", last)
    return SampledPlace(np.clip(place.computed, 0, last), bent, inside.where(place.slope, 0.0))


def reflected(place: SampledPlace, size: int, aligned: bool) -> SampledPlace:
    """Mirrored at both ends, again and again: a wave of triangles."""
    low, span = (0.0, float(size - 1)) if aligned else (-0.5, float(size))
    if span == 0:
        return SampledPlace(place.computed * 0, place.exact * 0.0, place.slope * 0.0)
    turns = np.rint((place.computed - low) / (2 * span))
    along = place.exact - low - place.exact.like(2 * span * turns)
    far = span - along.abs()
    slope = along.compare("lt", 0.0).where(-place.slope, place.slope)
    slope = far.compare("lt", 0.0).where(-slope, slope)
    wave = span - np.abs(span - np.abs(place.computed - low - 2 * span * turns)) + low
    return SampledPlace(wave, span - far.abs() + low, slope)


def between(place: SampledPlace, size: int, how: SamplingSettings) -> list[AxisTap]:
    """Hats over the nearest three: one of them is 0, but where a place is an integer nobody knows which."""
    nearest, taps = np.rint(np.clip(place.computed, -2, size + 1)), []
    for step in (-1, 0, 1):
        at = place.exact.like(nearest + step)
        off = place.exact - at
        rising = off.compare("ge", -1.0).apply("and", off.compare("lt", 0.0))
        falling = off.compare("ge", 0.0).apply("and", off.compare("lt", 1.0))
        slope = rising.where(place.slope, falling.where(-place.slope, 0.0))
        taps.append(AxisTap((nearest + step).astype(np.int64), (1 - off.abs())._with("max", 0.0), slope))
    return taps


def nearest(place: SampledPlace, size: int, how: SamplingSettings) -> list[AxisTap]:
    """One entry, as the kernel rounds."""
    number = np.rint(np.clip(place.computed, -2, size + 1)).astype(np.int64)
    one = place.exact.literal(1.0).expand(place.exact.shape)
    return [AxisTap(number, one, one * 0.0)]


def cubic(place: SampledPlace, size: int, how: SamplingSettings) -> list[AxisTap]:
    """Four neighbours; their numbers, no places, are taken back into the image."""
    low = np.floor(np.clip(place.computed, -4, size + 3))
    weights, slopes = cubic_weights(place.exact - place.exact.like(low))
    numbers = [back_inside(low.astype(np.int64) + k, size, how) for k in (-1, 0, 1, 2)]
    return [AxisTap(n, w, s * place.slope) for n, w, s in zip(numbers, weights, slopes, strict=True)]


def back_inside(number: Any, size: int, how: SamplingSettings) -> Any:
    """Whole numbers beyond an edge as the padding has them."""
    if how.padding == REFLECTION:
        low, span = (0, size - 1) if how.aligned else (-0.5, size)
        along = np.abs(number - low) % (2 * span) if span else number * 0.0
        number = (np.minimum(along, 2 * span - along) + low).astype(np.int64)
    return number if how.padding == ZEROS else np.clip(number, 0, size - 1)


TAPS: dict[int, Callable[[SampledPlace, int, SamplingSettings], list[AxisTap]]] = {
    BILINEAR: between,
    NEAREST: nearest,
    BICUBIC: cubic,
}


def _taps(call: AtenCall, grid: E, held: Any, space: Sequence[int], how: SamplingSettings) -> list[list[AxisTap]]:
    """For every axis of the image; a grid names the last one first."""
    rank, numbers = len(space), numbered(grid.shape)
    return [
        TAPS[how.mode](fallen(grid.take(numbers[..., k]), held[..., k], n, how), n, how)
        for k, n in zip(range(rank - 1, -1, -1), space, strict=True)
    ]


def _corners(taps: list[list[AxisTap]], shape: Sequence[int]) -> Iterator[tuple[tuple[AxisTap, ...], Any, Any]]:
    """Every choice of a tap along each axis: (taps, flat places in all images and channels, whether outside)."""
    space = shape[2:]
    for choice in product(*taps):
        inside = np.all([(t.number >= 0) & (t.number < n) for t, n in zip(choice, space, strict=True)], axis=0)
        within = np.ravel_multi_index([np.clip(t.number, 0, n - 1) for t, n in zip(choice, space, strict=True)], space)
        planes = numbered(shape[:2]).reshape(*shape[:2], *[1] * len(space)) * int(np.prod(space))
        yield choice, planes + within[:, None], np.broadcast_to(~inside[:, None], (*shape[:2], *within.shape[1:]))


def _product(weights: Sequence[E], shape: Sequence[int]) -> E:
    whole = weights[0]
    for weight in weights[1:]:
        whole = whole * weight
    return whole.reshape(whole.shape[0], 1, *whole.shape[1:]).expand(shape)


def _masked(call: AtenCall, x: E, outside: Any) -> E:
    return E(call.builder, call.builder.constant(outside)).where(0.0, x) if outside.any() else x


def sampled(call: AtenCall, x: E, grid: E, *settings: Any) -> E:
    """Σ over corners of weight · x there."""
    total: E | None = None
    for taps, places, outside in _corners(
        _taps(call, grid, call.floats(1), x.shape[2:], SamplingSettings(*settings)), x.shape
    ):
        part = _masked(call, x.take(places), outside) * _product([t.weight for t in taps], places.shape)
        total = part if total is None else total + part
    assert total is not None
    return total


def sampled_backward(
    call: AtenCall, v: E, x: E, grid: E, mode: int, padding: int, aligned: bool, wanted: Sequence[bool]
) -> tuple[E | None, E | None]:
    """v · weight where x was read; to the grid Σ over channels and corners of v · x · ∂weight."""
    rank = len(x.shape) - 2
    to_x: E = x.literal(0.0).expand((x.size,))
    to_grid: list[E | None] = [None] * rank
    taps = _taps(call, grid, call.floats(2), x.shape[2:], SamplingSettings(mode, padding, aligned))
    for chosen, places, outside in _corners(taps, x.shape):
        weight = _product([t.weight for t in chosen], places.shape)
        to_x = to_x.put_add(places, _masked(call, v * weight, outside))
        there = (_masked(call, x.take(places), outside) * v).sum((1,))
        for axis in range(rank):
            parts = [t.slope if a == axis else t.weight for a, t in enumerate(chosen)]
            part = there * _product(parts, (there.shape[0], 1, *there.shape[1:])).reshape(*there.shape)
            before = to_grid[axis]
            to_grid[axis] = part if before is None else before + part
    coordinates = [g.reshape(*g.shape, 1) for g in reversed(to_grid) if g is not None]
    joined = coordinates[0].apply("concatenate", *coordinates[1:], shape=grid.shape, dimension=rank + 1)
    return (to_x.reshape(*x.shape) if wanted[0] else None), (joined if wanted[1] else None)


def line(theta: E, n: int, aligned: bool) -> E:
    """From −1 to 1 in torch's floats, at the middles of the entries unless aligned."""
    if n <= 1:
        return theta.literal(0.0).expand((n,))
    whole = theta.like(torch.linspace(-1, 1, n, dtype=getattr(torch, theta.dtype)).numpy())
    return whole if aligned else whole * (n - 1) / n


def _base(theta: E, size: Sequence[int], aligned: bool) -> E:
    """(points, rank + 1): coordinates, the last axis first, and 1."""
    space = tuple(size[2:])
    rank, points = len(space), int(np.prod(space))
    spread = [
        line(theta, n, aligned).reshape(*(-1 if k == axis else 1 for k in range(rank))).expand(space)
        for axis, n in enumerate(space)
    ]
    columns = [x.reshape(points, 1) for x in (*reversed(spread), theta.literal(1.0).expand(space))]
    return columns[0].apply("concatenate", *columns[1:], shape=(points, rank + 1), dimension=1)


def affine_grid(call: AtenCall, theta: E, size: Sequence[int], aligned: bool) -> E:
    """Coordinates times θᵀ."""
    base = _base(theta, size, aligned)
    spread = base.expand((theta.shape[0], *base.shape))
    return spread.matmul(theta.mT).reshape(*call.shape)


def affine_grid_backward(call: AtenCall, v: E, size: Sequence[int], aligned: bool) -> E:
    """Coordinatesᵀ v, transposed."""
    base = _base(v, size, aligned)
    flat = v.reshape(size[0], base.shape[0], len(size) - 2)
    return base.mT.expand((size[0], *reversed(base.shape))).matmul(flat).mT


SAMPLING: dict[str, Row] = {
    "grid_sampler_2d": sampled, "grid_sampler_3d": sampled,
    "grid_sampler_2d_backward": sampled_backward, "grid_sampler_3d_backward": sampled_backward,
    "affine_grid_generator": affine_grid, "affine_grid_generator_backward": affine_grid_backward,
}  # fmt: skip
