"""What an activation is: σ, σ′ in its stable form, σ′ as textbooks write it, kinks, rounding.

The rounding methods are derived in docs/bounds.md, section 3. They take z as an Inexact whose
error bounds |ẑ − z|; the ẑ of another program then lies within 2 e_z of the one given here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..rounding.arithmetic import Arithmetic, Inexact, Tier
from ..shapes import Array, Layer


class Activation(ABC):
    """σ and what the four equations need of it."""

    name: str
    output_only = False
    core = False
    """It is one of those that the note and its book know: what is drawn unless more is asked for."""

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

    @abstractmethod
    def value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """What rounding alone does to σ(ẑ), wherever ẑ lies within 2 e_z."""

    def textbook_value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """The same for whichever formula is used."""
        return self.value_rounding(z, arithmetic)

    def textbook_value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """e_a for whichever formula is used, where textbooks have another."""
        return self.value_error(z, arithmetic)

    def rounding_of(self, tier: Tier) -> Callable[[Inexact, Arithmetic], Array]:
        """Which of the two roundings a tier takes."""
        return self.textbook_value_rounding if tier.textbook else self.value_rounding

    def error_of(self, tier: Tier) -> Callable[[Inexact, Arithmetic], Array]:
        """Which of the two a tier takes."""
        return self.textbook_value_error if tier.textbook else self.value_error


class Kink(NamedTuple):
    """Where σ′ jumps, and from what to what."""

    at: float
    left: float
    right: float


class Elementwise(Activation):
    """An activation of one neuron at a time: it has a slope σ′(z), and may have kinks."""

    kinks: tuple[Kink, ...] = ()
    span = np.inf
    """How far apart two values can be."""

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

    @abstractmethod
    def slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """What rounding alone does to the stable slope, wherever ẑ lies within 2 e_z."""

    def textbook_slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """The same for whichever of the two slopes is used."""
        return self.slope_rounding(z, arithmetic)

    def raised(self, z: Inexact) -> Array:
        """What a factor of σ or σ′ that underflows is multiplied by afterwards, beyond 1."""
        return np.zeros_like(z.error)

    def slope_within(self, z: Inexact, arithmetic: Arithmetic, tier: Tier) -> Inexact:
        """σ′(z) and its error in a tier, which may make room for either branch of a kink."""
        error = self.textbook_slope_error if tier.textbook else self.slope_error
        within = error(z, arithmetic) + tier.slope_excess(self.name, z)
        if tier.either_branch:
            within = within + self.jumps(z, arithmetic)
        return Inexact(self.slope(z.value), np.where(np.isfinite(z.error), within, np.inf))

    def jumps(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """How far apart the branches are that z, and what rounding makes of z − kink, leave open."""
        total = np.zeros_like(z.error)
        for at, left, right in self.kinks:
            near = np.abs(z.value - at) <= 2 * z.error + 4 * arithmetic.u * abs(at)
            total = total + np.where(near, abs(right - left), 0.0)
        return total
