"""Formulas that kernels use instead: the textbook's where they cancel, and what torch is known to compute."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from ...expression import Expression
from .activations import gelu, gelu_backward, glu_back, halves
from .call import AtenCall, Row

E = Expression


def silu_backward_by_difference(call: AtenCall, v: E, x: E) -> E:
    """The same with 1 − σ(x), which cancels for x > 0."""
    s = x.logistic()
    return v * (s * (1 + x * (1 - s)))


def gelu_by_erf(call: AtenCall, x: E, approximate: str = "none") -> E:
    """½x(1 + erf(x/√2)), which cancels for x < 0."""
    if approximate != "none":
        return gelu(call, x, approximate)
    return x * (1 + (x * sqrt(0.5)).erf()) * 0.5


def gelu_backward_by_erf(call: AtenCall, v: E, x: E, approximate: str = "none") -> E:
    """Its slope in the same form."""
    if approximate != "none":
        return gelu_backward(call, v, x, approximate)
    density = (x * x * -0.5).exp() * (1 / sqrt(2 * pi))
    return v * ((1 + (x * sqrt(0.5)).erf()) * 0.5 + x * density)


def hardsigmoid_backward_by_a_rounded_sixth(call: AtenCall, v: E, x: E) -> E:
    """The same with ⅙ rounded to float32: torch-hardsigmoid-sixth among the deviations."""
    sixth = v.like(np.float64(np.float32(1 / 6)))
    return x.compare("gt", -3.0).apply("and", x.compare("lt", 3.0)).where(v * sixth, 0.0)


def glu_backward_by_difference(call: AtenCall, v: E, x: E, axis: int) -> E:
    """The same with 1 − σ(b), which cancels for b > 0."""
    second = halves(call, x, axis)[1]
    return glu_back(call, v, x, axis, 1 - second.logistic())


def trigamma_by_four_terms(call: AtenCall, order: int, x: E) -> E:
    """ψ′ in torch: six steps up, then four terms of the asymptotic series, which are 1e-9 off."""
    if order != 1:
        return x.literal(order).expand(x.shape).apply("polygamma", x)
    low = x.compare("lt", 0.5)
    inverse_sine = pi / (low.where(x, 0.5) * pi).sin()
    at, total = low.where(1 - x, x), x * 0.0
    for _ in range(6):
        total, at = total + 1 / (at * at), at + 1.0
    square = 1 / (at * at)
    series = 1 + 1 / (at * 2.0) + square * (1 / 6 - square * (1 / 30 - square * (1 / 42)))
    total = total + series / at
    return low.where(inverse_sine * inverse_sine - total, total)


CANCELLING: dict[str, Row] = {
    "gelu": gelu_by_erf, "gelu_backward": gelu_backward_by_erf, "glu_backward": glu_backward_by_difference,
    "silu_backward": silu_backward_by_difference,
}  # fmt: skip
"""Formulas that cancel, and are in use: their rounding is digits lost."""
DEVIATIONS: dict[str, Row] = {
    "hardsigmoid_backward": hardsigmoid_backward_by_a_rounded_sixth,
    "polygamma": trigamma_by_four_terms,
}
"""What torch is known to compute instead; what dense networks meet is listed in reference/deviations."""
