"""How a number arises: one neuron of each equation, its factors and sums, in numbers that follow an edit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from ....manual.case import Architecture
from ..mathml import math
from .quantities import LiveNumber, Numbers

MOST_TERMS = 4
SLOPES = {"sigmoid": "a(1-a)", "tanh": "1-a^2"}
Row = tuple[str, Markup]
"""The colour of a line (f forward, r back) and the line."""


class Arising:
    """The lines of one network; neurons are chosen so that there is something to see."""

    def __init__(self, architecture: Architecture, numbers: Numbers) -> None:
        self.architecture, self.numbers, self.show = architecture, numbers, LiveNumber(numbers)
        self.hidden = int(np.abs(numbers["delta"][0]).argmax())
        outputs = np.abs(numbers["delta"][-1])
        self.output = int(np.flatnonzero(outputs)[0]) if outputs.any() else 0

    def forward(self) -> list[Row]:
        """z and a of a neuron of the first layer."""
        j, sigma = self.hidden, self.architecture.activations[0]
        terms = [(f"w.0.{j}.{k}", f"a.0.{k}") for k in range(self.architecture.widths[0])]
        z = _m(f"z_{j + 1}^1")
        a = _m(f"a_{j + 1}^1=σ(z_{j + 1}^1)")
        products = self._products(terms)
        rows = [("f", z + " = " + products + " + " + self.show(f"b.0.{j}", term=True) + " = " + self.bold(f"z.0.{j}"))]
        if sigma != "softmax":
            rows.append(("f", a + " = " + self.bold(f"a.1.{j}") + Markup(f" <small>(σ: {sigma})</small>")))
        return rows

    def cost(self) -> list[Row]:
        """The sum of squares, where that is the cost."""
        depth, outputs = self.architecture.depth, self.architecture.widths[-1]
        if self.architecture.cost != "quadratic" or outputs > MOST_TERMS:
            return [("f", _m("C") + " = " + self.bold("C"))]
        squares = Markup(" + ").join(
            Markup("(") + self.show(f"a.{depth}.{j}") + " − " + self.show(f"y.{j}", term=True) + Markup(")²")
            for j in range(outputs)
        )
        return [("f", _m("C") + " = ½ (" + squares + ") = " + self.bold("C"))]

    def bp1(self) -> list[Row]:
        """σ′ from a, and δ of an output neuron."""
        depth, j = self.architecture.depth, self.output
        delta = _m(f"δ_{j + 1}^{depth}") + " = "
        if self.architecture.cost == "cross_entropy":
            difference = self.show(f"a.{depth}.{j}") + " − " + self.show(f"y.{j}", term=True)
            return [("r", delta + difference + " = " + self.bold(f"delta.{depth - 1}.{j}"))]
        if not self.numbers["slope"][-1]:
            return [("r", delta + self.bold(f"delta.{depth - 1}.{j}"))]
        product = self.show(f"nabla.{j}", term=True) + " × " + self.show(f"slope.{depth - 1}.{j}")
        return [self._slope(depth, j), ("r", delta + product + " = " + self.bold(f"delta.{depth - 1}.{j}"))]

    def bp2(self) -> list[Row]:
        """What arrives at a neuron of the last hidden layer, σ′, and their product."""
        layer = self.architecture.depth - 1
        if layer < 1:
            return []
        j = self.hidden if layer == 1 else int(np.abs(self.numbers["delta"][layer - 1]).argmax())
        terms = [(f"w.{layer}.{i}.{j}", f"delta.{layer}.{i}") for i in range(self.architecture.widths[layer + 1])]
        arrives = _m(f"∑_iw_{{i{j + 1}}}^{layer + 1}δ_i^{layer + 1}") + " = " + self._products(terms)
        product = self.show(f"back.{layer - 1}.{j}", term=True) + " × " + self.show(f"slope.{layer - 1}.{j}")
        return [
            ("r", arrives + " = " + self.show(f"back.{layer - 1}.{j}")),
            self._slope(layer, j),
            ("r", _m(f"δ_{j + 1}^{layer}") + " = " + product + " = " + self.bold(f"delta.{layer - 1}.{j}")),
        ]

    def bp3(self) -> list[Row]:
        """The slope in a bias: δ again."""
        depth, j = self.architecture.depth, self.output
        formula = _m(f"frac{{∂C}}{{∂b_{j + 1}^{depth}}}=δ_{j + 1}^{depth}")
        return [("r", formula + " = " + self.bold(f"delta.{depth - 1}.{j}"))]

    def bp4(self) -> list[Row]:
        """The slope in a weight: δ at its end times a at its start."""
        depth, j = self.architecture.depth, self.output
        k = self.hidden if depth == 2 else 0
        formula = _m(f"frac{{∂C}}{{∂w_{{{j + 1}{k + 1}}}^{depth}}}=δ_{j + 1}^{depth}a_{k + 1}^{depth - 1}")
        product = self.show(f"delta.{depth - 1}.{j}", term=True) + " × " + self.show(f"a.{depth - 1}.{k}")
        return [("r", formula + " = " + product + " = " + self.bold(f"dw.{depth - 1}.{j}.{k}"))]

    def bold(self, path: str) -> Markup:
        """A result."""
        return Markup("<b>") + self.show(path) + Markup("</b>")

    def _slope(self, layer: int, j: int) -> Row:
        name = self.architecture.activations[layer - 1]
        formula = f"σ′(z_{j + 1}^{layer})" + (f"={SLOPES[name]}" if name in SLOPES else "")
        made = self.show(f"slope.{layer - 1}.{j}")
        if name == "sigmoid":
            made = self.show(f"a.{layer}.{j}") + " × " + self.show(f"rest.{layer}.{j}") + " = " + made
        elif name == "tanh":
            made = Markup("1 − ") + self.show(f"a.{layer}.{j}", term=True) + "² = " + made
        return "f", _m(formula) + " = " + made

    def _products(self, terms: Sequence[tuple[str, str]]) -> Markup:
        """Sums of products, the first few; then how many more there are."""
        shown = [self.show(left) + " × " + self.show(right, term=True) for left, right in terms[:MOST_TERMS]]
        more = Markup(f" + … ({len(terms) - MOST_TERMS})") if len(terms) > MOST_TERMS else Markup("")
        return Markup(" + ").join(shown) + more


def _m(formula: str) -> Markup:
    return Markup(math(formula))
