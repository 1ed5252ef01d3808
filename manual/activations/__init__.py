"""Activations, one row each: σ, σ′ in its stable form, σ′ as textbooks write it, kinks, rounding.

The first six are the note's and its book's; the others are what libraries offer besides.
"""

from .base import Activation, Elementwise, Kink
from .gated import Gelu, GeluTanh, Mish, Silu
from .hard import HARDSIGMOID, HARDTANH, IDENTITY, LEAKY_RELU, RELU, RELU6, Hard, Hardswish
from .shaped import Shaped
from .smooth import SIGMOID, SOFTPLUS, TANH, Sigmoid, Softplus, Tanh
from .softmax import SOFTMAX, Softmax, sum_of_others
from .tailed import Elu, LogSigmoid, Selu, Softsign, Tanhshrink

ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        SIGMOID,
        TANH,
        RELU,
        SOFTPLUS,
        IDENTITY,
        SOFTMAX,
        LEAKY_RELU,
        Elu(),
        Selu(),
        Gelu(),
        GeluTanh(),
        Silu(),
        Mish(),
        Softsign(),
        LogSigmoid(),
        Tanhshrink(),
        RELU6,
        HARDTANH,
        HARDSIGMOID,
        Hardswish(),
    )
}
CORE = tuple(name for name, row in ACTIVATIONS.items() if row.core)
"""What is drawn unless more is asked for."""

__all__ = [
    "ACTIVATIONS",
    "CORE",
    "SIGMOID",
    "SOFTMAX",
    "SOFTPLUS",
    "TANH",
    "Activation",
    "Elementwise",
    "Hard",
    "Kink",
    "Shaped",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "sum_of_others",
]
