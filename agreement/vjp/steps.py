"""One step of a network as a formula with its running error: what `compare` can be given the operands of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .running_error import Running

Number = Callable[[Any], Running]
"""Makes an operand exact."""


def _affine(n: Number, a: Any, b: Any, c: Any = 0.0) -> Running:
    return n(a) @ n(b) + c


def _sum(n: Number, terms: Any, axis: int | None = None) -> Running:
    return n(terms).sum(axis)


def _sigmoid(n: Number, z: Any) -> Running:
    return n(1.0) / (n(-np.asarray(z)).exp() + 1.0)


def _tanh(n: Number, z: Any) -> Running:
    return n(z).apply(np.tanh, lambda value, error: np.ones_like(value))


def _relu(n: Number, z: Any) -> Running:
    return n(np.maximum(z, 0))


def _product(n: Number, a: Any, b: Any) -> Running:
    return n(a) * b


def _tanh_gradient(n: Number, a: Any, above: Any) -> Running:
    """∂C/∂z from a = tanh z and ∂C/∂a."""
    return (n(1.0) - n(a) * a) * above


def _sigmoid_gradient(n: Number, a: Any, above: Any) -> Running:
    """As a − a², the worse of the two formulas where a is near 1."""
    return (n(a) - n(a) * a) * above


def _softmax(n: Number, z: Any) -> Running:
    """Over the last axis; the error of z − max is allowed for, whether or not it is taken off."""
    shifted = n(z) - np.max(z, axis=-1, keepdims=True)
    powers = (shifted + 0.0 * np.asarray(z)).exp()
    return powers / powers.sum(-1, keepdims=True)


def _cross_entropy(n: Number, z: Any, y: Any) -> Running:
    """The mean over the rows of z of −log of the softmax at the class ids y (m,)."""
    chosen = _softmax(n, z).log()
    rows = np.arange(len(np.asarray(y)))
    return (Running(chosen.value[rows, y], chosen.error[rows, y], chosen.u) * -1.0).mean()


def _cross_entropy_gradient(n: Number, z: Any, y: Any) -> Running:
    """Its gradient in z: (softmax − one-hot)/m."""
    m, classes = np.shape(z)
    return (_softmax(n, z) - np.eye(classes)[np.asarray(y)]) / float(m)


def _batch_norm(n: Number, x: Any, gamma: Any, beta: Any, epsilon: float = 1e-5, unbiased: bool = False) -> Running:
    """γ (x − μ)/√(s² + ε) + β over the rows of x; s² as the mean square of x − μ or less μ², whichever is worse."""
    mean, m = n(x).mean(0, keepdims=True), len(np.asarray(x))
    centred = n(x) - mean
    variance = (centred * centred).sum(0, keepdims=True) / float(m - 1 if unbiased else m)
    cancelled = (n(x) * x).mean(0, keepdims=True) - mean * mean
    variance = Running(variance.value, np.maximum(variance.error, cancelled.error), variance.u)
    return centred / (variance + epsilon).sqrt() * gamma + beta


def _embedding(n: Number, table: Any, ids: Any) -> Running:
    return n(np.asarray(table)[np.asarray(ids)])


def _embedding_gradient(n: Number, ids: Any, above: Any, rows: int) -> Running:
    """∂C/∂table: the rows of ∂C/∂output added up by id."""
    flat = np.reshape(above, (-1, np.shape(above)[-1]))
    chosen = np.eye(rows)[:, np.ravel(ids)]
    return n(chosen) @ flat


STEPS: dict[str, Callable[..., Running]] = {
    "affine": _affine,
    "sum": _sum,
    "product": _product,
    "sigmoid": _sigmoid,
    "sigmoid gradient": _sigmoid_gradient,
    "tanh": _tanh,
    "tanh gradient": _tanh_gradient,
    "relu": _relu,
    "softmax": _softmax,
    "cross-entropy": _cross_entropy,
    "cross-entropy gradient": _cross_entropy_gradient,
    "batch norm": _batch_norm,
    "embedding": _embedding,
    "embedding gradient": _embedding_gradient,
}
