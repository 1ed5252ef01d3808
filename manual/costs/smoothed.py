"""Cross-entropy with label smoothing: a tenth of every target is spread evenly over the classes.

C. Szegedy et al., Rethinking the inception architecture for computer vision, 2016, section 7.
"""

from __future__ import annotations

from typing import ClassVar

from ..rounding.arithmetic import Arithmetic, Inexact, Tier
from ..shapes import Array, Layer, PerExample
from .binary import BinaryCrossEntropy
from .categorical import CategoricalCrossEntropy
from .head import Head

EPSILON = 0.1


class Smoothed(Head):
    """A cross-entropy whose target is (1 − ε)y + ε/K."""

    plain: ClassVar[type[Head]]

    def smoothed(self, y: Layer) -> Layer:
        """The target that is meant; K is the number of outputs."""
        return y * (1 - EPSILON) + EPSILON / y.shape[-2]

    @property
    def unsmoothed(self) -> Head:
        """The cross-entropy that is given the smoothed target."""
        return self.plain(self.sigma)

    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        return self.unsmoothed.value(z, a, self.smoothed(y))

    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        return self.unsmoothed.nabla_a(a, self.smoothed(y))

    def delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        return self.unsmoothed.delta(z, a, self.smoothed(y))

    def textbook_delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        return self.unsmoothed.textbook_delta(z, a, self.smoothed(y))

    def known(self, y: Inexact, arithmetic: Arithmetic) -> Inexact:
        """The smoothed target as a program has it."""
        rounding = 5 * arithmetic.u * (y.most + EPSILON) + 2 * arithmetic.tau
        return Inexact(self.smoothed(y.value), y.error + rounding)

    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return self.unsmoothed.value_error(z, a, self.known(y, arithmetic), arithmetic, tier)

    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return self.unsmoothed.delta_error(z, a, self.known(y, arithmetic), arithmetic, tier)


class SmoothedCategorical(Smoothed):
    """On softmax outputs."""

    plain = CategoricalCrossEntropy


class SmoothedBinary(Smoothed):
    """On sigmoid outputs, each of which chooses between two classes."""

    plain = BinaryCrossEntropy

    def smoothed(self, y: Layer) -> Layer:
        """(1 − ε)y + ε/2."""
        return y * (1 - EPSILON) + EPSILON / 2
