"""L2 regularisation, C = C₀ + (λ′/2) Σ w²: what it adds to C and to BP4, and what rounding does to that.

λ′ is λ/m for a mean, as in Nielsen, Neural Networks and Deep Learning, chapter 3, and λ for a sum.
Biases are left alone. The bounds are derived in docs/bounds.md, section 12.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .case import Case, Pack
from .rounding.arithmetic import Arithmetic, Inexact
from .shapes import Array, Weights


def penalty(weights: Sequence[Array], decay: float) -> Array:
    """(λ′/2) Σ w² over all layers, shape (*k)."""
    squares = sum(np.asarray((w * w).sum(axis=(-2, -1))) for w in weights)
    return np.asarray(squares * (decay / 2))


def decayed(nabla_w: Weights, w: Weights, decay: float) -> Weights:
    """BP4 with an L2 term: ∂C/∂W = ∂C₀/∂W + λ′W, where ∂C₀/∂W = a_in δ_out."""
    return nabla_w + w * decay


def decay_of(inputs: Case | Pack, arithmetic: Arithmetic) -> Inexact:
    """λ′ as a program of this dtype has it, before its roundings: what is too small for the dtype is lost."""
    exact = arithmetic.read(np.asarray(inputs.decay))
    return Inexact(exact.value, np.asarray(exact.error + arithmetic.tau))


def decayed_bound(nabla_w: Inexact, w: Inexact, inputs: Case | Pack, arithmetic: Arithmetic) -> Inexact:
    """The companion of `decayed`."""
    decay, m, l2 = decay_of(inputs, arithmetic), inputs.examples, inputs.architecture.l2
    term = arithmetic.product_error(w, decay, m + 8) + 4 * arithmetic.tau * (1 + l2)
    error = nabla_w.error + term + arithmetic.gamma(2) * (nabla_w.most + w.most * decay.most)
    magnitude = nabla_w.most + (w.most + 1) * l2
    return Inexact(decayed(nabla_w.value, w.value, inputs.decay), arithmetic.ranged(magnitude, error))


def penalised_bound(cost: Inexact, weights: Sequence[Inexact], inputs: Case | Pack, arithmetic: Arithmetic) -> Inexact:
    """The companion of C₀ + `penalty`."""
    decay, m, l2 = decay_of(inputs, arithmetic), inputs.examples, inputs.architecture.l2
    n = sum(w.value.shape[-2] * w.value.shape[-1] for w in weights)
    squares = sum(np.asarray((w.most**2).sum(axis=(-2, -1))) for w in weights)
    moved = sum(np.asarray((w.most * w.error).sum(axis=(-2, -1))) for w in weights)
    sum_error = moved + arithmetic.summed(n, 8) * squares / 2 + (2 * n + 4) * arithmetic.tau
    total = Inexact(penalty([w.value for w in weights], 1.0), np.asarray(sum_error))
    term = arithmetic.product_error(total, decay, m + 4) + 4 * arithmetic.tau * (1 + l2)
    magnitude = np.asarray(cost.most + (total.most + 1) * max(l2, 1.0))
    error = cost.error + term + arithmetic.gamma(2) * (cost.most + total.most * decay.most)
    value = cost.value + penalty([w.value for w in weights], inputs.decay)
    return Inexact(np.asarray(value), arithmetic.ranged(magnitude, np.asarray(error)))
