"""The softmax and its pull-back."""

from __future__ import annotations

from flint import arb

from .rows import BallActivation, Column


def softmax(z: Column) -> Column:
    """e^{z_j − max z}/Σ."""
    top = max(z, key=lambda x: float(x.mid()))
    powers = [(x - top).exp() for x in z]
    total = sum(powers, arb(0))
    return [power / total for power in powers]


def softmax_pull(z: Column, g: Column) -> Column:
    """p ⊙ (g − pᵀg), as p_j ((g_j − g_w) + Σ_{k≠w} p_k (g_w − g_k)), w the likeliest: nothing cancels there."""
    p, w = softmax(z), max(range(len(z)), key=lambda k: float(z[k].mid()))
    behind = sum((p[k] * (g[w] - g[k]) for k in range(len(g)) if k != w), arb(0))
    return [p[k] * (behind if k == w else (g[k] - g[w]) + behind) for k in range(len(g))]


SOFTMAX = BallActivation(softmax, softmax_pull)
