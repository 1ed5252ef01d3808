"""Backward passes of norms as kernels multiply them out: they cancel where the mean is large beside σ."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...expression import Expression
from .call import AtenCall, Row
from .norms import accumulated, grouped, per_channel

E = Expression


def multiplied_out(v: E, x: E, mean: E, rstd: E, axes: Sequence[int]) -> E:
    """The pullback of a standardisation as rstd v + b x + c, which cancels where the mean is large beside σ."""
    count = math.prod(x.shape[k] for k in axes)
    to_scale, to_middle = (v * x).sum(axes, keepdims=True), v.sum(axes, keepdims=True)
    b = (to_middle * mean - to_scale) * rstd * rstd * rstd / count
    return v * rstd + x * b + (-b * mean - to_middle * rstd / count)


def layer_norm_backward_multiplied_out(
    call: AtenCall,
    v: E,
    x: E,
    shape: Sequence[int],
    mean: E,
    rstd: E,
    weight: E | None,
    bias: E | None,
    mask: Sequence[bool],
) -> tuple[E | None, E | None, E | None]:
    """As torch has it on the CPU."""
    lead = list(range(len(x.shape) - len(shape)))
    seen, axes = v if weight is None else v * weight, list(range(len(lead), len(x.shape)))
    to_x = multiplied_out(seen, x, mean, rstd, axes) if mask[0] else None
    to_w = accumulated(call, v * (x * rstd - mean * rstd), lead) if mask[1] else None
    return to_x, to_w, accumulated(call, v, lead) if mask[2] else None


def group_norm_backward_multiplied_out(
    call: AtenCall,
    v: E,
    x: E,
    mean: E,
    rstd: E,
    weight: E | None,
    n: int,
    channels: int,
    area: int,
    groups: int,
    mask: Sequence[bool],
) -> tuple[E | None, E | None, E | None]:
    """As torch has it on the CPU."""
    w = per_channel(weight, len(x.shape))
    seen = grouped(v if w is None else v * w, n, groups)
    middle, scale = mean.reshape(n, groups, 1), rstd.reshape(n, groups, 1)
    to_x = multiplied_out(seen, grouped(x, n, groups), middle, scale, [2]).reshape(*x.shape) if mask[0] else None
    by_group, (to_scale, to_middle) = (n, groups, channels // groups), _inner_sums(v, x, n, channels)
    to_w = (to_scale.reshape(*by_group) - to_middle.reshape(*by_group) * middle) * scale
    return to_x, to_w.sum([0]).reshape(channels) if mask[1] else None, to_middle.sum([0]) if mask[2] else None


def _inner_sums(v: E, x: E, n: int, channels: int) -> tuple[E, E]:
    """Σ v x and Σ v over the places of each channel."""
    return (v * x).reshape(n, channels, -1).sum([2]), v.reshape(n, channels, -1).sum([2])


MULTIPLIED_OUT: dict[str, Row] = {
    "native_layer_norm_backward": layer_norm_backward_multiplied_out,
    "native_group_norm_backward": group_norm_backward_multiplied_out,
}
