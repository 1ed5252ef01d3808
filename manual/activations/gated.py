"""Activations of the form z G(z), G a gate that opens from 0 to 1: silu, mish and both gelus."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from ..rounding.arithmetic import Inexact
from ..shapes import Array, Layer
from .library import erf, exp, sigmoid, softplus, tanh
from .normal import cumulative, density
from .shaped import Shaped
from .smooth import SIGMOID
from .tracked import Tracked
from .twofold import Twofold

LOST = 1000.0
"""LOST e^−LOST is below any ω."""


class Gated(Shaped):
    """σ(z) = z G(z), σ′(z) = G(z) + z G′(z)."""

    @abstractmethod
    def gate(self, z: Layer) -> Layer:
        """G(z), to a few ulps."""

    @abstractmethod
    def opening(self, z: Layer) -> Layer:
        """G′(z) ≥ 0, to a few ulps."""

    def value(self, z: Layer) -> Layer:
        return z * self.gate(z)

    def slope(self, z: Layer) -> Layer:
        return self.gate(z) + z * self.opening(z)

    def parts(self, z: Layer) -> Layer:
        """The two terms: they cancel where σ has its minimum."""
        return self.gate(z) + np.abs(z) * self.opening(z)

    def raised(self, z: Inexact) -> Array:
        """|z|, up to where z G(z) is itself below ω."""
        return np.minimum(z.most, LOST)


class Silu(Gated):
    """z/(1 + e^−z), also called swish."""

    name = "silu"
    peaks = (-2.3993572805154676, 2.3993572805154676)
    bends = (0.0,)

    def gate(self, z: Layer) -> Layer:
        return SIGMOID.value(z)

    def opening(self, z: Layer) -> Layer:
        return SIGMOID.slope(z)

    def curvature(self, z: Layer) -> Layer:
        """σ″ = G′(z)(2 − z tanh(z/2))."""
        return SIGMOID.slope(z) * np.maximum(2, np.abs(z))

    def written_slope(self, z: Tracked) -> Tracked:
        """s + z s(1 − s)."""
        s = sigmoid(z)
        return s + z * (s * (1 - s))


class Mish(Gated):
    """z tanh(ln(1 + e^z)); with e = e^z and D = e² + 2e + 2 the gate is e(e + 2)/D."""

    name = "mish"
    peaks = (-2.256376396360793, 1.4905711794854284)
    bends = (-0.11740097962873939, 0.0)

    def gate(self, z: Layer) -> Layer:
        e, denominator = self._powers(z)
        return np.where(z >= 0, 1 + 2 * e, e * (e + 2)) / denominator

    def opening(self, z: Layer) -> Layer:
        """4e(e + 1)/D²."""
        e, denominator = self._powers(z)
        return np.where(z >= 0, e, 1) * 4 * e * (e + 1) / denominator**2

    def _powers(self, z: Layer) -> tuple[Layer, Layer]:
        """e^−|z|, and D or D e^−2z."""
        e = np.exp(-np.abs(z))
        return e, np.where(z >= 0, 1 + 2 * e * (1 + e), 2 + e * (e + 2))

    def curvature(self, z: Layer) -> Layer:
        return np.exp(-np.abs(z)) * (2 + np.abs(z))

    def written_value(self, z: Tracked) -> Tracked:
        return z * tanh(softplus(z))

    def written_slope(self, z: Tracked) -> Tracked:
        """t + z(1 − t²)s."""
        t = tanh(softplus(z))
        return t + z * ((1 - t * t) * sigmoid(z))


class Gelu(Gated):
    """z Φ(z), with the normal distribution Φ."""

    name = "gelu"
    peaks = (-np.sqrt(2), np.sqrt(2))
    bends = (0.0,)

    def gate(self, z: Layer) -> Layer:
        return cumulative(z)

    def opening(self, z: Layer) -> Layer:
        return density(z)

    def curvature(self, z: Layer) -> Layer:
        """σ″ = φ(z)(2 − z²)."""
        return density(z) * np.maximum(2, z * z)

    def written_value(self, z: Tracked) -> Tracked:
        """z ½(1 + erf(z/√2))."""
        return z * self._gate(z)

    def written_slope(self, z: Tracked) -> Tracked:
        return self._gate(z) + z * (exp(z * z * -0.5) * (1 / np.sqrt(2 * np.pi)))

    def _gate(self, z: Tracked) -> Tracked:
        return (erf(z * np.sqrt(0.5)) + 1) * 0.5


class GeluTanh(Gated):
    """½z(1 + tanh u), u = √(2/π)(z + 0.044715z³): the gate is the sigmoid of 2u."""

    name = "gelu_tanh"
    peaks = (-1.4185040087908283, 1.4185040087908283)
    bends = (-0.676871382726677, 0.676871382726677)
    CUBIC, FAR = 0.044715, 30.0
    DOUBLED = Twofold(1.5957691216057308, -9.96930880911092e-17)  # √(8/π)
    SQUARE = Twofold(0.044715, 2.1960211427085595e-18)

    def gate(self, z: Layer) -> Layer:
        e = self._power(z)
        return (np.where(z >= 0, 1, e) / (1 + e)).astype(z.dtype)

    def opening(self, z: Layer) -> Layer:
        e = self._power(z)
        return (e / (1 + e) ** 2 * self._rate(z)).astype(z.dtype)

    def _power(self, z: Layer) -> Layer:
        """e^−|2u|, the exponent in twice the precision."""
        x = np.minimum(np.abs(z.astype(np.float64)), self.FAR)
        one = Twofold(x, 0.0)
        w = self.DOUBLED.times(one.times(self.SQUARE.times(one.times(one)).plus_one()))
        return np.exp(-np.asarray(w.high)) * (1 - w.low)

    def _rate(self, z: Layer) -> Layer:
        """2u′."""
        return self.DOUBLED.high * (1 + 3 * self.CUBIC * np.minimum(np.abs(z), self.FAR) ** 2)

    def curvature(self, z: Layer) -> Layer:
        """|σ″| ≤ sech² u (u′ + ½|z|u″ + |z|u′²)."""
        x, rate = np.minimum(np.abs(z), self.FAR), self._rate(z) / 2
        bend = 3 * self.CUBIC * self.DOUBLED.high * x
        e = self._power(z)
        return 4 * e / (1 + e) ** 2 * (rate + x * bend / 2 + x * rate**2)

    def written_value(self, z: Tracked) -> Tracked:
        return z * self._gate(z)

    def written_slope(self, z: Tracked) -> Tracked:
        """½(1 + t) + ½z(1 − t²)u′."""
        t = self._tanh(z)
        rate = (z * z * (3 * self.CUBIC) + 1) * np.sqrt(2 / np.pi)
        return (t + 1) * 0.5 + z * 0.5 * ((1 - t * t) * rate)

    def _tanh(self, z: Tracked) -> Tracked:
        return tanh((z + z * z * z * self.CUBIC) * np.sqrt(2 / np.pi))

    def _gate(self, z: Tracked) -> Tracked:
        return (self._tanh(z) + 1) * 0.5
