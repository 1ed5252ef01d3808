"""The four equations of back-propagation, as the study note derives them.

δ_j^l ≡ ∂C/∂z_j^l is the error of neuron j in layer l: what a demon who adds Δz_j^l to its weighted
input changes C by, per unit. Everything else follows. Where the note misprints a formula, the right
one stands here and docs/note.md shows both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .activations import Elementwise
from .costs import Head
from .shapes import Array, Biases, Layer, LayerAbove, LayerBelow, Weights, WeightsAbove


def bp1(head: Head, z: Layer, a: Layer, y: Layer, share: float | Array) -> Layer:
    """BP1, the error in the output layer: δ^L = ∇_a C ⊙ σ′(z^L).

    In components: δ_j^L = (∂C/∂a_j^L) σ′(z_j^L). `share` is what one example counts in C, 1/m for
    a mean; where examples are weighted, times their weights, (*k, 1, m). Where the cost cancels σ′
    (cross-entropy), the head evaluates the product directly.

    Source: the note, equation 1; Nielsen, Neural Networks and Deep Learning, chapter 2, (BP1), (BP1a).
    """
    return head.delta(z, a, y) * share


def bp2(w_next: WeightsAbove, delta_next: LayerAbove, sigma: Elementwise, z: Layer) -> Layer:
    """BP2, the error in terms of the next layer's: δ^l = ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l).

    In components: δ_j^l = Σ_k w_kj^{l+1} δ_k^{l+1} σ′(z_j^l).

    Source: the note, equation 2 (printed there with "+" for the product and δ^L on the left);
    Nielsen, chapter 2, (BP2).
    """
    return (w_next.mT @ delta_next) * sigma.slope(z)


def bp3(delta: Layer) -> Biases:
    """BP3, the slope of the cost in a bias: ∂C/∂b_j^l = δ_j^l, summed over the examples.

    Source: the note, equation 3; Nielsen, chapter 2, (BP3).
    """
    return delta.sum(axis=-1)


def bp4(a_in: LayerBelow, delta_out: Layer) -> Weights:
    """BP4, the slope of the cost in a weight: ∂C/∂W = a_in δ_out, summed over the examples.

    In components: ∂C/∂w_jk^l = a_k^{l−1} δ_j^l.

    Source: the note, equation 4 (printed there without the index k); Nielsen, chapter 2, (BP4).
    """
    return delta_out @ a_in.mT


class Equations(NamedTuple):
    """Four functions that make a back-propagation: the right ones, or a variant to be judged.

    Attributes:
        bp1: (head, z^L, a^L, y, share) → δ^L, all of the shape (*k, n_L, m).
        bp2: (W^{l+1}, δ^{l+1}, σ, z^l) → δ^l, (*k, n_l, m).
        bp3: δ^l → ∂C/∂b^l, (*k, n_l).
        bp4: (a^{l−1}, δ^l) → ∂C/∂W^l, (*k, n_l, n_{l−1}).

    """

    bp1: Callable[[Head, Layer, Layer, Layer, float | Array], Layer]
    bp2: Callable[[WeightsAbove, LayerAbove, Elementwise, Layer], Layer]
    bp3: Callable[[Layer], Biases]
    bp4: Callable[[LayerBelow, Layer], Weights]


EQUATIONS = Equations(bp1, bp2, bp3, bp4)


def textbook_bp1(head: Head, z: Layer, a: Layer, y: Layer, share: float | Array) -> Layer:
    """BP1 with σ′ as the note writes it, a(1 − a) for the sigmoid: right, but digits are lost."""
    return head.textbook_delta(z, a, y) * share


def textbook_bp2(w_next: WeightsAbove, delta_next: LayerAbove, sigma: Elementwise, z: Layer) -> Layer:
    """BP2 with σ′ as the note writes it."""
    return (w_next.mT @ delta_next) * sigma.textbook_slope(z, sigma.value(z))


TEXTBOOK_EQUATIONS = Equations(textbook_bp1, textbook_bp2, bp3, bp4)
"""The same four, to compare: what rounding does to the formulas in their printed form."""
