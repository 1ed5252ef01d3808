"""The softmax and its pull-back."""

from __future__ import annotations

import numpy as np

from ..functions import exp, lifted_exp
from ..number import Doubled, total
from .row import Row


def below_top(z: Doubled) -> Doubled:
    """z − z_k where k has the largest hi."""
    top = np.argmax(z.hi, axis=-2, keepdims=True)
    below = z - Doubled(*(np.take_along_axis(part, top, axis=-2) for part in z))
    np.put_along_axis(below.radius, top, 0.0 * np.take_along_axis(z.hi, top, axis=-2), axis=-2)
    return below


def softmax(z: Doubled) -> Doubled:
    """e^{z_j − z_k}/Σ."""
    powers = exp(below_top(z))
    return powers / total(powers, axis=-2)


def softmax_pull(z: Doubled, g: Doubled) -> Doubled:
    """p ⊙ (g − pᵀg)."""
    powers = lifted_exp(below_top(z))
    lowered = powers.lowered(powers.value)
    all_of_them = total(lowered, axis=-2)
    mean = total(lowered / all_of_them * g, axis=-2)
    return powers.lowered(powers.value / all_of_them * (g - mean))


SOFTMAX = Row(softmax, softmax_pull)
