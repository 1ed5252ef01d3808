"""Activations, one row each: σ, σ′ in its stable form, σ′ as the note writes it, kinks, rounding.

The rounding methods are derived in docs/bounds.md, section 3. They take z as an Inexact whose
error bounds |ẑ − z|; the ẑ of another program then lies within 2 e_z of the one given here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from .arithmetic import Arithmetic, Inexact, Tier, capped
from .shapes import Array, Layer


class Activation(ABC):
    """σ and what the four equations need of it."""

    name: str
    output_only = False

    @abstractmethod
    def value(self, z: Layer) -> Layer:
        """a = σ(z)."""

    @abstractmethod
    def pull(self, z: Layer, g: Layer) -> Layer:
        """∂C/∂z from g = ∂C/∂a, accurate to a few ulps for every z."""

    @abstractmethod
    def textbook_pull(self, z: Layer, a: Layer, g: Layer) -> Layer:
        """The same as the note and most code write it, from a where that is the custom."""

    @abstractmethod
    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """e_a ≥ |â − a|."""


class Elementwise(Activation):
    """An activation of one neuron at a time: it has a slope σ′(z), and may have kinks."""

    kinks: tuple[float, ...] = ()

    @abstractmethod
    def slope(self, z: Layer) -> Layer:
        """σ′(z), accurate to a few ulps for every z."""

    def textbook_slope(self, z: Layer, a: Layer) -> Layer:
        """σ′(z) as the note and most code write it."""
        return self.slope(z)

    def pull(self, z: Layer, g: Layer) -> Layer:
        """g ⊙ σ′(z)."""
        return g * self.slope(z)

    def textbook_pull(self, z: Layer, a: Layer, g: Layer) -> Layer:
        """g ⊙ σ′, through the textbook slope."""
        return g * self.textbook_slope(z, a)

    @abstractmethod
    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """e_s ≥ |ŝ − σ′(z)| for the stable slope, on this side of every kink."""

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """e_s for whichever of the two slopes is used."""
        return self.slope_error(z, arithmetic)

    def slope_within(self, z: Inexact, arithmetic: Arithmetic, tier: Tier) -> Inexact:
        """σ′(z) and its error in a tier; where either branch of a kink may be taken, anything in [0, 1]."""
        error = self.textbook_slope_error if tier.textbook else self.slope_error
        slope = Inexact(self.slope(z.value), error(z, arithmetic) + tier.slope_excess(self.name, z))
        if tier.either_branch and self.kinks:
            crossed = np.any([np.abs(z.value - kink) <= 2 * z.error for kink in self.kinks], axis=0)
            slope = Inexact(np.where(crossed, 1.0, slope.value), np.where(crossed, 1.0, slope.error))
        return slope._replace(error=np.where(np.isfinite(z.error), slope.error, np.inf))


def _nearest_zero(z: Inexact) -> Array:
    """The z of smallest magnitude within 2 e_z: there a slope that falls with |z| is largest."""
    return np.maximum(np.abs(z.value) - 2 * z.error, 0.0)


class Sigmoid(Elementwise):
    """σ(z) = 1/(1 + e^−z), the note's neuron."""

    name = "sigmoid"

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
        return capped(z.error * self.slope(_nearest_zero(z)), 1.0)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        d = self.moved(z)
        return d + arithmetic.c * arithmetic.u * np.minimum(1.0, self.value(z.value) + d) + arithmetic.omega

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        steepest = self.slope(_nearest_zero(z))
        return (np.minimum(1.0, z.error) + arithmetic.c * arithmetic.u) * steepest + arithmetic.omega

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        a, e_a = self.value(z.value), self.value_error(z, arithmetic)
        d, steepest = self.moved(z), self.slope(_nearest_zero(z))
        rounding = 4 * arithmetic.u * (steepest + e_a) + arithmetic.omega
        return np.maximum(self.slope_error(z, arithmetic), (np.abs(1 - 2 * a) + 2 * d) * e_a + e_a**2 + rounding)


class Tanh(Elementwise):
    """tanh z."""

    name = "tanh"

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
        return capped(z.error * self.slope(_nearest_zero(z)), 2.0)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        d = self.moved(z)
        a = np.abs(self.value(z.value))
        return d + arithmetic.c * arithmetic.u * np.minimum(1.0, a + d) + arithmetic.omega

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        steepest = self.slope(_nearest_zero(z))
        return (np.minimum(1.0, 2 * z.error) + arithmetic.c * arithmetic.u) * steepest + 4 * arithmetic.omega

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        u, a, e_a = arithmetic.u, np.abs(self.value(z.value)), self.value_error(z, arithmetic)
        d, steepest = self.moved(z), self.slope(_nearest_zero(z))
        rounding = 2 * u * (a + e_a) + 4 * u * (steepest + e_a) + arithmetic.omega
        return np.maximum(self.slope_error(z, arithmetic), 2 * (a + d) * e_a + e_a**2 + rounding)


class Softplus(Elementwise):
    """ln(1 + e^z), whose slope is the sigmoid."""

    name = "softplus"

    def value(self, z: Layer) -> Layer:
        return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))

    def slope(self, z: Layer) -> Layer:
        return SIGMOID.value(z)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        d = np.minimum(z.error, z.error * self.slope(z.value + 2 * z.error))
        return d + arithmetic.c * arithmetic.u * (self.value(z.value) + d) + arithmetic.omega

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        steepest = self.slope(z.value + 2 * z.error)
        return SIGMOID.moved(z) + arithmetic.c_log * arithmetic.u * steepest + arithmetic.omega


class Relu(Elementwise):
    """max(z, 0), with relu′(0) = 0 as NumPy code, torch and jax all have it."""

    name = "relu"
    kinks = (0.0,)

    def value(self, z: Layer) -> Layer:
        return np.maximum(z, 0)

    def slope(self, z: Layer) -> Layer:
        return (z > 0).astype(z.dtype)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return z.error

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return np.zeros_like(z.error)


class Identity(Elementwise):
    """A linear neuron."""

    name = "identity"

    def value(self, z: Layer) -> Layer:
        return z.copy()

    def slope(self, z: Layer) -> Layer:
        return np.ones_like(z)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return z.error

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return np.zeros_like(z.error)


class Softmax(Activation):
    """e^{z_j} / Σ_k e^{z_k} over the neurons of one example. Its slope is a matrix, so only pull exists."""

    name = "softmax"
    output_only = True

    def value(self, z: Layer) -> Layer:
        e = np.exp(z - z.max(axis=-2, keepdims=True))
        return e / e.sum(axis=-2, keepdims=True)

    def pull(self, z: Layer, g: Layer) -> Layer:
        """p ⊙ (g − pᵀg)."""
        p = self.value(z)
        return p * (g - (p * g).sum(axis=-2, keepdims=True))

    def textbook_pull(self, z: Layer, a: Layer, g: Layer) -> Layer:
        return a * (g - (a * g).sum(axis=-2, keepdims=True))

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        p, gap = self.most_likely(z), self.gap(z)
        return capped(self.moved(z, p) + self.rho(gap, arithmetic) * p + arithmetic.omega, 1.0)

    def moved(self, z: Inexact, p: Array) -> Array:
        """d_j, how far e_z alone can move p_j."""
        return capped(p * self.exponent_error(z, p), 1.0)

    def most_likely(self, z: Inexact) -> Array:
        """p̄_k, the largest p_k within 2 e_z."""
        below = z.value - z.value.max(axis=-2, keepdims=True)
        low, high = below - 2 * z.error, below + 2 * z.error
        top = low.max(axis=-2, keepdims=True)
        total = top + np.log(np.exp(low - top).sum(axis=-2, keepdims=True))
        return np.minimum(1.0, np.exp(high - total))

    def exponent_error(self, z: Inexact, p: Array) -> Array:
        """ℓ_j = q̄_j e_j + Σ_{k≠j} p̄_k e_k ≥ what e_z can do to ln p_j."""
        return np.minimum(1.0, sum_of_others(p)) * z.error + sum_of_others(p * z.error)

    def gap(self, z: Inexact) -> Array:
        """g_j, how far the logit lies below the largest, at most."""
        top = z.value.max(axis=-2, keepdims=True)
        return top - z.value + 2 * z.error + 2 * z.error.max(axis=-2, keepdims=True)

    def rho(self, gap: Array, arithmetic: Arithmetic) -> Array:
        """ρ_j, the relative rounding error of p_j: the gap itself is rounded before exp."""
        n = gap.shape[-2]
        return arithmetic.u * (2 * gap + n + (arithmetic.c + 2) * (np.log(n) + 4))


def sum_of_others(x: Layer) -> Layer:
    """Σ_{k≠j} x_k over the neurons, without the cancellation of Σ_k x_k − x_j."""
    n = x.shape[-2]
    return (1 - np.eye(n, dtype=x.dtype)) @ x


SIGMOID, SOFTPLUS, SOFTMAX = Sigmoid(), Softplus(), Softmax()
ACTIVATIONS: dict[str, Activation] = {row.name: row for row in (SIGMOID, Tanh(), Relu(), SOFTPLUS, Identity(), SOFTMAX)}
