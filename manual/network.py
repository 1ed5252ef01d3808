"""Feed forward: z^l = W^l a^{l−1} + b^l, a^l = σ(z^l), with a^0 = x."""

from __future__ import annotations

from .activations import ACTIVATIONS
from .case import Case, Pack
from .shapes import Biases, Layer, LayerBelow, Weights


def weighted_input(w: Weights, a_in: LayerBelow, b: Biases) -> Layer:
    """z^l = W^l a^{l−1} + b^l."""
    return w @ a_in + b[..., None]


def feed_forward(inputs: Case | Pack) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    """All z^l and all a^l, layer 1 first, in the dtype of the inputs."""
    zs, activations, a = [], [], inputs.x
    for w, b, name in zip(inputs.weights, inputs.biases, inputs.architecture.activations, strict=True):
        z = weighted_input(w, a, b)
        a = ACTIVATIONS[name].value(z)
        zs.append(z)
        activations.append(a)
    return tuple(zs), tuple(activations)
