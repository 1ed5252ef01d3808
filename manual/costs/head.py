"""What a cost is: a row, and its head on an output activation. The rounding methods: docs/bounds.md, section 4."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..activations import ACTIVATIONS, Activation
from ..rounding.arithmetic import Arithmetic, Inexact, Tier
from ..shapes import Array, Layer, PerExample


@dataclass(frozen=True)
class Head(ABC):
    """A cost on top of one output activation σ. Everything is per example, before the mean or sum."""

    sigma: Activation

    @abstractmethod
    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        """C of each example."""

    @abstractmethod
    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        """∇_a C = ∂C/∂a^L, as the note writes it."""

    def delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """δ^L = ∇_a C ⊙ σ′(z^L)."""
        return self.sigma.pull(z, self.nabla_a(a, y))

    def textbook_delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """δ^L through the textbook slope."""
        return self.sigma.textbook_pull(z, a, self.nabla_a(a, y))

    def factor(self, a: Inexact, y: Inexact) -> Array:
        """The largest magnitude that the weight of an example may meet before σ′ does; 0 where that is δ^L itself."""
        return np.zeros_like(a.value)

    @abstractmethod
    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What rounding can do to C of each example, and summing them all, shape (*k, m)."""

    @abstractmethod
    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What rounding can do to δ^L, shape (*k, n, m)."""


def total(x: Array) -> Array:
    """The sum over the neurons."""
    return np.asarray(x.sum(axis=-2))


def entries(x: Array) -> int:
    """How many neurons and examples there are."""
    return int(x.shape[-2] * x.shape[-1])


@dataclass(frozen=True)
class Cost:
    """A row: the head for each output activation, or one that serves every activation."""

    name: str
    heads: Mapping[str, type[Head]] = field(default_factory=dict)
    general: type[Head] | None = None
    core: bool = False
    """The note and its book know it: it is drawn unless more is asked for."""

    @property
    def labels(self) -> bool:
        """Its targets are labels or probabilities; for any other cost they are numbers like the outputs."""
        return bool(self.heads)

    def head(self, activation: str) -> Head:
        """The cost evaluated on outputs of this activation; ValueError where that is not defined."""
        head = self.heads.get(activation, self.general)
        if head is None:
            allowed = " or ".join(self.heads)
            raise ValueError(f"cost {self.name!r} on {activation!r} outputs: it needs {allowed} outputs")
        return head(ACTIVATIONS[activation])
