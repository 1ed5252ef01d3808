"""Pearlmutter's R-operator on the four equations: the Hessian of C times a direction, by hand.

R{f} = ∂f(W + rV, b + rβ)/∂r at r = 0, where the direction v moves every W^l by V^l and every b^l by β^l.
It is a derivative, so sums and products obey the rules of one; x and y do not move, R{x} = R{y} = 0. Applied
to what back-propagation computes, it gives R{∂C/∂W^l} and R{∂C/∂b^l}: the entries of Hv, H = ∇²C, at about
the price of one more gradient, without the Hessian itself.

Source: B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994), 147–160.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..activations import ACTIVATIONS, Activation, Elementwise
from ..backprop import head_of, hidden_activation
from ..case import Architecture, Case, Pack
from ..costs import COSTS, Head
from ..equations import bp1, bp2, bp3
from ..gradients import Gradients, Quantity
from ..network import feed_forward
from ..shapes import Array, Biases, Layer, LayerAbove, LayerBelow, Weights, WeightsAbove
from .activation_rows import SECOND, SecondSlope
from .cost_rows import SecondOrder, second_order
from .direction import Direction


def unsupported(architecture: Architecture) -> str | None:
    """Why this network has no product here: an activation without σ″, a cost without second-order part, options."""
    if not architecture.plain:
        return "products are of networks without an L2 term and weights of examples"
    for name in architecture.activations:
        if isinstance(ACTIVATIONS[name], Elementwise) and name not in SECOND:
            return f"activation {name!r} has no σ″ here: {', '.join(SECOND)} have"
    head = COSTS[architecture.cost].head(architecture.activations[-1])
    return None if second_order(head) else f"cost {architecture.cost!r} has no second-order part here"


def r_weighted_input(w: Weights, v: Weights, beta: Biases, a_in: LayerBelow, r_a_in: LayerBelow) -> Layer:
    """R{z^l} = W^l R{a^{l−1}} + V^l a^{l−1} + β^l."""
    return w @ r_a_in + v @ a_in + beta[..., None]


def r_activation(sigma: Activation, z: Layer, r_z: Layer) -> Layer:
    """R{a^l} = σ′(z^l) ⊙ R{z^l}; a softmax's Jacobian is symmetric, so its pull pushes as well."""
    return sigma.pull(z, r_z)


def r_bp1(head: Head, second: SecondOrder, z: Layer, a: Layer, y: Layer, r_z: Layer, share: float) -> Layer:
    """R-BP1: R{δ^L} = R{∇_a C} ⊙ σ′(z^L) + ∇_a C ⊙ σ″(z^L) ⊙ R{z^L}, or what the head makes of it."""
    return second.value(head, z, a, y, r_z) * share


def r_bp2(
    w_next: WeightsAbove,
    v_next: WeightsAbove,
    delta_next: LayerAbove,
    r_delta_next: LayerAbove,
    sigma: Elementwise,
    second: SecondSlope,
    z: Layer,
    r_z: Layer,
) -> Layer:
    """R-BP2, by the product rule on BP2:

    R{δ^l} = ((W^{l+1})ᵀ R{δ^{l+1}} + (V^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l) + ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ″(z^l) ⊙ R{z^l}.
    """
    moved = w_next.mT @ r_delta_next + v_next.mT @ delta_next
    return moved * sigma.slope(z) + (w_next.mT @ delta_next) * second.value(z) * r_z


def r_bp3(r_delta: Layer) -> Biases:
    """R-BP3: R{∂C/∂b^l} = R{δ^l}, summed over the examples. BP3 is linear, so it is BP3 itself."""
    return bp3(r_delta)


def r_bp4(a_in: LayerBelow, r_a_in: LayerBelow, delta_out: Layer, r_delta_out: Layer) -> Weights:
    """R-BP4: R{∂C/∂W^l} = R{δ^l} (a^{l−1})ᵀ + δ^l R{a^{l−1}}ᵀ."""
    return r_delta_out @ a_in.mT + delta_out @ r_a_in.mT


class ROperator(NamedTuple):
    """Six functions that make a product: the right ones, or a variant to be judged."""

    r_weighted_input: Callable[[Weights, Weights, Biases, LayerBelow, LayerBelow], Layer] = r_weighted_input
    r_activation: Callable[[Activation, Layer, Layer], Layer] = r_activation
    r_bp1: Callable[[Head, SecondOrder, Layer, Layer, Layer, Layer, float], Layer] = r_bp1
    r_bp2: Callable[
        [WeightsAbove, WeightsAbove, LayerAbove, LayerAbove, Elementwise, SecondSlope, Layer, Layer], Layer
    ] = r_bp2
    r_bp3: Callable[[Layer], Biases] = r_bp3
    r_bp4: Callable[[LayerBelow, LayerBelow, Layer, Layer], Weights] = r_bp4


R_OPERATOR = ROperator()

R_FORMULAS = {
    Quantity.Z: "R{z^l} = W^l R{a^{l−1}} + V^l a^{l−1} + β^l",
    Quantity.A: "R{a^l} = σ′(z^l) ⊙ R{z^l}",
    Quantity.BP1: "R{δ^L} = R{∇_a C} ⊙ σ′(z^L) + ∇_a C ⊙ σ″(z^L) ⊙ R{z^L}",
    Quantity.BP2: "R{δ^l} = ((W^{l+1})ᵀ R{δ^{l+1}} + (V^{l+1})ᵀ δ^{l+1}) ⊙ σ′ + ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ″ ⊙ R{z^l}",
    Quantity.BP3: "R{∂C/∂b^l} = R{δ^l}",
    Quantity.BP4: "R{∂C/∂W^l} = R{δ^l} (a^{l−1})ᵀ + δ^l R{a^{l−1}}ᵀ",
}
"""The equation that gives each part of a product."""


def hessian_vector(inputs: Case | Pack, v: Direction, by: ROperator = R_OPERATOR) -> Gradients[Array]:
    """R{z}, R{a}, R{δ}, R{∂C/∂b} and R{∂C/∂W}, in the places of what they are derivatives of.

    In the dtype of the inputs, a Pack's with its leading axis. ValueError where the network has no σ″
    or no second-order part. Overflow gives inf or nan, silently.
    """
    reason = unsupported(inputs.architecture)
    if reason:
        raise ValueError(reason)
    with np.errstate(all="ignore"):
        z, a = feed_forward(inputs)
        a_in = (inputs.x, *a[:-1])
        r_z, r_a = _forward(inputs, v, z, a_in, by)
        r_a_in = (np.zeros_like(inputs.x), *r_a[:-1])
        deltas, r_deltas = _back(inputs, v, z, a, r_z, by)
        return Gradients(
            nabla_w=tuple(map(by.r_bp4, a_in, r_a_in, deltas, r_deltas)),
            nabla_b=tuple(map(by.r_bp3, r_deltas)),
            delta=tuple(r_deltas),
            z=tuple(r_z),
            a=tuple(r_a),
        )


def _forward(
    inputs: Case | Pack, v: Direction, z: tuple[Array, ...], a_in: tuple[Array, ...], by: ROperator
) -> tuple[list[Array], list[Array]]:
    """R{z} and R{a}, from the first layer on."""
    r_z, r_a, r_below = [], [], np.zeros_like(inputs.x)
    for i, name in enumerate(inputs.architecture.activations):
        r_z.append(by.r_weighted_input(inputs.weights[i], v.weights[i], v.biases[i], a_in[i], r_below))
        r_below = by.r_activation(ACTIVATIONS[name], z[i], r_z[i])
        r_a.append(r_below)
    return r_z, r_a


def _back(
    inputs: Case | Pack,
    v: Direction,
    z: tuple[Array, ...],
    a: tuple[Array, ...],
    r_z: list[Array],
    by: ROperator,
) -> tuple[list[Array], list[Array]]:
    """δ and R{δ}, from the last layer on."""
    head, names = head_of(inputs), inputs.architecture.activations
    second = second_order(head)
    assert second is not None, f"asked for what is not supported: {unsupported(inputs.architecture)}"
    deltas = [bp1(head, z[-1], a[-1], inputs.y, inputs.share)]
    r_deltas = [by.r_bp1(head, second, z[-1], a[-1], inputs.y, r_z[-1], inputs.share)]
    for i in range(inputs.architecture.depth - 2, -1, -1):
        sigma, w, w_moved = hidden_activation(names[i]), inputs.weights[i + 1], v.weights[i + 1]
        r_deltas.insert(0, by.r_bp2(w, w_moved, deltas[0], r_deltas[0], sigma, SECOND[names[i]], z[i], r_z[i]))
        deltas.insert(0, bp2(w, deltas[0], sigma, z[i]))
    return deltas, r_deltas
