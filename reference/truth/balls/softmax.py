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
    """p ⊙ (g − pᵀg)."""
    p = softmax(z)
    mean = sum((p_k * g_k for p_k, g_k in zip(p, g, strict=True)), arb(0))
    return [p_k * (g_k - mean) for p_k, g_k in zip(p, g, strict=True)]


SOFTMAX = BallActivation(softmax, softmax_pull)
