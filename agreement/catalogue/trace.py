"""The loop of back-propagation with every step replaceable, so that a mistake differs in one place.

Each step is a function of the trace so far and the layer (1 … L, as in the note), so that a wrong
equation reads like the right one: `t.w(l + 1).mT + t.delta(l + 1)`. The right steps are EQUATIONS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...manual.activations import ACTIVATIONS, Activation, Elementwise
from ...manual.backprop import hidden_activation
from ...manual.case import Case
from ...manual.costs import COSTS, Head
from ...manual.equations import EQUATIONS
from ...manual.gradients import Gradients
from ...manual.network import weighted_input
from ...manual.shapes import Array


@dataclass
class Trace:
    """One pass over a case, as far as it has come; everything by its layer.

    `share` is what one example counts in C. A program that divides by m at the end, in BP3 and BP4,
    has `late` as that factor and a share without it: the same gradients, unless a mistake mixes δ
    with something else.
    """

    case: Case
    share: float
    late: float = 1.0
    zs: dict[int, Array] = field(default_factory=dict)
    activations: dict[int, Array] = field(default_factory=dict)
    deltas: dict[int, Array] = field(default_factory=dict)
    nabla_w: dict[int, Array] = field(default_factory=dict)
    nabla_b: dict[int, Array] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        """L."""
        return self.case.architecture.depth

    @property
    def m(self) -> int:
        """How many examples there are."""
        return self.case.examples

    @property
    def y(self) -> Array:
        return self.case.y

    @property
    def head(self) -> Head:
        """The cost on this output."""
        return COSTS[self.case.architecture.cost].head(self.case.architecture.activations[-1])

    def w(self, layer: int) -> Array:
        """W^l."""
        return self.case.weights[layer - 1]

    def b(self, layer: int) -> Array:
        """b^l."""
        return self.case.biases[layer - 1]

    def z(self, layer: int) -> Array:
        """z^l; below the first layer, the input, as a list that starts with x has it."""
        return self.zs[layer] if layer else self.case.x

    def a(self, layer: int) -> Array:
        """a^l, with a^0 = x."""
        return self.activations[layer] if layer else self.case.x

    def delta(self, layer: int) -> Array:
        """δ^l."""
        return self.deltas[layer]

    def sigma(self, layer: int) -> Activation:
        """The activation of a layer."""
        return ACTIVATIONS[self.case.architecture.activations[layer - 1]]

    def elementwise(self, layer: int) -> Elementwise:
        """The same where it has a slope; TypeError for a softmax."""
        row = self.sigma(layer)
        if not isinstance(row, Elementwise):
            raise TypeError(f"{row.name} has no slope of one neuron")
        return row

    def slope(self, layer: int) -> Array:
        """σ′(z^l)."""
        return self.elementwise(layer).slope(self.z(layer))

    def nabla_a(self) -> Array:
        """∇_a C, times the share."""
        return self.head.nabla_a(self.a(self.depth), self.y) * self.share

    def back(self, layer: int) -> Array:
        """(W^{l+1})ᵀ δ^{l+1}."""
        return self.w(layer + 1).mT @ self.delta(layer + 1)


FAILURES = (ValueError, TypeError, IndexError, KeyError, FloatingPointError)
"""What a wrong step does where the shapes don't allow it."""
Step = Callable[[Trace, int], Array]


class PassSteps(NamedTuple):
    """The six steps of a pass."""

    z: Step
    a: Step
    bp1: Step
    bp2: Step
    bp3: Step
    bp4: Step

    def gradients(self, case: Case, share: float, late: float = 1.0) -> Gradients[Array]:
        """What it leaves of a case; the shapes are whatever a wrong step makes of them."""
        t = self.forward(case, share, late)
        return self.backward(t)

    def forward(self, case: Case, share: float, late: float = 1.0) -> Trace:
        """z and a of every layer."""
        t = Trace(case, share, late)
        for layer in range(1, t.depth + 1):
            t.zs[layer] = self.z(t, layer)
            t.activations[layer] = self.a(t, layer)
        return t

    def backward(self, t: Trace) -> Gradients[Array]:
        """The four equations, the last layer first."""
        for layer in range(t.depth, 0, -1):
            t.deltas[layer] = (self.bp1 if layer == t.depth else self.bp2)(t, layer)
            t.nabla_w[layer] = np.asarray(self.bp4(t, layer)) * t.late
            t.nabla_b[layer] = np.asarray(self.bp3(t, layer)) * t.late
        return Gradients(
            nabla_w=_in_order(t.nabla_w),
            nabla_b=_in_order(t.nabla_b),
            delta=_in_order(t.deltas),
            z=_in_order(t.zs),
            a=_in_order(t.activations),
        )


def _in_order(parts: dict[int, Array]) -> tuple[Array, ...]:
    return tuple(parts[layer] for layer in sorted(parts))


RIGHT = PassSteps(
    z=lambda t, l: weighted_input(t.w(l), t.a(l - 1), t.b(l)),
    a=lambda t, l: t.sigma(l).value(t.z(l)),
    bp1=lambda t, l: EQUATIONS.bp1(t.head, t.z(l), t.a(l), t.y, t.share),
    bp2=lambda t, l: EQUATIONS.bp2(t.w(l + 1), t.delta(l + 1), hidden_activation(t.sigma(l).name), t.z(l)),
    bp3=lambda t, l: EQUATIONS.bp3(t.delta(l)),
    bp4=lambda t, l: EQUATIONS.bp4(t.a(l - 1), t.delta(l)),
)


@lru_cache(maxsize=4096)
def examples(case: Case) -> tuple[Case, ...]:
    """A case of m examples as m cases of one."""
    return tuple(case.of_examples([i]) for i in range(case.examples))


def each_example(program: PassSteps, case: Case, share: float, late: float = 1.0) -> Gradients[Array]:
    """The same program run on one example at a time, its gradients added up."""
    parts = [program.gradients(one, share, late) for one in examples(case)]
    return Gradients(nabla_w=_added([part.nabla_w for part in parts]), nabla_b=_added([part.nabla_b for part in parts]))


def _added(parts: Sequence[tuple[Array, ...]]) -> tuple[Array, ...]:
    return tuple(sum(layer[1:], layer[0]) for layer in zip(*parts, strict=True))
