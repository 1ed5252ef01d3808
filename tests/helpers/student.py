"""A student's back-propagation by hand: as it should be, with a mistake, and with what a course adds."""

from __future__ import annotations

import numpy as np
from backproof.agreement.diagnosis.function_backend import Subject
from backproof.manual.shapes import Array

Lists = tuple[list[Array], list[Array]]


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def right(weights: list[Array], biases: list[Array], x: Array, y: Array) -> Lists:
    """A student's vectorised back-propagation: sigmoid, quadratic, mean."""
    activations = [x]
    for w, b in zip(weights, biases, strict=True):
        activations.append(_sigmoid(w @ activations[-1] + b[:, None]))
    delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1]) / x.shape[1]
    nabla_w, nabla_b = [delta @ activations[-2].T], [delta.sum(axis=1)]
    for layer in range(2, len(weights) + 1):
        a = activations[-layer]
        delta = (weights[-layer + 1].T @ delta) * a * (1 - a)
        nabla_w.insert(0, delta @ activations[-layer - 1].T)
        nabla_b.insert(0, delta.sum(axis=1))
    return nabla_w, nabla_b


def doubled(weights: list[Array], biases: list[Array], x: Array, y: Array) -> Lists:
    """∂C/∂b of the hidden layers twice as large as it is."""
    nabla_w, nabla_b = right(weights, biases, x, y)
    return nabla_w, [*(2 * b for b in nabla_b[:-1]), nabla_b[-1]]


def regularised(over_m: bool = True, biases: bool = False) -> Subject:
    """The student's, with λ = 0.1: C = C₀ + (λ/2m) Σ w²."""

    def function(weights: list[Array], biases_: list[Array], x: Array, y: Array) -> Lists:
        nabla_w, nabla_b = right(weights, biases_, x, y)
        decay = 0.1 / x.shape[1] if over_m else 0.1
        on_b = decay if biases else 0.0
        return (
            [g + decay * w for g, w in zip(nabla_w, weights, strict=True)],
            [g + on_b * b for g, b in zip(nabla_b, biases_, strict=True)],
        )

    return function


def weighted(weights: list[Array], biases: list[Array], x: Array, y: Array, counts: Array) -> Lists:
    """The student's, each example counting as often as it is told."""
    parts = [right(weights, biases, x[:, [k]], y[:, [k]]) for k in range(x.shape[1])]
    share = counts / x.shape[1]
    sums = [
        [sum(s * part[i][l] for s, part in zip(share, parts, strict=True)) for l in range(len(biases))] for i in (0, 1)
    ]
    return sums[0], sums[1]


def normalised(weights: list[Array], biases: list[Array], x: Array, y: Array, counts: Array) -> Lists:
    """A weighted mean: another cost."""
    return weighted(weights, biases, x, y, counts / (counts.mean() or 1))
