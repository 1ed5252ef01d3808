"""The functions that textbooks' formulas are made of, tracked: how steep each is, and where it saturates."""

from __future__ import annotations

import numpy as np

from ..shapes import Array
from .normal import centred
from .smooth import SIGMOID, SOFTPLUS, TANH
from .tracked import Tracked


def _nearest_zero(low: Array, high: Array) -> Array:
    """The smallest magnitude between two ends."""
    return np.maximum(np.maximum(low, -high), 0.0)


def _erf(x: Array) -> Array:
    return 2 * centred(np.sqrt(2).astype(x.dtype) * x)


def exp(x: Tracked) -> Tracked:
    """eˣ."""
    return x.through(np.exp, lambda low, high: np.exp(high))


def sigmoid(x: Tracked) -> Tracked:
    """1/(1 + e^−x), or 1 − 1/(1 + e^x), which rounds to 1 and to 0."""
    return x.through(
        SIGMOID.value,
        lambda low, high: SIGMOID.slope(_nearest_zero(low, high)),
        lambda far: 2 * SIGMOID.value(-far),
        terms=1.0,
    )


def tanh(x: Tracked) -> Tracked:
    """tanh x, which rounds to ±1."""
    return x.through(
        np.tanh, lambda low, high: TANH.slope(_nearest_zero(low, high)), lambda far: 2 * SIGMOID.value(-2 * far)
    )


def softplus(x: Tracked) -> Tracked:
    """ln(1 + eˣ)."""
    return x.through(SOFTPLUS.value, lambda low, high: SIGMOID.value(high))


def erf(x: Tracked) -> Tracked:
    """erf x, which rounds to ±1."""
    return x.through(
        _erf,
        lambda low, high: 2 / np.sqrt(np.pi) * np.exp(-(_nearest_zero(low, high) ** 2)),
        lambda far: np.exp(-(far**2)),
    )


def sqrt(x: Tracked) -> Tracked:
    """√x for an x > 0."""
    return x.through(np.sqrt, lambda low, high: 0.5 / np.sqrt(np.maximum(low, 0.0)))


def reciprocal(x: Tracked) -> Tracked:
    """1/x for an x > 0."""
    return x.through(lambda value: 1 / value, lambda low, high: 1 / np.maximum(low, 0.0) ** 2)
