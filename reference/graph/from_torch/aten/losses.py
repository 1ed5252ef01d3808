"""Losses: on differences, on logits, on labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...expression import Expression
from .call import AtenCall, Row

E = Expression
NONE, MEAN, SUM = 0, 1, 2


def reduced(x: E, reduction: int) -> E:
    """As it is, its mean or its sum."""
    return x if reduction == NONE else x.mean() if reduction == MEAN else x.sum()


def shared(v: E, x: E, reduction: int) -> E:
    """What each entry's loss gets of the cotangent."""
    return v / x.size if reduction == MEAN else v


def mse(call: AtenCall, x: E, y: E, reduction: int = MEAN) -> E:
    """(x − y)²."""
    return reduced((x - y).square(), reduction)


def mse_backward(call: AtenCall, v: E, x: E, y: E, reduction: int) -> E:
    """2(x − y)v."""
    return shared(v, x, reduction) * ((x - y) * 2.0)


def smooth_l1(call: AtenCall, x: E, y: E, reduction: int = MEAN, beta: float = 1.0) -> E:
    """½d²/β within β, |d| − β/2 beyond."""
    size = (x - y).abs()
    return reduced(size.compare("lt", beta).where(size * size * 0.5 / beta, size - beta * 0.5), reduction)


def smooth_l1_backward(call: AtenCall, v: E, x: E, y: E, reduction: int, beta: float) -> E:
    """v d/β within β, ±v beyond."""
    d = x - y
    return shared(v, x, reduction) * d.abs().compare("lt", beta).where(d / beta, d.sign())


def huber(call: AtenCall, x: E, y: E, reduction: int = MEAN, delta: float = 1.0) -> E:
    """½d² within δ, δ(|d| − δ/2) beyond."""
    size = (x - y).abs()
    return reduced(size.compare("lt", delta).where(size * size * 0.5, (size - delta * 0.5) * delta), reduction)


def huber_backward(call: AtenCall, v: E, x: E, y: E, reduction: int, delta: float) -> E:
    """v d within δ, ±δv beyond."""
    d = x - y
    return shared(v, x, reduction) * d.abs().compare("le", delta).where(d, d.sign() * delta)


def binary(call: AtenCall, x: E, y: E, weight: E | None = None, reduction: int = MEAN) -> E:
    """−y ln x − (1 − y) ln(1 − x), each logarithm at least −100."""
    logs = x.log()._with("max", -100.0), (-x).log1p()._with("max", -100.0)
    loss = (y - 1.0) * logs[1] - y * logs[0]
    return reduced(loss if weight is None else loss * weight, reduction)


def binary_backward(call: AtenCall, v: E, x: E, y: E, weight: E | None = None, reduction: int = MEAN) -> E:
    """v (x − y)/max(x(1 − x), 1e-12)."""
    each = shared(v, x, reduction) * (x - y) / ((1 - x) * x)._with("max", 1e-12)
    return each if weight is None else each * weight


def with_logits(
    call: AtenCall, x: E, y: E, weight: E | None = None, positive: E | None = None, reduction: int = MEAN
) -> E:
    """(1 − y)x + (1 + (p − 1)y) ln(1 + e^−x)."""
    tail = (-x)._with("max", 0.0) + (-(x.abs())).exp().log1p()
    loss = (1 - y) * x + (tail if positive is None else ((positive - 1.0) * y + 1.0) * tail)
    return reduced(loss if weight is None else loss * weight, reduction)


def _labels(call: AtenCall, y: E, ignored: int) -> tuple[Any, Any]:
    labels = call.integers(y)
    counted = labels != ignored
    return np.where(counted, labels, 0), counted


def nll(call: AtenCall, x: E, y: E, weight: E | None, reduction: int, ignored: int) -> tuple[E, E]:
    """−w_y x_y, over examples (and places): classes on axis 1."""
    places, weights = _of_labels(call, x, y, weight, ignored)
    each = -(x.take(places) * weights)
    total = weights.sum()
    loss = each if reduction == NONE else each.sum() / total if reduction == MEAN else each.sum()
    return loss, total if reduction != NONE else total * 0.0


def nll_backward(call: AtenCall, v: E, x: E, y: E, weight: E | None, reduction: int, ignored: int, total: E) -> E:
    """−w_y v at the label, divided by Σw for a mean."""
    places, weights = _of_labels(call, x, y, weight, ignored)
    each = -(v * weights)
    each = (each / total if reduction == MEAN else each).expand(places.shape)
    return call.filled(0.0).reshape(-1).put_add(places, each).reshape(*x.shape)


def _of_labels(call: AtenCall, x: E, y: E, weight: E | None, ignored: int) -> tuple[Any, E]:
    """The flat places of the labels' entries, and their weights: 0 for those that are ignored."""
    labels, counted = _labels(call, y, ignored)
    axis = 1 if len(x.shape) > 1 else 0
    grids = list(np.indices(labels.shape)) if labels.ndim else []
    grids.insert(axis if labels.ndim else 0, labels)
    places = np.ravel_multi_index(grids, x.shape)
    counts = x.like(counted.astype(float))
    return places, counts if weight is None else weight.take(labels) * counts


LOSSES: dict[str, Row] = {
    "mse_loss": mse, "mse_loss_backward": mse_backward, "smooth_l1_loss": smooth_l1,
    "smooth_l1_loss_backward": smooth_l1_backward, "huber_loss": huber, "huber_loss_backward": huber_backward,
    "binary_cross_entropy": binary, "binary_cross_entropy_backward": binary_backward,
    "binary_cross_entropy_with_logits": with_logits, "nll_loss_forward": nll, "nll_loss_backward": nll_backward,
    "nll_loss2d_forward": nll, "nll_loss2d_backward": nll_backward,
}  # fmt: skip
