"""What each equation does to a linear form of errors: the part that keeps its signs, and the box of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...activations import Activation, Elementwise
from ...activations.ranges import Range, seconds
from ...shapes import Array
from ..arithmetic import Arithmetic, Inexact, Tier
from .form import LEAST, SPACING, Form, spread_of

CROSS = 3.0
"""K₃: x̂ŷ − x°y° differs from x_c D_y + y_c D_x by at most 3 R_x R_y."""


class Slope(NamedTuple):
    """s = σ′(z): its error is μ A_z η, μ the `middle` of σ″, and at most `box` beside."""

    value: Array
    middle: Array
    box: Array
    z: Form

    @property
    def radius(self) -> Array:
        return np.abs(self.middle) * self.z.spread + self.box


def passed_on(z: Form, slope: Range, added: Array, span: Array | float = np.inf) -> tuple[Array, Array]:
    """f(z) of any f by its slope: f(ẑ) − f(z°) is λ A_z η and at most a box; λ, the middle slope, and the box.

    `added` is what f itself rounds. Where the form is wider than the `span` of f it is dropped for that.
    """
    radius, middle = z.radius, slope.middle
    size = np.abs(middle)
    box = slope.half * radius + size * (z.box + 4 * SPACING * radius) + added + z.lost
    over = np.isfinite(radius) & (size * z.spread + box > span + added)  # a cap never hides ∞
    return (np.where(over, 0.0, middle), np.where(over, span + added, box)) if over.any() else (middle, box)


@dataclass(frozen=True)
class Rules:
    """What correct programs may do: their arithmetic, the formulas of a tier, and whether they recompute."""

    arithmetic: Arithmetic
    tier: Tier
    recomputes: bool

    def again(self, z: Form, settled: Form) -> Form:
        """z as elementwise work on the way back reads it: another version, where a program recomputes (A5)."""
        return z if self.recomputes else settled

    def weighted_input(self, w: Inexact, b: Inexact, a: Form) -> tuple[Form, Array]:
        """z = W a + b, and its largest partial sum."""
        n = w.value.shape[-1]
        magnitude = w.most @ a.most + b.most[..., None]
        signed, spread = a.through(w.value)
        rounding = self.arithmetic.summed(n, 2) * magnitude + (2 * n + 2) * self.arithmetic.tau
        read = w.error @ a.most + b.error[..., None]
        added = (n + 4) * SPACING * (np.abs(w.value) @ a.radius) + n * a.lost
        inherited = np.abs(w.value) @ a.box
        return Form(
            w.value @ a.value + b.value[..., None], signed, spread, rounding + read + added + inherited
        ), magnitude

    def near(self, z: Form) -> Inexact:
        """z with room for the rounding of z ± 2R."""
        return Inexact(z.value, z.radius * (1 + 4 * SPACING) + 4 * SPACING * np.abs(z.value))

    def activation(self, sigma: Activation, z: Form, slope: Range) -> Form:
        """a = σ(z), given where σ′ lies."""
        added = sigma.rounding_of(self.tier)(self.near(z), self.arithmetic)
        middle, box = passed_on(z, slope, added, getattr(sigma, "span", np.inf))
        return Form(sigma.value(z.value), middle[..., None] * z.signed, np.abs(middle) * z.spread, box)

    def slope(self, sigma: Elementwise, z: Form, slope: Range) -> Slope:
        """s = σ′(z), given where it lies."""
        near = self.near(z)
        rounding = sigma.textbook_slope_rounding if self.tier.textbook else sigma.slope_rounding
        added = rounding(near, self.arithmetic)
        if self.tier.either_branch:
            added = added + sigma.jumps(near, self.arithmetic)
        middle, box = passed_on(z, seconds(sigma, near), added, 2 * slope.half)
        return Slope(sigma.slope(z.value), middle, box, z)

    def back(self, w: Inexact, delta: Form) -> tuple[Form, Array]:
        """Wᵀδ, and its largest partial sum."""
        n = w.value.shape[-2]
        across = np.ascontiguousarray(w.value.mT)  # BLAS does not take a stack of transposes
        magnitude = w.most.mT @ delta.most
        signed, spread = delta.through(across)
        rounding = self.arithmetic.summed(n, 1) * magnitude + (2 * n + 2) * self.arithmetic.tau
        added = (n + 4) * SPACING * (np.abs(across) @ delta.radius) + n * delta.lost
        box = rounding + w.error.mT @ delta.most + added + np.abs(across) @ delta.box
        return Form(across @ delta.value, signed, spread, box), magnitude

    def times_slope(self, x: Form, s: Slope, raised: Array, roundings: int) -> Form:
        """x ⊙ σ′(z): x A_s + s A_x, and the product rule for the rest."""
        signed = s.value[..., None] * x.signed
        symbols = s.z.signed.shape[-1]
        signed[..., :symbols] += (x.value * s.middle)[..., None] * s.z.signed
        box = self.product_box(x, Inexact(s.value, s.radius), s.box, roundings)
        box = box + 4 * self.arithmetic.tau * raised + (x.lost + s.z.lost) * 2
        return Form(x.value * s.value, signed, spread_of(signed), box)

    def product_box(self, x: Form, y: Inexact, box_of_y: Array, roundings: int) -> Array:
        """What x̂ŷ may be off beside x A_y + y A_x."""
        size_x, size_y, x_radius = np.abs(x.value), np.abs(y.value), x.radius
        most_x, most_y = size_x + 2 * x_radius, size_y + 2 * y.error
        inherited = size_x * box_of_y + size_y * x.box + CROSS * x_radius * y.error
        rounding = self.arithmetic.gamma(roundings) * most_x * most_y + 4 * self.arithmetic.tau * (1 + most_x)
        evaluated = 8 * SPACING * (size_x * y.error + size_y * x_radius) + 4 * LEAST
        return np.asarray(inherited + rounding + evaluated)

    def shared(self, x: Form, magnitude: Array, counts: Inexact | None, share: float) -> tuple[Form, Array]:
        """x times the weights of the examples and their share, and the largest magnitude on the way."""
        largest = np.maximum(magnitude, x.most)
        if counts is not None:
            largest = np.maximum(largest, largest * counts.most)
            rounding = self.arithmetic.gamma(4) * x.most * counts.most + 4 * self.arithmetic.tau * (1 + x.most)
            box = x.box * counts.value + x.most * counts.error + rounding + 4 * self.arithmetic.tau * counts.most
            x = _scaled(x, counts.value, box)
        each = _scaled(x, np.asarray(share), x.box * share)
        box = each.box + self.arithmetic.gamma(4) * each.most + 4 * self.arithmetic.tau
        return each._replace(box=box), largest


def _scaled(x: Form, by: Array, box: Array) -> Form:
    """x times a number ≥ 0, given the box of the result."""
    spread = x.spread * by
    return Form(x.value * by, x.signed * by[..., None], spread, np.asarray(box + 4 * SPACING * spread + x.lost))
