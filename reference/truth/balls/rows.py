"""What a row in ball arithmetic is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flint import arb

Column = list[arb]
"""The neurons of one layer for one example."""


class BallActivation(NamedTuple):
    """σ of one example, and the pull-back of ∂C/∂a to ∂C/∂z: g ⊙ σ′(z) or Jᵀg."""

    value: Callable[[Column], Column]
    pull: Callable[[Column, Column], Column]


class BallCost(NamedTuple):
    """C of one example and δ^L = ∂C/∂z^L, from z^L, a^L and y."""

    value: Callable[[Column, Column, Column], arb]
    delta: Callable[[Column, Column, Column], Column]


def elementwise(value: Callable[[arb], arb], slope: Callable[[arb], arb]) -> BallActivation:
    """A row from σ and σ′ of one neuron."""
    return BallActivation(
        lambda z: [value(x) for x in z],
        lambda z, g: [dx * slope(x) for x, dx in zip(z, g, strict=True)],
    )
