"""The softmax and its pull-back."""

from __future__ import annotations

import numpy as np

from ..functions import exp, lifted_exp
from ..number import Doubled, total
from .row import DoubledRow


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
    """p ⊙ (g − pᵀg), as p_j ((g_j − g_w) + Σ_k p_k (g_w − g_k)), w the likeliest: nothing cancels there."""
    powers, top = lifted_exp(below_top(z)), np.argmax(z.hi, axis=-2, keepdims=True)
    lowered = powers.lowered(powers.value)
    all_of_them = total(lowered, axis=-2)
    ahead = g - Doubled(*(np.take_along_axis(part, top, axis=-2) for part in g))
    for part in ahead:  # g_w − g_w is 0, whatever is known of g_w
        np.put_along_axis(part, top, 0.0 * np.take_along_axis(part, top, axis=-2), axis=-2)
    behind = total(lowered / all_of_them * ahead, axis=-2)
    return powers.lowered(powers.value / all_of_them * (ahead - behind))


SOFTMAX = DoubledRow(softmax, softmax_pull)
