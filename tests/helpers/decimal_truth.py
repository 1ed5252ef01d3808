"""The true gradients of a case once more, by other means: decimal arithmetic, forward mode, nothing shared.

Every formula is the plain one, of e^x and ln x; the derivative of each comes from numbers a + bε with
ε² = 0. No equation of back-propagation stands here: a change of every weight, bias and weighted input
is carried from where it is made to C.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

import numpy as np
from backproof.manual.case import Case
from helpers.decimal_numbers import CONTEXT, DIFFERENCES, NOTHING, ROWS, DecimalDual, dual, exp, ln1p, softplus

Column = list[DecimalDual]


def softmax(z: Column) -> Column:
    """e^{z_j − M}/Σ."""
    top = max(x.a for x in z)
    powers = [exp(x - top) for x in z]
    total = sum(powers, dual(0))
    return [power / total for power in powers]


def of_labels(z: Column, y: Sequence[Decimal], output: str) -> DecimalDual:
    """The cross-entropy from the logits."""
    if output == "sigmoid":
        return sum((t * softplus(-x) + (1 - t) * softplus(x) for x, t in zip(z, y, strict=True)), dual(0))
    top = max(z, key=lambda x: x.a)
    rest = sum((exp(x - top) for x in z if x is not top), dual(0))
    return sum((t * (ln1p(rest) + (top - x)) for x, t in zip(z, y, strict=True)), dual(0))


def cost(z: Column, a: Column, y: Sequence[Decimal], name: str, output: str) -> DecimalDual:
    """C of one example."""
    if name in DIFFERENCES:
        return sum((DIFFERENCES[name](p - t) for p, t in zip(a, y, strict=True)), dual(0))
    if name == "smoothed_cross_entropy":
        classes = 2 if output == "sigmoid" else len(y)
        y = [t * 9 / 10 + Decimal(1) / (10 * classes) for t in y]
    entropy = sum((t * t.ln() for t in y if t), Decimal(0)) if name == "kl" else 0
    return of_labels(z, y, output) + entropy


class Truth(NamedTuple):
    """Every part, as nested arrays of Decimal, and the largest number on the way."""

    parts: dict[tuple[str, int], Any]
    largest: Decimal


def decimals(x: Any) -> Any:
    """An array of floats, exactly."""
    return np.vectorize(lambda v: Decimal(float(v)), otypes=[object])(x)


def truth(case: Case) -> Truth:
    """z, a, C, δ, ∂C/∂b and ∂C/∂W of a case."""
    with localcontext(CONTEXT):
        return _Walk(case).truth()


class _Walk:
    def __init__(self, case: Case) -> None:
        self.case, self.of = case, case.architecture
        self.weights, self.biases = [*map(decimals, case.weights)], [*map(decimals, case.biases)]
        self.x, self.y = decimals(case.x), decimals(case.y)
        self.share = Decimal(1) / case.examples if self.of.reduction == "mean" else Decimal(1)
        sizes = [(*(w.size for w in self.weights), *(b.size for b in self.biases), *(b.size for b in self.biases))]
        self.starts = np.cumsum([0, *sizes[0]])
        self.largest = Decimal(1)

    def truth(self) -> Truth:
        m, depth = self.case.examples, self.of.depth
        examples = [self._example(k) for k in range(m)]
        slopes = [example[3] * self.share for example in examples]
        total = sum(slopes[1:], slopes[0])
        parts: dict[tuple[str, int], Any] = {}
        for i in range(depth):
            parts["z", i] = np.stack([example[0][i] for example in examples], axis=-1)
            parts["a", i] = np.stack([example[1][i] for example in examples], axis=-1)
            demon = slice(self.starts[2 * depth + i], self.starts[2 * depth + i + 1])
            parts["delta", i] = np.stack([slope[demon] for slope in slopes], axis=-1)
            parts["nabla_b", i] = total[self.starts[depth + i] : self.starts[depth + i + 1]]
            flat = total[self.starts[i] : self.starts[i + 1]].reshape(self.weights[i].shape)
            parts["nabla_w", i] = flat + Decimal(self.of.l2) * self.share * self.weights[i]
        squares = sum((w * w).sum() for w in self.weights)
        parts["cost", 0] = sum(e[2] for e in examples) * self.share + Decimal(self.of.l2) * self.share * squares / 2
        return Truth(parts, self.largest)

    def _example(self, k: int) -> tuple[list[Any], list[Any], Decimal, Any]:
        """z, a and C of one example, and what C changes by for each direction."""
        depth, a = self.of.depth, self.x[:, k]
        moved = decimals(np.zeros((len(a), self.starts[-1])))
        zs, activations = [], []
        for i, name in enumerate(self.of.activations):
            z = self._sum(self.weights[i], a) + self.biases[i]
            z = np.array([self._settled(z[j], self.weights[i][j], a, self.biases[i][j]) for j in range(len(z))])
            moved = self.weights[i] @ moved
            for j, n_in in np.ndindex(self.weights[i].shape):
                moved[j, self.starts[i] + j * len(a) + n_in] += a[n_in]
            for j in range(len(z)):
                moved[j, self.starts[depth + i] + j] += 1
                moved[j, self.starts[2 * depth + i] + j] += 1
            zs.append(z)
            if i == depth - 1:
                break
            duals = [ROWS[name](DecimalDual(x, Decimal(1))) for x in z]
            a, moved = np.array([d.a for d in duals]), np.array([d.b for d in duals])[:, None] * moved
            activations.append(a)
            self._note(z, a, moved)
        output = self.of.activations[-1]
        activations.append(np.array([p.a for p in self._output([DecimalDual(x) for x in zs[-1]], output)]))
        rises = [self._cost(zs[-1], j, k, output) for j in range(len(zs[-1]))]
        self._note(zs[-1], moved, np.array([rise.b for rise in rises]))
        return zs, activations, rises[0].a, np.array([rise.b for rise in rises]) @ moved

    def _cost(self, z: Any, j: int, k: int, output: str) -> DecimalDual:
        column = [DecimalDual(x, Decimal(int(i == j))) for i, x in enumerate(z)]
        return cost(column, self._output(column, output), list(self.y[:, k]), self.of.cost, output)

    def _output(self, z: Column, output: str) -> Column:
        return softmax(z) if output == "softmax" else [ROWS[output](x) for x in z]

    def _sum(self, w: Any, a: Any) -> Any:
        return w @ a

    def _settled(self, z: Decimal, w: Any, a: Any, b: Decimal) -> Decimal:
        """0 where only the last digits of its terms are left."""
        terms = sum(abs(p * q) for p, q in zip(w, a, strict=True)) + abs(b)
        self.largest = max(self.largest, terms)
        return Decimal(0) if abs(z) <= NOTHING * terms else z

    def _note(self, *arrays: Any) -> None:
        most = max(abs(x) for array in arrays for x in np.ravel(array))
        self.largest = max(self.largest, most * max(abs(w) for each in self.weights for w in each.ravel()), most)
