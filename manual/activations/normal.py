"""The normal distribution in NumPy: Φ and φ to a few ulps for every z, which is what the gelu is made of.

Near 0, Φ(z) − ½ = φ(z) Σ z^{2n+1}/(2n+1)!!, where no term cancels another. Beyond, the trapezoidal
rule for the integral of erfc, which converges like e^{−(π/h)²} (Chiarella and Reichel, On the
evaluation of integrals related to the error function, 1968). Worked out in float64.
"""

from __future__ import annotations

import numpy as np

from ..shapes import Array
from .twofold import exact_product

NEAR = 0.5
TERMS = 12
"""½²⁵/25!! < 2^−67: enough up to NEAR."""
STEP = 0.5
"""h: e^{−(π/h)²} < 2^−56."""
POINTS = (np.arange(1, 14) * STEP) ** 2
WEIGHTS = np.exp(-POINTS)
FAR = 40.0
"""φ(40) is below the smallest float."""


def density(z: Array) -> Array:
    """φ(z) = e^{−z²/2}/√(2π); z² is not rounded before the exponential."""
    return _density(_within(z)).astype(z.dtype)


def centred(z: Array) -> Array:
    """Φ(z) − ½, which is erf(z/√2)/2."""
    x = _within(z)
    near = np.abs(x) < NEAR
    return np.where(near, _series(np.where(near, x, 0.0)), np.copysign(0.5 - _tail(np.abs(x)), x)).astype(z.dtype)


def cumulative(z: Array) -> Array:
    """Φ(z)."""
    x = _within(z)
    near = np.abs(x) < NEAR
    tail = _tail(np.abs(x))
    return np.where(near, 0.5 + _series(np.where(near, x, 0.0)), np.where(x < 0, tail, 1 - tail)).astype(z.dtype)


def _within(z: Array) -> Array:
    return np.clip(z.astype(np.float64), -FAR, FAR)


def _density(x: Array) -> Array:
    square = exact_product(x, x)
    return np.exp(-square.high / 2) * (1 - square.low / 2) / np.sqrt(2 * np.pi)


def _series(x: Array) -> Array:
    total, term = np.zeros_like(x), x
    for n in range(TERMS):
        total, term = total + term, term * x * x / (2 * n + 3)
    return _density(x) * total


def _tail(x: Array) -> Array:
    """Φ(−x) for x ≥ NEAR; the last term is the residue of the poles that the rule steps over."""
    x = np.maximum(x, NEAR)
    half = x * x / 2
    mills = 1 / (2 * half) + sum(weight / (half + point) for weight, point in zip(WEIGHTS, POINTS, strict=True))
    residue = 1 / np.expm1(np.minimum(np.sqrt(2) * np.pi / STEP * x, 700.0))
    return np.where(x < np.sqrt(2) * np.pi / STEP, -residue, 0.0) + STEP * x / np.sqrt(np.pi) * _density(x) * mills
