"""One forward and one backward pass on linear forms of errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...activations import ACTIVATIONS
from ...activations.ranges import slopes
from ...backprop import hidden_activation
from ...costs import Head
from ...gradients import Gradients
from ...shapes import Array
from ..arithmetic import Inexact
from .form import Form
from .heads import HeadOperands, delta
from .layers import Rules, Slope
from .operands import Operands


class WalkedErrors(NamedTuple):
    """z^l, a^l and δ^l with their errors (no ∂C/∂b, no ∂C/∂W), and which examples (k, m) stay in range."""

    errors: Gradients[Inexact]
    sound: Array


def walk(operands: Operands, head: Head, rules: Rules) -> WalkedErrors:
    """One pass over all that is handed over at once."""
    one = Pass(operands, rules)
    forms = one.forms(head)
    zs, deltas = (tuple(each.inexact for each in of) for of in (forms.z, forms.delta))
    activations = (*(each.inexact for each in forms.a[1:]), one.output(forms.z[-1]))
    return WalkedErrors(Gradients((), (), delta=deltas, z=zs, a=activations), one.sound)


class WalkedForms(NamedTuple):
    """z^1 … z^L, a^0 … a^{L−1} and δ^1 … δ^L, all in the same symbols."""

    z: tuple[Form, ...]
    a: tuple[Form, ...]
    delta: tuple[Form, ...]


class Pass:
    """The state of one pass: what it works from, and which examples are still in range."""

    def __init__(self, operands: Operands, rules: Rules) -> None:
        k, _, m = operands.x.value.shape
        self.operands, self.rules, self.sound = operands, rules, np.ones((k, m), dtype=bool)
        self._layer = 0

    def forms(self, head: Head) -> WalkedForms:
        """The whole pass."""
        a, bends = self.forward()
        z, again = self.weighted_input(a[-1])
        deltas = self.backward(delta(self.rules, head, HeadOperands(again, self.operands.y)), bends)
        return WalkedForms((*(bend.z for bend in bends), z), tuple(a), tuple(deltas))

    def _settled(self, form: Form, magnitude: Array) -> Form:
        """With symbols of its own, and held against the range."""
        within = (magnitude <= self.rules.arithmetic.limit) & np.isfinite(form.radius)
        self.sound &= within.all(axis=-2)
        return form.settled()

    def weighted_input(self, a: Form) -> tuple[Form, Form]:
        """The next z^l, as it is stored and as the way back reads it."""
        w, b = self.operands.weights[self._layer], self.operands.biases[self._layer]
        self._layer += 1
        z, magnitude = self.rules.weighted_input(w, b, a)
        settled = self._settled(z, magnitude)
        return settled, self.rules.again(z, settled)

    def forward(self) -> tuple[list[Form], list[Slope]]:
        """a^0 … a^{L−1}, and σ′(z^l) of the hidden layers."""
        activations, bends = [self._settled(Form.of(*self.operands.x), self.operands.x.most)], []
        for name in self.operands.architecture.activations[:-1]:
            z, again = self.weighted_input(activations[-1])
            sigma = hidden_activation(name)
            between = slopes(sigma, self.rules.near(z))
            a = self.rules.activation(sigma, z, between)
            activations.append(self._settled(a, np.zeros_like(a.value)))
            bends.append(self.rules.slope(sigma, again, between))
        return activations, bends

    def output(self, z: Form) -> Inexact:
        """a^L."""
        sigma, rules = ACTIVATIONS[self.operands.architecture.activations[-1]], self.rules
        return Inexact(sigma.value(z.value), sigma.error_of(rules.tier)(rules.near(z), rules.arithmetic))

    def backward(self, of_output: tuple[Form, Array], bends: Sequence[Slope]) -> list[Form]:
        """Every δ^l, from the one of a cost before it is shared out."""
        names, rules, operands = self.operands.architecture.activations, self.rules, self.operands
        unshared, magnitude = of_output
        form, largest = rules.shared(unshared, magnitude, operands.counts, operands.share)
        form = self._settled(form, largest)
        deltas = [form]
        for i in range(len(bends) - 1, -1, -1):
            back, magnitude = rules.back(operands.weights[i + 1], form)
            raised = hidden_activation(names[i]).raised(rules.near(bends[i].z))
            form = self._settled(rules.times_slope(back, bends[i], raised, 5), magnitude)
            deltas.insert(0, form)
        return deltas
