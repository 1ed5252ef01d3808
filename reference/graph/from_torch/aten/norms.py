"""Normalisations: over the last axes, over channels, over groups. Backward rows use the saved mean and 1/σ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...expression import Expression
from ...rounding import SIXTEEN_BITS
from .call import AtenCall, Row
from .shaping import numbered

E = Expression


def standardised(x: E, axes: Sequence[int], eps: float) -> tuple[E, E, E]:
    """(x − mean)/√(variance + ε), the mean and 1/√(variance + ε)."""
    mean = x.mean(axes, keepdims=True)
    centred = x - mean
    rstd = (centred.square().mean(axes, keepdims=True) + eps).rsqrt()
    return centred * rstd, mean, rstd


def pulled_back(v: E, hat: E, rstd: E, axes: Sequence[int]) -> E:
    """The pullback of a standardisation: rstd (v − mean v − x̂ mean(v x̂))."""
    return (v - v.mean(axes, keepdims=True) - hat * (v * hat).mean(axes, keepdims=True)) * rstd


def scaled(x: E, weight: E | None, bias: E | None) -> E:
    """x ⊙ w + b, for what is there."""
    x = x if weight is None else x * weight
    return x if bias is None else x + bias


def layer_norm(
    call: AtenCall, x: E, shape: Sequence[int], weight: E | None, bias: E | None, eps: float
) -> tuple[E, E, E]:
    """Over the last axes."""
    axes = range(len(x.shape) - len(shape), len(x.shape))
    hat, mean, rstd = standardised(x, list(axes), eps)
    return scaled(hat, weight, bias), mean, rstd


def layer_norm_backward(
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
    """To the operand, the weight and the bias."""
    lead = list(range(len(x.shape) - len(shape)))
    axes = list(range(len(lead), len(x.shape)))
    hat = (x - mean) * rstd
    to_x = pulled_back(v if weight is None else v * weight, hat, rstd, axes) if mask[0] else None
    to_w = accumulated(call, v * hat, lead) if mask[1] else None
    return to_x, to_w, accumulated(call, v, lead) if mask[2] else None


def accumulated(call: AtenCall, x: E, lead: Sequence[int]) -> E:
    """Σ over the leading axes; for operands of 16 bits torch's running total has 16 bits, too."""
    rounded = call.stored(x)
    if rounded.dtype not in SIXTEEN_BITS:
        return x.sum(lead) if lead else x
    tail = x.shape[len(lead) :]
    places = np.broadcast_to(numbered(tail), x.shape)
    zeros = x.literal(0.0).to(rounded.dtype).expand((math.prod(tail),))
    return zeros.put_add(places, rounded).reshape(*tail)


def _channels(rank: int) -> list[int]:
    return [0, *range(2, rank)]


def per_channel(p: E | None, rank: int) -> E | None:
    """One number a channel, beside the channels."""
    return None if p is None else p.reshape(1, -1, *[1] * (rank - 2))


def batch_norm(
    call: AtenCall,
    x: E,
    weight: E | None,
    bias: E | None,
    mean: E | None,
    var: E | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[E, E | None, E | None]:
    """Over all but the channels; by running statistics where it does not train."""
    rank = len(x.shape)
    per = [per_channel(p, rank) for p in (weight, bias)]
    if training or mean is None or var is None:
        hat, mean, rstd = standardised(x, _channels(rank), eps)
        return scaled(hat, *per), mean.reshape(-1), rstd.reshape(-1)
    ones = [1] * (rank - 2)
    hat = (x - mean.reshape(1, -1, *ones)) * (var + eps).rsqrt().reshape(1, -1, *ones)
    return scaled(hat, *per), None, None


def batch_norm_backward(
    call: AtenCall, v: E, x: E, weight: E | None, running_mean: E | None, running_var: E | None,
    mean: E | None, rstd: E | None, training: bool, eps: float, mask: Sequence[bool],
) -> tuple[E | None, E | None, E | None]:  # fmt: skip
    """To the operand, the weight and the bias."""
    rank = len(x.shape)
    if not training:
        assert running_mean is not None
        assert running_var is not None
        mean, rstd = running_mean, (running_var + eps).rsqrt()
    assert mean is not None
    assert rstd is not None
    middle, scale = mean.reshape(1, -1, *[1] * (rank - 2)), rstd.reshape(1, -1, *[1] * (rank - 2))
    hat, over, w = (x - middle) * scale, _channels(rank), per_channel(weight, rank)
    seen = v if w is None else v * w
    to_x = (pulled_back(seen, hat, scale, over) if training else seen * scale) if mask[0] else None
    return to_x, (v * hat).sum(over) if mask[1] else None, v.sum(over) if mask[2] else None


def grouped(x: E, n: int, groups: int) -> E:
    """The entries of each group on one axis."""
    return x.reshape(n, groups, -1)


def group_norm(
    call: AtenCall, x: E, weight: E | None, bias: E | None, n: int, channels: int, area: int, groups: int, eps: float
) -> tuple[E, E, E]:
    """Over the channels of a group and all places."""
    hat, mean, rstd = standardised(grouped(x, n, groups), [2], eps)
    per = [per_channel(p, len(x.shape)) for p in (weight, bias)]
    return scaled(hat.reshape(*x.shape), *per), mean.reshape(n, groups), rstd.reshape(n, groups)


def group_norm_backward(
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
    """To the operand, the weight and the bias."""
    middle, scale = mean.reshape(n, groups, 1), rstd.reshape(n, groups, 1)
    hat, over, w = (
        (grouped(x, n, groups) - middle) * scale,
        _channels(len(x.shape)),
        per_channel(weight, len(x.shape)),
    )
    seen = grouped(v if w is None else v * w, n, groups)
    to_x = pulled_back(seen, hat, scale, [2]).reshape(*x.shape) if mask[0] else None
    to_w = (v * hat.reshape(*x.shape)).sum(over) if mask[1] else None
    return to_x, to_w, v.sum(over) if mask[2] else None


def rms_norm(call: AtenCall, x: E, shape: Sequence[int], weight: E | None, eps: float | None) -> tuple[E, E]:
    """x/√(mean x² + ε) over the last axes."""
    axes = list(range(len(x.shape) - len(shape), len(x.shape)))
    small = {"float64": 2.0**-52, "float32": 2.0**-23, "bfloat16": 2.0**-7, "float16": 2.0**-10}[x.dtype]
    rstd = (x.square().mean(axes, keepdims=True) + (small if eps is None else eps)).rsqrt()
    return scaled(x * rstd, weight, None), rstd


def rms_norm_backward(
    call: AtenCall, v: E, x: E, shape: Sequence[int], rstd: E, weight: E | None, mask: Sequence[bool]
) -> tuple[E | None, E | None]:
    """To the operand and the weight."""
    lead = list(range(len(x.shape) - len(shape)))
    axes = list(range(len(lead), len(x.shape)))
    hat, seen = x * rstd, v if weight is None else v * weight
    to_x = (seen - hat * (seen * hat).mean(axes, keepdims=True)) * rstd if mask[0] else None
    return to_x, ((v * hat).sum(lead) if lead else v * hat) if mask[1] else None


def weight_norm(call: AtenCall, v: E, g: E, axis: int = 0) -> tuple[E, E]:
    """g v/|v| along an axis, and |v|."""
    size = v.square().sum(_others(v, axis), keepdims=True).sqrt()
    return v * (g / size), size


def weight_norm_backward(call: AtenCall, to_w: E, v: E, g: E, size: E, axis: int) -> tuple[E, E]:
    """To v and to g."""
    along = (to_w * v).sum(_others(v, axis), keepdims=True)
    return (to_w - v * (along / size.square())) * (g / size), along / size


def _others(x: E, axis: int) -> list[int]:
    return [k for k in range(len(x.shape)) if k != axis % len(x.shape)]


NORMS: dict[str, Row] = {
    "native_layer_norm": layer_norm, "native_layer_norm_backward": layer_norm_backward,
    "native_batch_norm": batch_norm, "native_batch_norm_backward": batch_norm_backward,
    "_native_batch_norm_legit": batch_norm, "native_group_norm": group_norm,
    "native_group_norm_backward": group_norm_backward,
    "_weight_norm_interface": weight_norm, "_weight_norm_interface_backward": weight_norm_backward,
    "_fused_rms_norm": rms_norm, "_fused_rms_norm_backward": rms_norm_backward,
}  # fmt: skip
