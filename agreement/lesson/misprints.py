"""The equations as the note prints them, run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...manual.backprop import backprop, hidden_activation
from ...manual.case import Architecture, Case
from ...manual.shapes import Array


@dataclass(frozen=True)
class Misprint:
    """The printed BP2 beside the right one in one layer; what comes out is an array or an error."""

    case: Case
    layer: int
    w_next: Array
    delta_next: Array
    right: Array
    printed: Array | None
    error: str | None


def printed_bp2(case: Case, layer: int) -> Misprint:
    """((W^{l+1})ᵀ + δ^{l+1}) ⊙ σ′(z^l), as printed, for a hidden layer."""
    gradients = backprop(case)
    assert gradients.delta is not None
    assert gradients.z is not None
    w_next, delta_next = case.weights[layer], gradients.delta[layer]
    slope = hidden_activation(case.architecture.activations[layer - 1]).slope(gradients.z[layer - 1])
    printed, error = None, None
    try:
        printed = (w_next.mT + delta_next) * slope
    except ValueError as refusal:
        error = str(refusal).strip()
    return Misprint(case, layer, w_next, delta_next, gradients.delta[layer - 1], printed, error)


def square(case: Case) -> Case:
    """The lesson's network with its last layers cut to equal widths, and one example: there the misprint runs."""
    *lower, hidden, out = case.architecture.widths
    width = min(hidden, out)
    of = Architecture(
        (*lower, width, width), case.architecture.activations, case.architecture.cost, case.architecture.reduction
    )
    weights = (*case.weights[:-2], case.weights[-2][:width], case.weights[-1][:width, :width])
    biases = (*case.biases[:-2], case.biases[-2][:width], case.biases[-1][:width])
    return Case(of, tuple(map(np.ascontiguousarray, weights)), biases, case.x[:, :1].copy(), case.y[:width, :1].copy())
