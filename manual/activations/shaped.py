"""Bounds from the shape of σ: how large σ′ and σ″ are near z, and what the textbook's formula rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ..rounding.arithmetic import Arithmetic, Inexact, capped
from ..shapes import Array, Layer
from .base import Elementwise
from .tracked import Tracked


def largest(f: Callable[[Layer], Layer], z: Inexact, peaks: Iterable[float]) -> Array:
    """The largest |f| within 2 e_z of z, for an f that is monotone between its peaks."""
    low, high = z.value - 2 * z.error, z.value + 2 * z.error
    most = np.maximum(np.abs(f(low)), np.abs(f(high)))
    for peak in peaks:
        most = np.where((low <= peak) & (peak <= high), np.maximum(most, np.abs(f(np.full((1, 1), peak)))), most)
    return most


class Shaped(Elementwise):
    """A row whose bounds follow from its value, its slope, a bound on |σ″| and where these are extreme."""

    roundings = 1.0
    """What the value and the stable slope are off, in c u: 0 where both are exact."""
    peaks: tuple[float, ...] = ()
    """Where σ′ turns."""
    bends: tuple[float, ...] = ()
    """Where the bound on |σ″| is largest, or Σ|terms| of the slope turns."""

    def curvature(self, z: Layer) -> Layer:
        """A bound on |σ″(z)|."""
        return np.zeros_like(z)

    def parts(self, z: Layer) -> Layer:
        """Σ|terms| of the stable slope: |σ′(z)| itself where it is one product."""
        return np.abs(self.slope(z))

    def written_value(self, z: Tracked) -> Tracked | None:
        """σ(z) as textbooks write it, where that rounds more."""
        return None

    def written_slope(self, z: Tracked) -> Tracked | None:
        """σ′(z) as differentiation of that gives it, where that rounds more."""
        return None

    def steepest(self, z: Inexact) -> Array:
        """The largest |σ′| within 2 e_z."""
        return self._beside_kinks(largest(self.slope, z, self.peaks), z)

    def _beside_kinks(self, most: Array, z: Inexact) -> Array:
        """The larger of it and the slopes on both sides of every kink within 2 e_z."""
        for at, left, right in self.kinks:
            inside = np.abs(z.value - at) <= 2 * z.error
            most = np.where(inside, np.maximum(most, max(abs(left), abs(right))), most)
        return most

    def moved(self, z: Inexact) -> Array:
        """d, how far e_z alone can move a."""
        return capped(z.error * self.steepest(z), self.span)

    def bent(self, z: Inexact) -> Array:
        """How far e_z alone can move σ′, on this side of every kink."""
        far = np.minimum(z.error * largest(self.curvature, z, self.bends), 2 * self.steepest(z))
        return np.where(z.error > 0, far, 0.0)

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.value_rounding(z, arithmetic)

    def value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self._rounding(np.abs(self.value(z.value)) + 2 * self.moved(z), z, arithmetic)

    def slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.bent(z) + self.slope_rounding(z, arithmetic)

    def slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        terms = largest(self.parts, z, (*self.peaks, *self.bends))
        return self._rounding(self._beside_kinks(terms, z), z, arithmetic)

    def _rounding(self, size: Array, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.roundings * (arithmetic.c * arithmetic.u * size + (1 + self.raised(z)) * arithmetic.omega)

    def textbook_slope(self, z: Layer, a: Layer) -> Layer:
        written = self.written_slope(Tracked.at(z, 0.0))
        return self.slope(z) if written is None else written.value.astype(z.dtype)

    def textbook_value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.moved(z) + self.textbook_value_rounding(z, arithmetic)

    def textbook_value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        written = self.written_value(Tracked.at(z.value, 2 * z.error, arithmetic))
        stable = self.value_rounding(z, arithmetic)
        return stable if written is None else np.maximum(stable, written.error + arithmetic.omega)

    def textbook_slope_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.bent(z) + self.textbook_slope_rounding(z, arithmetic)

    def textbook_slope_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        written = self.written_slope(Tracked.at(z.value, 2 * z.error, arithmetic))
        stable = self.slope_rounding(z, arithmetic)
        return stable if written is None else np.maximum(stable, written.error + arithmetic.omega)
