"""z times a gate: silu, mish and both gelus, by the product rule on a gate and its slope."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from .rows import BallActivation, elementwise
from .smooth import sigmoid, sigmoid_slope


def gated(gate: Callable[[arb], arb], opening: Callable[[arb], arb]) -> BallActivation:
    """z G(z) and its slope G + z G′."""
    return elementwise(lambda z: z * gate(z), lambda z: gate(z) + z * opening(z))


def normal(z: arb) -> arb:
    """Φ(z) = ½ erfc(−z/√2)."""
    return (-z / arb(2).sqrt()).erfc() / 2


def normal_slope(z: arb) -> arb:
    """e^{−z²/2}/√(2π)."""
    return (-(z * z) / 2).exp() / (2 * arb.pi()).sqrt()


def mish_gate(z: arb) -> arb:
    """tanh ln(1 + e^z) = ((1 + e^z)² − 1)/((1 + e^z)² + 1)."""
    if z.mid() >= 0:
        e = (-z).exp()
        return (1 + 2 * e) / (1 + 2 * e + 2 * e * e)
    e = z.exp()
    return e * (2 + e) / (2 + 2 * e + e * e)


def mish_opening(z: arb) -> arb:
    """(1 − tanh²)σ, with 1 − tanh² = (1 − tanh)(1 + tanh)."""
    if z.mid() >= 0:
        e = (-z).exp()
        short = 2 * e * e / (1 + 2 * e + 2 * e * e)
    else:
        e = z.exp()
        short = 2 / (2 + 2 * e + e * e)
    return short * (1 + mish_gate(z)) * sigmoid(z)


def doubled(z: arb) -> arb:
    """2√(2/π)(z + 0.044715 z³): ½(1 + tanh u) is the sigmoid of 2u."""
    return (8 / arb.pi()).sqrt() * z * (1 + arb(44715) / 10**6 * (z * z))


def tanh_gate_opening(z: arb) -> arb:
    """The same by the chain rule."""
    return sigmoid_slope(doubled(z)) * (8 / arb.pi()).sqrt() * (1 + arb(134145) / 10**6 * (z * z))


GATED = {
    "silu": gated(sigmoid, sigmoid_slope),
    "mish": gated(mish_gate, mish_opening),
    "gelu": gated(normal, normal_slope),
    "gelu_tanh": gated(lambda z: sigmoid(doubled(z)), tanh_gate_opening),
}
