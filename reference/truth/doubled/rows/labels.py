"""Costs of labels on sigmoid or softmax outputs, from the logits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .....manual.shapes import Array
from ..functions import exp, log, log1p
from ..number import Doubled, exact, total
from ..products import product
from .difference import LN2
from .row import ONE, DoubledHead
from .smooth import sigmoid, softplus
from .softmax import below_top, softmax

AT_ONCE = 64
"""Labels whose others are summed by a matrix."""


def _binary_terms(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    return y * softplus(-z) + (ONE - y) * softplus(z)


def _binary_delta(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    return (ONE - y) * sigmoid(z) - y * sigmoid(-z)


def _others(x: Doubled) -> Doubled:
    """Σ_{k≠j} x_k for every j: of many, the others of the same half and all of the other one."""
    cases, n, _ = x.hi.shape
    if n <= AT_ONCE:
        return product(exact(np.broadcast_to(1 - np.eye(n), (cases, n, n))), x)
    first, second = (Doubled(*(part[:, half] for part in x)) for half in (slice(n // 2), slice(n // 2, n)))
    here, there = _others(first) + total(second, axis=-2), _others(second) + total(first, axis=-2)
    return Doubled(*(np.concatenate(parts, axis=-2) for parts in zip(here, there, strict=True)))


def _categorical_terms(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    below = below_top(z)
    return y * (log(total(exp(below), axis=-2)) - below)


def _categorical_delta(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    p = softmax(z)
    return p * _others(y) - y * _others(p)


def log_of_label(y: Array) -> Doubled:
    """ln y = e ln 2 − ln(1 + (1 − f)/f) for y = 2^e f, e = 0 from 1/2 to 1; 0 for 0, which it is multiplied by."""
    mantissa, exponent = np.frexp(np.where(y == 0, 1.0, y))
    as_it_is = (y >= 0.5) & (y <= 1) | (y == 0)
    f, e = exact(np.where(as_it_is, np.where(y == 0, 1.0, y), mantissa)), np.where(as_it_is, 0, exponent)
    return exact(e) * LN2 - log1p((ONE - f) / f)


def _kl_terms(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    return _categorical_terms(z, a, y) + y * log_of_label(y.hi)


def _smoothed(plain: DoubledHead, classes: Callable[[Doubled], int]) -> DoubledHead:
    """The same for the target 9/10 y + 1/10 K."""

    def to(y: Doubled) -> Doubled:
        return (exact(9.0) * y + ONE / exact(float(classes(y)))) / exact(10.0)

    return DoubledHead(lambda z, a, y: plain.terms(z, a, to(y)), lambda z, a, y: plain.delta(z, a, to(y)))


_BINARY, _CATEGORICAL = DoubledHead(_binary_terms, _binary_delta), DoubledHead(_categorical_terms, _categorical_delta)
OF_LABELS = {
    ("cross_entropy", "sigmoid"): _BINARY,
    ("cross_entropy", "softmax"): _CATEGORICAL,
    ("smoothed_cross_entropy", "sigmoid"): _smoothed(_BINARY, lambda y: 2),
    ("smoothed_cross_entropy", "softmax"): _smoothed(_CATEGORICAL, lambda y: y.hi.shape[-2]),
    ("kl", "softmax"): DoubledHead(_kl_terms, _categorical_delta),
}
