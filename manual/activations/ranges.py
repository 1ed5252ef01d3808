"""Where σ′ and σ″ lie over an interval: what a signed error is multiplied by, at least and at most.

A function that is monotone between its turns is extreme at an end of an interval, or at a turn
inside it; where it jumps, both branches count. docs/bounds.md, section 14.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

import numpy as np

from ..rounding.arithmetic import Inexact
from ..shapes import Array, Layer
from .base import Elementwise
from .gated import Gated, Gelu, GeluTanh, Mish, Silu
from .smooth import SIGMOID, TANH
from .tailed import Elu, Selu

SLACK = 2.0**-44
"""More than float64 makes of a function here, relative to its terms."""


class Range(NamedTuple):
    """The least and the largest value, entry by entry."""

    least: Array
    most: Array

    @property
    def middle(self) -> Array:
        return (self.least + self.most) / 2

    @property
    def half(self) -> Array:
        """How far the ends are from the middle."""
        return (self.most - self.least) / 2

    @property
    def largest(self) -> Array:
        """The largest magnitude."""
        return np.maximum(self.most, -self.least)


Function = Callable[[Layer], Layer]
Extreme = tuple[float, float]
"""A place, and a value that a function has there, or nears from one side."""


def range_of(f: Function, z: Inexact, extremes: Iterable[Extreme], terms: Function | None = None) -> Range:
    """Where f lies within 2 e_z of z; `terms` bounds the terms that f is a sum of, where they may cancel, or f
    itself, where it underflows.
    """
    low, high = z.value - 2 * z.error, z.value + 2 * z.error
    left, right = f(low), f(high)
    least, most = np.minimum(left, right), np.maximum(left, right)
    for at, value in extremes:
        inside = (low <= at) & (at <= high)
        if inside.any():
            least = np.where(inside, np.minimum(least, value), least)
            most = np.where(inside, np.maximum(most, value), most)
    slack = SLACK * np.maximum(most, -least)
    if terms is not None:
        slack = slack + SLACK * (terms(low) + terms(high))
    return Range(least - slack, most + slack)


class Bend(NamedTuple):
    """How σ bends: where σ′ turns, σ″, and where that turns or jumps. No σ″: straight pieces."""

    turns: tuple[float, ...] = ()
    second: Function | None = None
    extremes: tuple[Extreme, ...] = ()
    terms: Function | None = None


def _smooth(
    turns: tuple[float, ...], second: Function, second_turns: tuple[float, ...], terms: Function | None = None
) -> Bend:
    return Bend(turns, second, _values(second, second_turns), terms)


def _values(f: Function, turns: Iterable[float]) -> tuple[Extreme, ...]:
    return tuple((turn, f(np.array([[turn]])).item()) for turn in turns)


def _exponential(row: Elu) -> Bend:
    """left·e^z below 0, straight above."""

    def second(z: Layer) -> Layer:
        return np.where(z < 0, row.left * np.exp(np.minimum(z, 0)), 0.0)

    return Bend((), second, ((0.0, row.left), (0.0, 0.0)))


def _of_sigmoid(z: Layer) -> Layer:
    """−tanh(z/2) σ′(z)."""
    return -np.tanh(z / 2) * SIGMOID.slope(z)


def _of_tanh(z: Layer) -> Layer:
    """−2 tanh z sech² z."""
    return -2 * np.tanh(z) * TANH.slope(z)


def _of_silu(z: Layer) -> Layer:
    """G′(z)(2 − z tanh(z/2)), G the sigmoid."""
    return SIGMOID.slope(z) * (2 - z * np.tanh(z / 2))


def _of_mish(z: Layer) -> Layer:
    """G′(z)(2 + z(1 − s − 2Gs)), s = σ(z) of the sigmoid."""
    s = SIGMOID.value(z)
    return MISH.opening(z) * (2 + z * (SIGMOID.value(-z) - 2 * MISH.gate(z) * s))


def _of_gelu(z: Layer) -> Layer:
    """φ(z)(2 − z²)."""
    near = np.clip(z, -GELU_FAR, GELU_FAR)
    return GELU.opening(near) * (2 - near * near)


def _of_gelu_tanh(z: Layer) -> Layer:
    """σ′(w)(2w′ + zw″ − zw′² tanh(w/2)) of the sigmoid: the gate is σ(w), w = √(8/π)(z + 0.044715z³)."""
    x, cubic, scale = np.clip(z, -GeluTanh.FAR, GeluTanh.FAR), GeluTanh.CUBIC, float(GeluTanh.DOUBLED.high)
    w, rate = scale * x * (1 + cubic * x * x), scale * (1 + 3 * cubic * x * x)
    bend = x * 6 * scale * cubic * x - x * rate**2 * np.tanh(w / 2)
    return SIGMOID.slope(w) * (2 * rate + bend)


def _of_softsign(z: Layer) -> Layer:
    """−2 sign(z)/(1 + |z|)³."""
    size = 1 + np.abs(z)
    return -2 * np.sign(z) / size / size / size  # the cube would overflow first


def _underflown(z: Layer) -> Layer:
    """More than what is lost of 2|z|^−3, relative to SLACK: the error of a z of 10^145 makes it no small thing."""
    return np.where(np.abs(z) > SOFTSIGN_FAR, np.finfo(np.float64).smallest_normal, 0.0)


SOFTSIGN_FAR = 1e100
"""From here on 2|z|^−3 is near the smallest float."""
MISH, GELU, GELU_FAR = Mish(), Gelu(), 60.0
STRAIGHT = Bend()
BENDS: dict[str, Bend] = {
    "sigmoid": _smooth((0.0,), _of_sigmoid, (-1.3169578969248167, 1.3169578969248167)),
    "tanh": _smooth((0.0,), _of_tanh, (-0.6584789484624084, 0.6584789484624084)),
    "softplus": _smooth((), SIGMOID.slope, (0.0,)),
    "logsigmoid": _smooth((), lambda z: -SIGMOID.slope(z), (0.0,)),
    "silu": _smooth(Silu.peaks, _of_silu, (-3.435840993535110689, 0.0, 3.435840993535110689), Silu().curvature),
    "mish": _smooth(
        Mish.peaks, _of_mish, (-3.2673378465204045761, -0.087934431314914211327, 2.1148425630208771086), MISH.curvature
    ),
    "gelu": _smooth(Gelu.peaks, _of_gelu, (-2.0, 0.0, 2.0), GELU.curvature),
    "gelu_tanh": _smooth(
        GeluTanh.peaks, _of_gelu_tanh, (-2.0134807246242579281, 0.0, 2.0134807246242579281), GeluTanh().curvature
    ),
    "elu": _exponential(Elu()),
    "selu": _exponential(Selu()),
    "softsign": Bend((0.0,), _of_softsign, ((0.0, 2.0), (0.0, -2.0)), _underflown),
    "tanhshrink": _smooth((0.0,), lambda z: -_of_tanh(z), (-0.6584789484624084, 0.6584789484624084)),
    "hardswish": Bend(
        (), lambda z: np.where(np.abs(z) < 3, 1 / 3, 0.0), tuple((at, v) for at in (-3.0, 3.0) for v in (0.0, 1 / 3))
    ),
    **dict.fromkeys(("relu", "identity", "leaky_relu", "relu6", "hardtanh", "hardsigmoid"), STRAIGHT),
}
"""By the activation's name; the softmax has none, as its slope is a matrix."""


def slopes(sigma: Elementwise, z: Inexact) -> Range:
    """Where σ′ lies within 2 e_z of z, on either side of a kink."""
    return range_of(sigma.slope, z, _slope_extremes(sigma), sigma.parts if isinstance(sigma, Gated) else None)


@cache
def _slope_extremes(sigma: Elementwise) -> tuple[Extreme, ...]:
    kinks = tuple((kink.at, slope) for kink in sigma.kinks for slope in (kink.left, kink.right))
    return kinks + _values(sigma.slope, BENDS[sigma.name].turns)


def seconds(sigma: Elementwise, z: Inexact) -> Range:
    """Where σ″ lies within 2 e_z of z, kinks of σ itself left out."""
    bend = BENDS[sigma.name]
    if bend.second is None:
        return Range(np.zeros_like(z.error), np.zeros_like(z.error))
    return range_of(bend.second, z, bend.extremes, bend.terms)
