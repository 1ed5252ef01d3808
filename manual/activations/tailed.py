"""Smooth activations with a tail that is no straight line, and what is made from tanh and softplus."""

from __future__ import annotations

import numpy as np

from ..rounding.arithmetic import Arithmetic, Inexact
from ..shapes import Array, Layer
from .base import Elementwise, Kink
from .library import exp, reciprocal, tanh
from .shaped import Shaped
from .smooth import SOFTPLUS, TANH
from .tracked import Tracked


class Elu(Shaped):
    """z above 0, e^z − 1 below."""

    name = "elu"
    left, right = 1.0, 1.0
    bends = (0.0,)

    def value(self, z: Layer) -> Layer:
        return np.where(z > 0, self.right * z, self.left * np.expm1(np.minimum(z, 0)))

    def slope(self, z: Layer) -> Layer:
        return np.where(z > 0, self.right, self.left * np.exp(np.minimum(z, 0))).astype(z.dtype)

    def curvature(self, z: Layer) -> Layer:
        return np.where(z > 0, 0, self.left * np.exp(np.minimum(z, 0)))

    def written_value(self, z: Tracked) -> Tracked:
        return self._either(z, (exp(self._below(z)) - 1) * self.left, z * self.right)

    def written_slope(self, z: Tracked) -> Tracked:
        """a + 1, from a = e^z − 1."""
        return self._either(z, (exp(self._below(z)) - 1) * self.left + self.left, z * 0.0 + self.right)

    def _below(self, z: Tracked) -> Tracked:
        return Tracked(np.minimum(z.value, 0), z.moved, z.error, z.arithmetic)

    def _either(self, z: Tracked, below: Tracked, above: Tracked) -> Tracked:
        """The side that z is on, with the errors of the worse where either may be."""
        value = np.where(z.value >= 0, above.value, below.value).astype(z.value.dtype)
        moved, error = (
            np.where(z.value > z.moved, right, np.where(z.value < -z.moved, left, np.maximum(left, right)))
            for left, right in ((below.moved, above.moved), (below.error, above.error))
        )
        return Tracked(value, moved, error, z.arithmetic)


class Selu(Elu):
    """λz above 0, λα(e^z − 1) below: Klambauer et al., Self-normalizing neural networks, 2017."""

    name = "selu"
    LAMBDA, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
    left, right = LAMBDA * ALPHA, LAMBDA
    kinks = (Kink(0.0, left, right),)

    def slope(self, z: Layer) -> Layer:
        return np.where(z >= 0, self.right, self.left * np.exp(np.minimum(z, 0))).astype(z.dtype)


class Softsign(Shaped):
    """z/(1 + |z|)."""

    name = "softsign"
    span = 2.0
    peaks = bends = (0.0,)

    def value(self, z: Layer) -> Layer:
        return z / (1 + np.abs(z))

    def slope(self, z: Layer) -> Layer:
        return 1 / (1 + np.abs(z)) ** 2

    def curvature(self, z: Layer) -> Layer:
        """2/(1 + |z|)³; what underflows may be multiplied by an error as large as 10^130."""
        size = 1 + np.abs(z)
        return np.maximum(2 / size / size / size, np.finfo(z.dtype).smallest_subnormal)

    def written_slope(self, z: Tracked) -> Tracked:
        """1/q − |z|/q² with q = 1 + |z|."""
        size = Tracked(np.abs(z.value), z.moved, z.error, z.arithmetic)
        share = reciprocal(size + 1)
        return share - size * (share * share)


class LogSigmoid(Elementwise):
    """ln σ(z) = −ln(1 + e^−z): the softplus seen from behind."""

    name = "logsigmoid"

    def value(self, z: Layer) -> Layer:
        return -SOFTPLUS.value(-z)

    def slope(self, z: Layer) -> Layer:
        return SOFTPLUS.slope(-z)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.value_error(Inexact(-z.value, z.error), arithmetic)

    def value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.value_rounding(Inexact(-z.value, z.error), arithmetic)

    def textbook_value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.textbook_value_error(Inexact(-z.value, z.error), arithmetic)

    def textbook_value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.textbook_value_rounding(Inexact(-z.value, z.error), arithmetic)

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.slope_error(Inexact(-z.value, z.error), arithmetic)

    def slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.slope_rounding(Inexact(-z.value, z.error), arithmetic)

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.textbook_slope_error(Inexact(-z.value, z.error), arithmetic)

    def textbook_slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SOFTPLUS.textbook_slope_rounding(Inexact(-z.value, z.error), arithmetic)


class Tanhshrink(Shaped):
    """z − tanh z = (z cosh z − sinh z)/cosh z; near 0 that numerator is Σ 2n z^{2n+1}/(2n+1)!."""

    name = "tanhshrink"
    bends = (-0.6584789484624083, 0.6584789484624083)
    NEAR, TERMS = 2.0, 15

    def value(self, z: Layer) -> Layer:
        x = np.clip(z, -self.NEAR, self.NEAR)
        total, power = np.zeros_like(x), x
        for n in range(1, self.TERMS):
            power = power * x * x / (2 * n * (2 * n + 1))
            total = total + 2 * n * power
        return np.where(np.abs(z) < self.NEAR, total / np.cosh(x), z - np.tanh(z))

    def slope(self, z: Layer) -> Layer:
        return np.tanh(z) ** 2

    def curvature(self, z: Layer) -> Layer:
        return 2 * np.abs(np.tanh(z)) * TANH.slope(z)

    def written_value(self, z: Tracked) -> Tracked:
        return z - tanh(z)

    def written_slope(self, z: Tracked) -> Tracked:
        """1 − (1 − t²)."""
        t = tanh(z)
        return 1 - (1 - t * t)
