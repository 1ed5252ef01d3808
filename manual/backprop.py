"""Back-propagation: feed forward, then the four equations from the last layer to the first."""

from __future__ import annotations

import numpy as np

from .activations import ACTIVATIONS, Elementwise
from .case import Case, Pack
from .costs import COSTS, Head
from .equations import EQUATIONS, Equations
from .gradients import Gradients
from .network import feed_forward
from .regularisation import decayed, penalty
from .shapes import Array, Layer


def head_of(inputs: Case | Pack) -> Head:
    """The cost on this network's output activation."""
    architecture = inputs.architecture
    return COSTS[architecture.cost].head(architecture.activations[-1])


def hidden_activation(name: str) -> Elementwise:
    """The row of a hidden layer's activation: it has a slope."""
    sigma = ACTIVATIONS[name]
    assert isinstance(sigma, Elementwise), f"an Architecture refuses {name} in a hidden layer"
    return sigma


def backprop(inputs: Case | Pack, equations: Equations = EQUATIONS) -> Gradients[Array]:
    """Feed forward, then apply BP1 to BP4 from the last layer to the first.

    Arguments:
        inputs: A Case, or a Pack of K cases.
        equations: The four equations; TEXTBOOK_EQUATIONS are the note's word for word, and a mistake is another.

    Returns:
        Gradients in the dtype of the inputs, with z, a, δ and C; for a Pack with K in front of every shape.
        Overflow gives inf or nan, without a warning.

    Source:
        The note's four equations; chapter 2 of M. Nielsen, *Neural Networks and Deep Learning*, 2015.

    """
    names = inputs.architecture.activations
    with np.errstate(all="ignore"):
        z, a = feed_forward(inputs)
        deltas = [equations.bp1(head_of(inputs), z[-1], a[-1], inputs.y, inputs.shares)]
        for layer in range(inputs.architecture.depth - 1, 0, -1):
            sigma = hidden_activation(names[layer - 1])
            deltas.insert(0, equations.bp2(inputs.weights[layer], deltas[0], sigma, z[layer - 1]))
        nabla_w = tuple(equations.bp4(a_in, delta) for a_in, delta in zip((inputs.x, *a[:-1]), deltas, strict=True))
        return Gradients(
            nabla_w=_regularised(nabla_w, inputs),
            nabla_b=tuple(equations.bp3(delta) for delta in deltas),
            delta=tuple(deltas),
            z=z,
            a=a,
            cost=cost_of(inputs, z[-1], a[-1]),
        )


def _regularised(nabla_w: tuple[Array, ...], inputs: Case | Pack) -> tuple[Array, ...]:
    if not inputs.architecture.l2:
        return nabla_w
    return tuple(decayed(of_c0, w, inputs.decay) for of_c0, w in zip(nabla_w, inputs.weights, strict=True))


def cost_of(inputs: Case | Pack, z: Layer, a: Layer) -> Array:
    """C from z^L and a^L: the examples' costs, weighted where they are, shared out, and the L2 term."""
    each = head_of(inputs).value(z, a, inputs.y)
    if inputs.example_weights is not None:
        each = each * inputs.example_weights
    total = np.asarray(each.sum(axis=-1) * inputs.share)
    return np.asarray(total + penalty(inputs.weights, inputs.decay)) if inputs.architecture.l2 else total
