"""What rounding can do to derivatives that are carried forward, from an input to C, each by itself.

Back-propagation and forward mode sum the same products over the paths from a leaf to C, in another
order. So the bound of the one, widened, serves the other (docs/bounds.md, section 10).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..case import Case, Pack
from ..costs import Head
from ..gradients import Gradients
from ..shapes import Array
from .arithmetic import Arithmetic, Inexact


def widened(
    errors: Gradients[Array], inputs: Case | Pack, head: Head, a: list[Inexact], deltas: list[Inexact], of: Arithmetic
) -> Gradients[Array]:
    """The errors of every δ, ∂C/∂b and ∂C/∂W for forward mode: (1 + R/4) e + τE, or ∞ out of range.

    `a` are x, a^1 … a^L and `deltas` δ^1 … δ^L, as back-propagation bounds them.
    """
    growth, reaches = 1 + roundings(inputs) / 4, _coefficients(head, a[-1], inputs)
    lost = of.tau * _effect_of_losses(inputs, deltas, reaches)
    magnitude = _largest_tangent(inputs, a) * _largest(reaches)

    def wider(error: Array) -> Array:
        leading = lost.shape + (1,) * (error.ndim - lost.ndim)
        return of.ranged(magnitude.reshape(leading), growth * error + lost.reshape(leading))

    assert errors.delta is not None
    return replace(
        errors,
        nabla_w=tuple(map(wider, errors.nabla_w)),
        nabla_b=tuple(map(wider, errors.nabla_b)),
        delta=tuple(map(wider, errors.delta)),
    )


def roundings(inputs: Case | Pack) -> int:
    """R, the most roundings of one product on its way from a leaf to C."""
    *widths, outputs = inputs.architecture.widths
    weighting = 4 if inputs.architecture.weighted else 0
    return sum(n + 4 for n in widths) + outputs * inputs.examples + outputs + 16 + weighting


def _coefficients(head: Head, output: Inexact, inputs: Case | Pack) -> Array:
    """|∂C/∂a^L| of one example and more than any factor inside a cost that is worked out from logits."""
    nabla = np.abs(head.nabla_a(output.value, inputs.y)) + 2 * output.error
    y = np.abs(inputs.y).astype(np.float64)
    reaches = np.where(np.isfinite(nabla), nabla, 0.0) + 2 * (1 + y + y.sum(axis=-2, keepdims=True))
    weights = inputs.example_weights
    return reaches if weights is None else reaches * np.maximum(1.0, weights[..., None, :].astype(np.float64))


def _effect_of_losses(inputs: Case | Pack, deltas: list[Inexact], reaches: Array) -> Array:
    """E: what a loss of 1 in every operation of a forward derivative can do to C, shape (*k)."""
    widths = inputs.architecture.widths
    total = (16.0 + widths[-1]) * reaches.sum(axis=(-2, -1))
    for i, delta in enumerate(deltas):
        total = total + (2 * widths[i] + 4) * delta.most.sum(axis=(-2, -1))
        if i:
            above = np.abs(inputs.weights[i]).astype(np.float64)
            total = total + 4 * (above.mT @ delta.most).sum(axis=(-2, -1))
    return np.asarray(1 + total)


def _largest_tangent(inputs: Case | Pack, a: list[Inexact]) -> Array:
    """A bound on every derivative on the way, and on the partial sums that make it; slopes are below 2."""
    largest = np.ones(inputs.x.shape[:-2])
    for w, below in zip(inputs.weights, a, strict=False):
        rows = np.abs(w).astype(np.float64).sum(axis=-1).max(axis=-1)
        largest = 2 * (rows * largest + 1 + _largest(below.most))
    return largest


def _largest(x: Array) -> Array:
    return np.asarray(x.max(axis=(-2, -1)))
