"""Activations and their pullbacks, entry by entry."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row

E = Expression


def relu(call: AtenCall, x: E) -> E:
    """max(x, 0)."""
    return x._with("max", 0.0)


def above(call: AtenCall, v: E, x: E, threshold: float) -> E:
    """v where x > threshold: the pullback of relu and threshold."""
    return x.compare("gt", threshold).where(v, 0.0)


def threshold(call: AtenCall, x: E, limit: float, value: float) -> E:
    """x above the limit, a number below."""
    return x.compare("gt", limit).where(x, value)


def soft_shrink(call: AtenCall, x: E, by: float = 0.5) -> E:
    """x moved towards 0, by no more than it is away."""
    return x.compare("gt", by).where(x - by, x.compare("lt", -by).where(x + by, 0.0))


def hard_shrink(call: AtenCall, x: E, within: float = 0.5) -> E:
    """x, 0 near 0."""
    return shrink_backward(call, x, x, within)


def shrink_backward(call: AtenCall, v: E, x: E, within: float) -> E:
    """v, 0 near 0."""
    return x.compare("ge", -within).apply("and", x.compare("le", within)).where(0.0, v)


def random_slopes(
    call: AtenCall, x: E, noise: E, low: float = 1 / 8, high: float = 1 / 3, training: bool = False, *_: Any
) -> E:
    """x times the slopes that were drawn, which the call leaves in its second argument."""
    if not training:
        return leaky_relu(call, x, (low + high) / 2)
    return x * x.like(call.recording.executed(call.executed.updated[0]))


def random_slopes_backward(
    call: AtenCall, v: E, x: E, noise: E, low: float, high: float, training: bool, is_result: bool
) -> E:
    """v times the slopes."""
    return v * noise if training and high - low > 1e-6 else leaky_relu_backward(call, v, x, (low + high) / 2, False)


def leaky_relu(call: AtenCall, x: E, slope: float = 0.01) -> E:
    """x, or slope·x below 0."""
    return x.compare("gt", 0.0).where(x, x * slope)


def leaky_relu_backward(call: AtenCall, v: E, x: E, slope: float, is_result: bool) -> E:
    """v, or slope·v below 0."""
    return x.compare("gt", 0.0).where(v, v * slope)


def silu(call: AtenCall, x: E) -> E:
    """xσ(x)."""
    return x * x.logistic()


def silu_backward(call: AtenCall, v: E, x: E) -> E:
    """v σ(x)(1 + x(1 − σ(x)))."""
    s = x.logistic()
    return v * (s * (1 + x * (-x).logistic()))


def gelu(call: AtenCall, x: E, approximate: str = "none") -> E:
    """xΦ(x), or its tanh form."""
    return x * (_normal(x) if approximate == "none" else (1 + _inner(x).tanh()) * 0.5)


def gelu_backward(call: AtenCall, v: E, x: E, approximate: str = "none") -> E:
    """v (Φ(x) + xφ(x)), or the slope of the tanh form."""
    if approximate == "none":
        density = (x * x * -0.5).exp() * (1 / sqrt(2 * pi))
        return v * (_normal(x) + x * density)
    t = _inner(x).tanh()
    slope = (1 + x * x * (3 * 0.044715)) * sqrt(2 / pi)
    return v * ((1 + t) * 0.5 + x * 0.5 * (1 - t * t) * slope)


def _normal(x: E) -> E:
    return (x * -sqrt(0.5)).erfc() * 0.5


def _inner(x: E) -> E:
    return (x + x * x * x * 0.044715) * sqrt(2 / pi)


def sigmoid_backward(call: AtenCall, v: E, y: E) -> E:
    """v y(1 − y) for y = σ(x)."""
    return v * (y * (1 - y))


def tanh_backward(call: AtenCall, v: E, y: E) -> E:
    """v (1 − y²) for y = tanh x."""
    return v * (1 - y * y)


def softplus(call: AtenCall, x: E, beta: float = 1, threshold: float = 20) -> E:
    """ln(1 + e^(βx))/β, x itself beyond the threshold."""
    bent = x * beta
    return bent.compare("gt", threshold).where(x, _log_one_plus_exp(bent) / beta)


def _log_one_plus_exp(x: E) -> E:
    return x._with("max", 0.0) + (-(x.abs())).exp().log1p()


def softplus_backward(call: AtenCall, v: E, x: E, beta: float, threshold: float) -> E:
    """v σ(βx), v beyond the threshold."""
    bent = x * beta
    return bent.compare("gt", threshold).where(v, v * bent.logistic())


def elu(call: AtenCall, x: E, alpha: float = 1, scale: float = 1, input_scale: float = 1) -> E:
    """scale·x, or scale·α(e^(x·input_scale) − 1) below 0."""
    below = (x._with("min", 0.0) * input_scale).expm1() * (alpha * scale)
    return x.compare("gt", 0.0).where(x * scale, below)


def elu_backward(call: AtenCall, v: E, alpha: float, scale: float, input_scale: float, is_result: bool, x: E) -> E:
    """Its slope times v, from the result or the operand."""
    if is_result:
        return x.compare("gt", 0.0).where(v * scale, v * (x + alpha * scale) * input_scale)
    below = (x._with("min", 0.0) * input_scale).exp() * (alpha * scale * input_scale)
    return x.compare("gt", 0.0).where(v * scale, v * below)


def hardtanh_backward(call: AtenCall, v: E, x: E, low: float, high: float) -> E:
    """v strictly inside."""
    return x.compare("gt", low).apply("and", x.compare("lt", high)).where(v, 0.0)


def hardsigmoid(call: AtenCall, x: E) -> E:
    """min(max(x + 3, 0), 6)/6."""
    return (x + 3.0)._with("max", 0.0)._with("min", 6.0) / 6.0


def hardsigmoid_backward(call: AtenCall, v: E, x: E) -> E:
    """v/6 strictly inside ±3."""
    return x.compare("gt", -3.0).apply("and", x.compare("lt", 3.0)).where(v / 6.0, 0.0)


def hardswish(call: AtenCall, x: E) -> E:
    """x times the hard sigmoid."""
    return x * hardsigmoid(call, x)


def hardswish_backward(call: AtenCall, v: E, x: E) -> E:
    """0, v(x/3 + ½), v."""
    inside = x.compare("lt", 3.0).where(v * (x / 3.0 + 0.5), v)
    return x.compare("gt", -3.0).where(inside, 0.0)


def mish(call: AtenCall, x: E) -> E:
    """x tanh ln(1 + e^x)."""
    return x * _log_one_plus_exp(x).tanh()


def mish_backward(call: AtenCall, v: E, x: E) -> E:
    """v (t + x σ(x)(1 − t²))."""
    t = _log_one_plus_exp(x).tanh()
    return v * (t + x * x.logistic() * (1 - t * t))


def log_sigmoid(call: AtenCall, x: E) -> tuple[E, None]:
    """ln σ(x), and a buffer."""
    return -_log_one_plus_exp(-x), None


def log_sigmoid_backward(call: AtenCall, v: E, x: E, buffer: Any) -> E:
    """v σ(−x)."""
    return v * (-x).logistic()


def celu(call: AtenCall, x: E, alpha: float = 1.0) -> E:
    """x, or α(e^(x/α) − 1) below 0."""
    return elu(call, x, alpha, 1.0, 1 / alpha)


def prelu(call: AtenCall, x: E, w: E) -> E:
    """x, or wx where x ≤ 0."""
    return x.compare("gt", 0.0).where(x, x * w)


def prelu_backward(call: AtenCall, v: E, x: E, w: E) -> tuple[E, E]:
    """To the operand, and entry by entry to the slopes."""
    above_zero = x.compare("gt", 0.0)
    return above_zero.where(v, v * w), above_zero.where(0.0, v * x)


def halves(call: AtenCall, x: E, axis: int) -> tuple[E, E]:
    """The first and the second half along an axis."""
    places = np.split(np.arange(x.size).reshape(x.shape), 2, axis)
    return x.take(places[0]), x.take(places[1])


def glu(call: AtenCall, x: E, axis: int = -1) -> E:
    """One half of x times σ of the other."""
    first, second = halves(call, x, axis)
    return first * second.logistic()


def glu_backward(call: AtenCall, v: E, x: E, axis: int) -> E:
    """v σ(b) to a, v a σ′(b) to b."""
    second = halves(call, x, axis)[1]
    return glu_back(call, v, x, axis, (-second).logistic())


def glu_back(call: AtenCall, v: E, x: E, axis: int, rest: E) -> E:
    """The same of what 1 − σ(b) was worked out to be."""
    first, second = halves(call, x, axis)
    gate = second.logistic()
    return (v * gate).apply("concatenate", v * first * gate * rest, shape=x.shape, dimension=axis % len(x.shape))


ACTIVATIONS: dict[str, Row] = {
    "relu": relu, "threshold_backward": above, "threshold": threshold,
    "softshrink": soft_shrink, "softshrink_backward": shrink_backward,
    "hardshrink": hard_shrink, "hardshrink_backward": shrink_backward,
    "rrelu_with_noise": random_slopes, "rrelu_with_noise_backward": random_slopes_backward,
    "leaky_relu": leaky_relu, "leaky_relu_backward": leaky_relu_backward,
    "silu": silu, "silu_backward": silu_backward, "gelu": gelu, "gelu_backward": gelu_backward,
    "sigmoid_backward": sigmoid_backward, "tanh_backward": tanh_backward,
    "softplus": softplus, "softplus_backward": softplus_backward, "elu": elu, "elu_backward": elu_backward,
    "hardtanh_backward": hardtanh_backward, "hardsigmoid": hardsigmoid, "hardsigmoid_backward": hardsigmoid_backward,
    "hardswish": hardswish, "hardswish_backward": hardswish_backward, "mish": mish, "mish_backward": mish_backward,
    "celu": celu, "_prelu_kernel": prelu, "_prelu_kernel_backward": prelu_backward,
    "glu": glu, "glu_backward": glu_backward,
    "log_sigmoid_forward": log_sigmoid, "log_sigmoid_backward": log_sigmoid_backward,
}  # fmt: skip
