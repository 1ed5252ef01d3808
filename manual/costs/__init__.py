"""Costs, one row each: C, ∇_a C, δ^L, and what rounding can do to them.

A row has a head for each output activation that it can be evaluated with: cross-entropy is
computed from the logits z^L, so that nothing overflows or cancels when the output is saturated.
"""

from .binary import BinaryCrossEntropy
from .categorical import CategoricalCrossEntropy, KullbackLeibler
from .difference import Huber, LogCosh, Quadratic
from .head import Cost, Head
from .smoothed import SmoothedBinary, SmoothedCategorical

COSTS: dict[str, Cost] = {
    row.name: row
    for row in (
        Cost("quadratic", general=Quadratic, core=True),
        Cost("cross_entropy", {"sigmoid": BinaryCrossEntropy, "softmax": CategoricalCrossEntropy}, core=True),
        Cost("smoothed_cross_entropy", {"sigmoid": SmoothedBinary, "softmax": SmoothedCategorical}),
        Cost("kl", {"softmax": KullbackLeibler}),
        Cost("huber", general=Huber),
        Cost("log_cosh", general=LogCosh),
    )
}
CORE = tuple(name for name, row in COSTS.items() if row.core)
"""What is drawn unless more is asked for."""

__all__ = ["CORE", "COSTS", "Cost", "Head", "Quadratic"]
