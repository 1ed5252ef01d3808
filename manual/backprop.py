"""Back-propagation: feed forward, then the four equations from the last layer to the first."""

from __future__ import annotations

import numpy as np

from .activations import ACTIVATIONS, Elementwise
from .case import Case, Pack
from .costs import COSTS, Head
from .equations import EQUATIONS, Equations
from .gradients import Gradients
from .network import feed_forward
from .shapes import Array


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
    """All that one forward and one backward pass leave, in the dtype of the inputs.

    For a Pack every array has the pack's leading axis. Overflow gives inf or nan, silently: judging
    them is the caller's work.
    """
    names = inputs.architecture.activations
    with np.errstate(all="ignore"):
        z, a = feed_forward(inputs)
        head, share = head_of(inputs), inputs.share
        deltas = [equations.bp1(head, z[-1], a[-1], inputs.y, share)]
        for layer in range(inputs.architecture.depth - 1, 0, -1):
            sigma = hidden_activation(names[layer - 1])
            deltas.insert(0, equations.bp2(inputs.weights[layer], deltas[0], sigma, z[layer - 1]))
        a_in = (inputs.x, *a[:-1])
        return Gradients(
            nabla_w=tuple(equations.bp4(a_k, delta) for a_k, delta in zip(a_in, deltas, strict=True)),
            nabla_b=tuple(equations.bp3(delta) for delta in deltas),
            delta=tuple(deltas),
            z=z,
            a=a,
            cost=np.asarray(head.value(z[-1], a[-1], inputs.y).sum(axis=-1) * share),
        )
