"""Costs of the difference a − y, entry by entry, with any output activation: quadratic, Huber, log-cosh."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from ..activations import SOFTMAX, TANH, Elementwise
from ..activations.softmax import pull_error, stable_pull_error
from ..rounding.arithmetic import Arithmetic, Inexact, Tier, capped
from ..shapes import Array, Layer, PerExample
from .head import Head, entries, total


class Difference(Head):
    """C = Σ f(a − y), with f′ rising at most as fast as its argument: ∇_a C = f′(a − y)."""

    @abstractmethod
    def each(self, g: Layer) -> Layer:
        """f(g)."""

    @abstractmethod
    def rise(self, g: Layer) -> Layer:
        """f′(g)."""

    @abstractmethod
    def rise_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What ĝ and rounding can do to f′(g)."""

    @abstractmethod
    def rise_rounding(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What rounding alone does to f′(ĝ), wherever ĝ lies within 2 e_g."""

    def second(self, g: Layer) -> Layer:
        """f″(g)."""
        return np.ones_like(g)

    extremes: ClassVar[tuple[tuple[float, float], ...]] = ()
    """Where f″ turns or jumps, and what it is there."""

    @abstractmethod
    def each_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What they can do to f(g)."""

    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        return self.each(a - y).sum(axis=-2)

    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        return self.rise(a - y)

    def factor(self, a: Inexact, y: Inexact) -> Array:
        """|f′(a − y)|."""
        return np.abs(self.rise(a.most + y.most))

    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        g = self.difference(a, y, arithmetic)
        summed = arithmetic.summed(entries(a.value), 6) * self.each(g.most)
        each = self.each_error(g, arithmetic, tier) + summed + 4 * arithmetic.tau
        return arithmetic.ranged(total(g.most**2), total(each))

    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        g = self.difference(a, y, arithmetic)
        rise = Inexact(self.rise(g.value), self.rise_error(g, arithmetic, tier))
        if isinstance(self.sigma, Elementwise):
            slope, outer = self.sigma.slope_within(z, arithmetic, tier), tier.narrow(self.sigma.name, arithmetic)
            error = outer.product_error(tier.narrowed(self.sigma.name, rise, arithmetic), slope, 8)
            error = error + 4 * arithmetic.tau * self.sigma.raised(z)
        else:
            p = Inexact(SOFTMAX.value(z.value), SOFTMAX.error_of(tier)(z, arithmetic))
            error = stable_pull_error(p, rise, arithmetic)
            if tier.textbook:
                error = np.maximum(error, pull_error(p, rise, arithmetic))
        return arithmetic.ranged(g.most, error)

    def difference(self, a: Inexact, y: Inexact, arithmetic: Arithmetic) -> Inexact:
        """g = a − y."""
        g = a.value - y.value
        return Inexact(g, a.error + y.error + arithmetic.u * (np.abs(g) + a.error + y.error) + arithmetic.tau)


class Quadratic(Difference):
    """C = ½‖a − y‖²."""

    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        return ((a - y) ** 2).sum(axis=-2) / 2

    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        """a − y."""
        return a - y

    def each(self, g: Layer) -> Layer:
        return g**2 / 2

    def rise(self, g: Layer) -> Layer:
        return g

    def rise_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return g.error

    def rise_rounding(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return np.zeros_like(g.error)

    def each_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return g.most * g.error + g.error**2 / 2


class Huber(Difference):
    """f(g) = ½g² up to |g| = 1, |g| − ½ beyond: the slope has no jump, the curvature has."""

    def each(self, g: Layer) -> Layer:
        inner = np.minimum(np.abs(g), 1)
        return inner * inner / 2 + (np.abs(g) - inner)

    def rise(self, g: Layer) -> Layer:
        """a − y, cut off at ±1."""
        return np.clip(g, -1, 1)

    def rise_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return capped(g.error, 2.0) + self.rise_rounding(g, arithmetic, tier)

    def rise_rounding(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """With q = min(|g|, 1), a textbook's ½q² + (|g| − q) has the slope 1 + (q − 1)."""
        return np.asarray(4 * arithmetic.u * (np.ones_like(g.most) if tier.textbook else np.abs(self.rise(g.most))))

    def second(self, g: Layer) -> Layer:
        return np.where(np.abs(g) < 1, 1.0, 0.0)

    extremes = tuple((at, value) for at in (-1.0, 1.0) for value in (0.0, 1.0))

    def each_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return np.minimum(g.most, 1) * g.error + 4 * arithmetic.u * self.each(g.most)


class LogCosh(Difference):
    """f(g) = ln cosh g = ln(1 + 2 sinh²(g/2)), or |g| + ln(1 + e^−2|g|) − ln 2 far from 0."""

    def each(self, g: Layer) -> Layer:
        size = np.abs(g)
        near = np.log1p(2 * np.sinh(np.minimum(size, 2) / 2) ** 2)
        return np.where(size < 2, near, size + np.log1p(np.exp(-2 * size)) - np.log(2)).astype(g.dtype)

    def rise(self, g: Layer) -> Layer:
        """tanh(a − y)."""
        return np.tanh(g)

    def rise_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return capped(g.error, 2.0) + self.rise_rounding(g, arithmetic, tier)

    def second(self, g: Layer) -> Layer:
        """sech² g."""
        return TANH.slope(g)

    extremes = ((0.0, 1.0),)

    def rise_rounding(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """A textbook's ln(e^g + e^−g) has e^{g − l} − e^{−g − l} for a slope."""
        # l = ln(e^g + e^−g) is rounded to u|g|, as long as it is not |g| itself.
        relative = arithmetic.c * np.minimum(g.most, 1)
        rounding = arithmetic.c + np.minimum(g.most, arithmetic.c_log) if tier.textbook else relative
        return np.asarray(arithmetic.u * rounding + arithmetic.omega)

    def each_error(self, g: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """The textbook subtracts ln 2 at the end."""
        size = g.most + 1 if tier.textbook else self.each(g.most)
        return np.minimum(g.most, 1) * g.error + arithmetic.c * arithmetic.u * size + arithmetic.omega
