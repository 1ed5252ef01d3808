"""What is up to the author and no mistake: the network, the cost, and what C is shared out by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....manual import costs
from ....manual.activations import ACTIVATIONS, CORE, Elementwise
from ....manual.case import REDUCTIONS, Architecture, Case
from ....manual.costs import COSTS
from ...cases.generate import Menu

HIDDEN = (*(name for name in CORE if isinstance(ACTIVATIONS[name], Elementwise)), "leaky_relu")
OUTPUTS = ("sum", "mean")


@dataclass(frozen=True)
class Convention:
    """A network and its cost.

    hidden and output are activations; reduction is over the examples, outputs over the neurons of
    the output (`mean` divides C by n_L); `half` says whether the quadratic cost has its ½, `biases`
    whether the network has any, `dtype` what it is computed in.
    """

    hidden: str = "sigmoid"
    output: str = "sigmoid"
    cost: str = "quadratic"
    reduction: str = "mean"
    half: bool = True
    outputs: str = "sum"
    biases: bool = True
    dtype: str = "float64"

    def __str__(self) -> str:
        cost = {"quadratic": "C = ½‖a − y‖²" if self.half else "C = ‖a − y‖²"}.get(self.cost, "cross-entropy")
        over = " over examples" + (", mean over outputs" if self.outputs == "mean" else "")
        rest = ("" if self.biases else ", no biases") + (", in float32" if self.dtype == "float32" else "")
        return f"{self.hidden} neurons, {self.output} outputs, {cost}, {self.reduction}{over}{rest}"

    def architecture(self, widths: tuple[int, ...]) -> Architecture:
        """A network of these widths in this convention."""
        return _network(self.hidden, self.output, self.cost, self.reduction, widths)

    def adapt(self, case: Case) -> Case:
        """The same numbers in a network of this convention."""
        return _adapted(case, self.architecture(case.architecture.widths), self.biases)

    def means_something(self, case: Case) -> bool:
        """A softmax of one neuron is always 1, and a − y is no longer its δ."""
        return self.output != "softmax" or case.architecture.widths[-1] > 1

    def scale(self, widths: tuple[int, ...]) -> float:
        """How many times our own cost C this one is."""
        return (1.0 if self.half else 2.0) / (widths[-1] if self.outputs == "mean" else 1)

    def factor(self, case: Case) -> float:
        """What one example counts, in multiples of ½‖a − y‖² or of the cross-entropy."""
        return self.scale(case.architecture.widths) / (case.examples if self.reduction == "mean" else 1)

    @property
    def menu(self) -> Menu:
        """What to draw to stay within it."""
        return Menu((self.cost,), (self.hidden, self.output), reductions=(self.reduction,), output=self.output)


@lru_cache(maxsize=4096)
def _network(hidden: str, output: str, cost: str, reduction: str, widths: tuple[int, ...]) -> Architecture:
    return Architecture(widths, (hidden,) * (len(widths) - 2) + (output,), cost, reduction)


@lru_cache(maxsize=4096)
def _adapted(case: Case, architecture: Architecture, biases: bool) -> Case:
    vectors = case.biases if biases else tuple(map(np.zeros_like, case.biases))
    return Case(architecture, case.weights, vectors, case.x, case.y)


@dataclass(frozen=True)
class Declared:
    """What the caller says of the convention; None is left to be inferred."""

    hidden: str | None = None
    output: str | None = None
    cost: str | None = None
    reduction: str | None = None
    half: bool | None = None
    outputs: str | None = None
    l2: bool | None = None

    @classmethod
    def by(cls, architecture: Architecture) -> Declared:
        """All that a network settles."""
        hidden = architecture.activations[0] if architecture.depth > 1 else Convention().hidden
        return cls(hidden, architecture.activations[-1], architecture.cost, architecture.reduction, True, "sum", False)

    def conventions(self) -> list[Convention]:
        """Every convention that leaves open what is not declared, the commonest first."""
        return sorted(self._all(), key=_rarity)

    def _all(self) -> Iterator[Convention]:
        for cost in [self.cost] if self.cost else costs.CORE:
            legal = tuple(COSTS[cost].heads) or CORE
            for hidden in [self.hidden] if self.hidden else HIDDEN:
                for output in [self.output] if self.output in legal else legal:
                    for half in (
                        ([self.half] if self.half is not None else (True, False)) if cost == "quadratic" else (True,)
                    ):
                        for reduction in [self.reduction] if self.reduction else REDUCTIONS:
                            for outputs in [self.outputs] if self.outputs else OUTPUTS:
                                yield Convention(hidden, output, cost, reduction, half, outputs)


def _rarity(convention: Convention) -> tuple[int, int]:
    """How far from the note's network, and how odd the head is."""
    odd = convention.outputs == "mean"
    usual = convention.output in (convention.hidden, "identity", "softmax", "sigmoid")
    return (odd + (convention.outputs == "mean" and convention.half) + (not usual), HIDDEN.index(convention.hidden))
