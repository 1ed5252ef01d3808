"""The note's neuron and the two smooth activations that are made of it."""

from __future__ import annotations

import numpy as np

from ..rounding.arithmetic import Arithmetic, Inexact, capped
from ..shapes import Array, Layer
from .base import Elementwise
from .tracked import LIMIT


def nearest_zero(z: Inexact) -> Array:
    """The z of smallest magnitude within 2 e_z: there a slope that falls with |z| is largest."""
    return np.maximum(np.abs(z.value) - 2 * z.error, 0.0)


def cancelled(terms: Array | float, short: Array, arithmetic: Arithmetic) -> Array:
    """What a formula whose terms cancel can round: c u of the terms, or what the truth is short of the
    number that it rounds to there.
    """
    rounding = arithmetic.c * arithmetic.u * terms
    return np.where(short <= LIMIT * arithmetic.u, np.minimum(short, rounding), rounding)


class Sigmoid(Elementwise):
    """σ(z) = 1/(1 + e^−z), the note's neuron."""

    name = "sigmoid"
    core = True
    span = 1.0

    def value(self, z: Layer) -> Layer:
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1, e) / (1 + e)

    def slope(self, z: Layer) -> Layer:
        """σ(z)σ(−z)."""
        e = np.exp(-np.abs(z))
        return e / (1 + e) ** 2

    def textbook_slope(self, z: Layer, a: Layer) -> Layer:
        """a(1 − a): exactly 0 as soon as a rounds to 1."""
        return a * (1 - a)

    def moved(self, z: Inexact) -> Array:
        """d, how far e_z alone can move a."""
        return capped(z.error * self.slope(nearest_zero(z)), self.span)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.value_rounding(z, arithmetic)

    def value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        largest = np.minimum(1.0, self.value(z.value) + 2 * self.moved(z))
        return arithmetic.c * arithmetic.u * largest + arithmetic.omega

    def textbook_value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.textbook_value_rounding(z, arithmetic)

    def textbook_value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """Of 1 − σ(−z), or ½ + ½tanh(z/2)."""
        rounding = cancelled(1.0, 2 * self.value(-nearest_zero(z)), arithmetic)
        return np.maximum(self.value_rounding(z, arithmetic), rounding + arithmetic.omega)

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return np.minimum(1.0, z.error) * self.slope(nearest_zero(z)) + self.slope_rounding(z, arithmetic)

    def slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return arithmetic.c * arithmetic.u * self.slope(nearest_zero(z)) + arithmetic.omega

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        a, e_a = self.value(z.value), self.textbook_value_error(z, arithmetic)
        d, steepest = self.moved(z), self.slope(nearest_zero(z))
        rounding = 4 * arithmetic.u * (steepest + e_a) + arithmetic.omega
        return np.maximum(self.slope_error(z, arithmetic), (np.abs(1 - 2 * a) + 2 * d) * e_a + e_a**2 + rounding)

    def textbook_slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """a(1 − a) from an a that is rounded."""
        off, steepest = self.textbook_value_rounding(z, arithmetic), self.slope(nearest_zero(z))
        centred = np.minimum(1.0, np.abs(1 - 2 * self.value(z.value)) + 4 * self.moved(z))
        textbook = centred * off + off**2 + 4 * arithmetic.u * (steepest + off) + arithmetic.omega
        return np.maximum(self.slope_rounding(z, arithmetic), textbook)


class Tanh(Elementwise):
    """tanh z."""

    name = "tanh"
    core = True
    span = 2.0

    def value(self, z: Layer) -> Layer:
        return np.tanh(z)

    def slope(self, z: Layer) -> Layer:
        """4σ(2z)σ(−2z)."""
        e = np.exp(-2 * np.abs(z))
        return 4 * e / (1 + e) ** 2

    def textbook_slope(self, z: Layer, a: Layer) -> Layer:
        """1 − a²."""
        return 1 - a * a

    def moved(self, z: Inexact) -> Array:
        """d, how far e_z alone can move a."""
        return capped(z.error * self.slope(nearest_zero(z)), self.span)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.value_rounding(z, arithmetic)

    def value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return arithmetic.c * arithmetic.u * self._largest(z) + arithmetic.omega

    def _largest(self, z: Inexact) -> Array:
        """The largest |tanh ẑ|."""
        return np.minimum(1.0, np.abs(self.value(z.value)) + 2 * self.moved(z))

    def textbook_value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.textbook_value_rounding(z, arithmetic)

    def textbook_value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """Of 2σ(2z) − 1, or (e^z − e^−z)/(e^z + e^−z)."""
        rounding = cancelled(3.0, 4 * SIGMOID.value(-2 * nearest_zero(z)), arithmetic)
        return np.maximum(self.value_rounding(z, arithmetic), rounding + arithmetic.omega)

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return np.minimum(1.0, 2 * z.error) * self.slope(nearest_zero(z)) + self.slope_rounding(z, arithmetic)

    def slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return arithmetic.c * arithmetic.u * self.slope(nearest_zero(z)) + 4 * arithmetic.omega

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        u, a, e_a = arithmetic.u, np.abs(self.value(z.value)), self.textbook_value_error(z, arithmetic)
        d, steepest = self.moved(z), self.slope(nearest_zero(z))
        rounding = 2 * u * (a + e_a) + 4 * u * (steepest + e_a) + arithmetic.omega
        return np.maximum(self.slope_error(z, arithmetic), 2 * (a + d) * e_a + e_a**2 + rounding)

    def textbook_slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """1 − a² from an a that is rounded."""
        u, off, a = arithmetic.u, self.textbook_value_rounding(z, arithmetic), self._largest(z)
        steepest = self.slope(nearest_zero(z))
        rounding = 2 * u * (a + off) + 4 * u * (steepest + off) + arithmetic.omega
        return np.maximum(self.slope_rounding(z, arithmetic), 2 * a * off + off**2 + rounding)


class Softplus(Elementwise):
    """ln(1 + e^z), whose slope is the sigmoid."""

    name = "softplus"
    core = True

    def value(self, z: Layer) -> Layer:
        return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))

    def slope(self, z: Layer) -> Layer:
        return SIGMOID.value(z)

    def moved(self, z: Inexact) -> Array:
        """d, how far e_z alone can move a."""
        return np.minimum(z.error, z.error * self.slope(z.value + 2 * z.error))

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.value_rounding(z, arithmetic)

    def value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return arithmetic.c * arithmetic.u * (self.value(z.value) + 2 * self.moved(z)) + arithmetic.omega

    def textbook_value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.textbook_value_rounding(z, arithmetic)

    def textbook_value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """Of ln(1 + e^z), or −ln(1 − σ(z)): what e^z is beside 1."""
        rounding = cancelled(1.0, self.value(z.value + 2 * z.error), arithmetic)
        return self.value_rounding(z, arithmetic) + rounding

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SIGMOID.moved(z) + self.slope_rounding(z, arithmetic)

    def slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return arithmetic.c_log * arithmetic.u * self.slope(z.value + 2 * z.error) + arithmetic.omega

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SIGMOID.moved(z) + self.textbook_slope_rounding(z, arithmetic)

    def textbook_slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """Of the sigmoid, however it is written."""
        return np.maximum(self.slope_rounding(z, arithmetic), SIGMOID.textbook_value_rounding(z, arithmetic))


SIGMOID, TANH, SOFTPLUS = Sigmoid(), Tanh(), Softplus()
