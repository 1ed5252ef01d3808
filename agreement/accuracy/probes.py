"""What is measured: one neuron's a and ∂C/∂z, one cost's δ^L, each on many arguments in one call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

from ...manual.activations import ACTIVATIONS, Elementwise
from ...manual.case import Architecture, Case
from ...manual.costs import COSTS
from ...manual.gradients import Quantity
from ...manual.rounding.formats import FORMATS
from ...manual.shapes import Array

OUTPUTS = 3
"""Logits of a softmax."""
FAR = 2.0
"""The target stands at ±2, on the side of 0 where a is not: a − y loses no digit."""


class Probe(ABC):
    """Points, a row of numbers for each, and the one case that evaluates them all."""

    name: str
    quantities: tuple[Quantity, ...] = (Quantity.BP1,)
    logits = 1
    """How many of a point's numbers are weighted inputs; a label may follow."""
    labels: tuple[float, ...] = ()

    @abstractmethod
    def architecture(self, points: int) -> Architecture:
        """The network for so many points."""

    @abstractmethod
    def case(self, points: Array) -> Case:
        """The network whose neurons, or examples, have these points as weighted inputs, exactly."""

    def each(self, part: Array) -> Array:
        """An array of a part of that network, a row a point."""
        return part.reshape(len(part), -1)

    def scale(self, points: Array) -> Array:
        """What an error of ε in a slope, or in a probability, comes to: a column, a row a point."""
        return np.ones((len(points), 1))

    def draw(self, rng: np.random.Generator, points: int, dtype: str) -> Array:
        """Random points: any exponent and sign, and evenly where an exponential is in range."""
        z = np.stack([_numbers(rng, points, dtype) for _ in range(self.logits)], axis=1)
        if not self.labels:
            return z
        return np.column_stack([z, rng.choice(self.labels, points)]).astype(dtype)

    def near(self, rng: np.random.Generator, points: Array) -> Array:
        """Each moved, by a part from 1 to its last bits, the larger ones more often."""
        z = points[:, : self.logits]
        bits = FORMATS[z.dtype.name].digits * rng.random(z.shape) * rng.random(z.shape)
        step = rng.choice([-1, 1], z.shape) * 2.0**-bits
        moved = np.where(rng.random(z.shape) < 1 / self.logits, z * (1 + step), z)
        return np.column_stack([moved, points[:, self.logits :]]).astype(points.dtype)

    def lines(self, t: Array) -> Iterator[tuple[str, Array]]:
        """Points along which a neuron saturates, with a word for each line."""
        others = np.zeros((len(t), self.logits - 1), t.dtype)
        for label in self.labels[:2] or (None,):
            end = [] if label is None else [np.full(len(t), label)]
            yield "" if label is None else f"y = {label:g}", np.column_stack([t, others, *end]).astype(t.dtype)


def _numbers(rng: np.random.Generator, points: int, dtype: str) -> Array:
    info = FORMATS[dtype]
    edge = np.log(info.max) * 1.1
    wide = 2.0 ** rng.uniform(info.minexp, 12, points)
    middling = 2.0 ** rng.uniform(-8, 8, points)
    magnitude = np.choose(rng.integers(0, 4, points), [wide, middling, middling, rng.uniform(0, edge, points)])
    return np.asarray((rng.choice([-1.0, 1.0], points) * magnitude).astype(dtype))


class Neurons(Probe):
    """One wide layer with z as weights and the input 1: a = σ(z) and δ = (a − y) σ′(z)."""

    quantities = (Quantity.A, Quantity.BP1)

    def __init__(self, activation: str) -> None:
        self.name = self.activation = activation

    def architecture(self, points: int) -> Architecture:
        return Architecture((1, points), (self.activation,), "quadratic", "sum")

    def scale(self, points: Array) -> Array:
        """|a − y|."""
        with np.errstate(all="ignore"):
            return FAR + np.abs(self._value(points))

    def _value(self, points: Array) -> Array:
        return ACTIVATIONS[self.activation].value(points[:, :1].astype(np.float64))

    def case(self, points: Array) -> Case:
        z = points[:, :1].copy()
        with np.errstate(all="ignore"):
            y = np.where(self._value(points) >= 0, -FAR, FAR).astype(z.dtype)
        return Case(self.architecture(len(z)), (z,), (np.zeros_like(z[:, 0]),), np.ones((1, 1), z.dtype), y)


class ElementwiseHead(Probe):
    """The same layer under a cost: δ^L for labels 0 and 1."""

    labels = (0.0, 1.0)

    def __init__(self, cost: str, activation: str) -> None:
        self.name, self.cost, self.activation = f"{cost} / {activation}", cost, activation

    def architecture(self, points: int) -> Architecture:
        return Architecture((1, points), (self.activation,), self.cost, "sum")

    def case(self, points: Array) -> Case:
        z, y = points[:, :1].copy(), points[:, 1:].copy()
        return Case(self.architecture(len(z)), (z,), (np.zeros_like(z[:, 0]),), np.ones((1, 1), z.dtype), y)


class SoftmaxHead(Probe):
    """Examples as points: the identity as weights, logits as inputs, one of them labelled."""

    logits = OUTPUTS
    labels = tuple(map(float, range(OUTPUTS)))

    def __init__(self, cost: str, activation: str) -> None:
        self.name, self.cost, self.activation = f"{cost} / {activation}", cost, activation

    def architecture(self, points: int) -> Architecture:
        return Architecture((OUTPUTS, OUTPUTS), (self.activation,), self.cost, "sum")

    def case(self, points: Array) -> Case:
        identity = np.eye(OUTPUTS, dtype=points.dtype)
        y = identity[:, points[:, OUTPUTS].astype(int)]
        zero = np.zeros(OUTPUTS, points.dtype)
        return Case(self.architecture(len(points)), (identity,), (zero,), points[:, :OUTPUTS].T.copy(), y.copy())

    def each(self, part: Array) -> Array:
        return part.T


def probes(activations: Sequence[str], costs: Sequence[str]) -> list[Probe]:
    """A probe for each activation that has a slope, and for each cost on each kind of output that is its own."""
    neurons = [Neurons(name) for name in activations if isinstance(ACTIVATIONS[name], Elementwise)]
    heads = [(cost, output) for cost in costs for output in COSTS[cost].heads or ("softmax",)]
    kinds = {True: ElementwiseHead, False: SoftmaxHead}
    return [*neurons, *(kinds[isinstance(ACTIVATIONS[output], Elementwise)](cost, output) for cost, output in heads)]
