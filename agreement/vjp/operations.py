"""The operations that a network is made of, each as one step of a network that the judge knows.

A vector-Jacobian product is an equation of back-propagation by itself: v ⊙ σ′(z) is BP2 below a weight
of 1, v aᵀ is BP4. So the truth and the bound of that step, from operands that are given, are its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from typing import NamedTuple

import numpy as np

from ...manual.activations import ACTIVATIONS, Elementwise
from ...manual.case import Architecture, Pack
from ...manual.costs import COSTS
from ...manual.gradients import Gradients, Place, Quantity
from ...manual.network import feed_forward
from ...manual.shapes import Array

WIDEST = 6
AFFINE = "affine"


class NetworkStep(NamedTuple):
    """A network, the floats of a program in it, and where the results stand among them."""

    pack: Pack
    computed: Gradients[Array]
    places: tuple[Place, ...]


class Operation(ABC):
    """An operation by name: what its vector-Jacobian product takes and gives, by name, examples in columns."""

    name: str
    takes: tuple[str, ...] = ("z", "v")
    gives: tuple[str, ...] = ("∂C/∂z",)
    formula: str

    @abstractmethod
    def network(self, rng: np.random.Generator) -> Architecture:
        """A network of one layer to draw the operands from."""

    @abstractmethod
    def operands(self, drawn: Pack) -> tuple[Array, ...]:
        """What the function is given, cases on a leading axis."""

    @abstractmethod
    def shapes(self, operands: tuple[Array, ...]) -> tuple[tuple[int, ...], ...]:
        """The shapes of what it gives for one case."""

    @abstractmethod
    def step(self, operands: tuple[Array, ...], results: tuple[Array, ...]) -> NetworkStep:
        """The equation that the results are the outcome of."""

    def arguments(self, operands: tuple[Array, ...], result: int, index: tuple[int, ...]) -> dict[str, Array]:
        """What an entry of a result depends on, of one case: by default, its column of every operand."""
        return {name: operand[..., index[-1]] for name, operand in zip(self.takes, operands, strict=True)}


def _one_layer(rng: np.random.Generator, output: str, cost: str) -> Architecture:
    least = 2 if output == "softmax" else 1
    return Architecture((int(rng.integers(1, WIDEST)), int(rng.integers(least, WIDEST))), (output,), cost, "sum")


def _weighted_inputs(drawn: Pack) -> Array:
    with np.errstate(all="ignore"):
        return feed_forward(drawn)[0][-1]


class Affine(Operation):
    """z = W a + b: BP4, BP3, and BP2 below it."""

    name, formula = AFFINE, "∂W = v aᵀ, ∂b = Σ v, ∂a = Wᵀ v"
    takes, gives = ("W", "b", "a", "v"), ("∂W", "∂b", "∂a")

    def network(self, rng: np.random.Generator) -> Architecture:
        return _one_layer(rng, "identity", "quadratic")

    def operands(self, drawn: Pack) -> tuple[Array, ...]:
        return drawn.weights[0], drawn.biases[0], drawn.x, drawn.y

    def shapes(self, operands: tuple[Array, ...]) -> tuple[tuple[int, ...], ...]:
        return tuple(operand.shape[1:] for operand in operands[:3])

    def step(self, operands: tuple[Array, ...], results: tuple[Array, ...]) -> NetworkStep:
        w, b, a, v = operands
        (k, n, n_in), m = w.shape, a.shape[-1]
        below, empty = np.zeros((k, n_in, 1), w.dtype), np.zeros((k, 1, m), w.dtype)
        of = Architecture((1, n_in, n), ("identity", "identity"), "quadratic", "sum")
        pack = Pack(of, (below, w), (np.zeros_like(below[..., 0]), b), empty, np.zeros_like(v))
        dw, db, da = results
        computed = Gradients((below, dw), (np.zeros_like(below[..., 0]), db), delta=(da, v), z=(a, v), a=(a, v))
        return NetworkStep(pack, computed, (Place(Quantity.BP4, 2), Place(Quantity.BP3, 2), Place(Quantity.BP2, 1)))

    def arguments(self, operands: tuple[Array, ...], result: int, index: tuple[int, ...]) -> dict[str, Array]:
        w, _, a, v = operands
        of_each = (
            lambda: {"a": a[index[1]], "v": v[index[0]]},
            lambda: {"v": v[index[0]]},
            lambda: {"W": w[:, index[0]], "v": v[:, index[1]]},
        )
        return of_each[result]()


class ActivationVjp(Operation):
    """a = σ(z), a neuron at a time: BP2 below a weight of 1."""

    formula = "v ⊙ σ′(z)"

    def __init__(self, name: str) -> None:
        self.name = name

    def network(self, rng: np.random.Generator) -> Architecture:
        return _one_layer(rng, self.name, "quadratic")

    def operands(self, drawn: Pack) -> tuple[Array, ...]:
        return _weighted_inputs(drawn), drawn.y

    def shapes(self, operands: tuple[Array, ...]) -> tuple[tuple[int, ...], ...]:
        return (operands[0].shape[1:],)

    def step(self, operands: tuple[Array, ...], results: tuple[Array, ...]) -> NetworkStep:
        z, v, got = (part.reshape(len(part), 1, -1) for part in (*operands, *results))
        zero, one = np.zeros((len(z), 1, 1), z.dtype), np.ones((len(z), 1, 1), z.dtype)
        flat, empty = zero[..., 0], np.zeros_like(z)
        of = Architecture((1, 1, 1), (self.name, "identity"), "quadratic", "sum")
        computed = Gradients((zero, zero), (flat, flat), delta=(got, v), z=(z, empty))
        return NetworkStep(Pack(of, (zero, one), (flat, flat), empty, empty), computed, (Place(Quantity.BP2, 1),))

    def arguments(self, operands: tuple[Array, ...], result: int, index: tuple[int, ...]) -> dict[str, Array]:
        return {name: operand[index] for name, operand in zip(self.takes, operands, strict=True)}


def _output(output: str, cost: str, z: Array, y: Array, got: Array, a: Array | None) -> NetworkStep:
    """BP1 of a network whose output layer has this z."""
    k, n, _ = z.shape
    of = Architecture((1, n), (output,), cost, "sum")
    w, b = np.zeros((k, n, 1), z.dtype), np.zeros((k, n), z.dtype)
    pack = Pack(of, (w,), (b,), np.zeros_like(z[:, :1]), y)
    computed = Gradients((w,), (b,), delta=(got,), z=(z,), a=None if a is None else (a,))
    return NetworkStep(pack, computed, (Place(Quantity.BP1, 1),))


class Coupled(ActivationVjp):
    """a = softmax(z): BP1 under ½‖a − y‖² with v in the place of a, and 0 in that of y."""

    formula = "p ⊙ (v − pᵀv), p = softmax(z)"

    def step(self, operands: tuple[Array, ...], results: tuple[Array, ...]) -> NetworkStep:
        (z, v), (got,) = operands, results
        return _output(self.name, "quadratic", z, np.zeros_like(v), got, a=v)

    def arguments(self, operands: tuple[Array, ...], result: int, index: tuple[int, ...]) -> dict[str, Array]:
        return Operation.arguments(self, operands, result, index)


class CostHead(Operation):
    """A cost on top of an output activation, summed over the examples: BP1."""

    takes, formula = ("z", "y"), "∂C/∂z, C summed over the examples"

    def __init__(self, cost: str, output: str) -> None:
        self.name, self.cost, self.output = f"{cost}/{output}", cost, output

    def network(self, rng: np.random.Generator) -> Architecture:
        return _one_layer(rng, self.output, self.cost)

    def operands(self, drawn: Pack) -> tuple[Array, ...]:
        return _weighted_inputs(drawn), drawn.y

    def shapes(self, operands: tuple[Array, ...]) -> tuple[tuple[int, ...], ...]:
        return (operands[0].shape[1:],)

    def step(self, operands: tuple[Array, ...], results: tuple[Array, ...]) -> NetworkStep:
        (z, y), (got,) = operands, results
        return _output(self.output, self.cost, z, y, got, a=None)


@cache
def _heads() -> tuple[CostHead, ...]:
    return tuple(CostHead(cost, output) for cost, row in COSTS.items() for output in (row.heads or ACTIVATIONS))


def operations() -> dict[str, Operation]:
    """Every operation by name: affine, each activation, each cost on each output that it takes."""
    rows = [
        ActivationVjp(name) if isinstance(sigma, Elementwise) else Coupled(name)
        for name, sigma in list(ACTIVATIONS.items())
    ]
    return {operation.name: operation for operation in (Affine(), *rows, *_heads())}
