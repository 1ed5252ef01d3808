"""What comes out of a network: Gradients, and the names of their parts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
S = TypeVar("S")


class Quantity(StrEnum):
    """What is compared, in the order in which a forward and a backward pass compute it."""

    Z = "z"
    A = "a"
    C = "C"
    BP1 = "BP1"
    BP2 = "BP2"
    BP3 = "BP3"
    BP4 = "BP4"

    @property
    def symbol(self) -> str:
        """As the note writes it."""
        return _SYMBOLS[self]

    @property
    def formula(self) -> str:
        """The equation that gives it."""
        return _FORMULAS[self]


_FORMULAS = {
    "z": "z^l = W^l a^{l−1} + b^l",
    "a": "a^l = σ(z^l)",
    "C": "C = mean or sum of the examples' costs",
    "BP1": "δ^L = ∇_a C ⊙ σ′(z^L)",
    "BP2": "δ^l = ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)",
    "BP3": "∂C/∂b^l = δ^l",
    "BP4": "∂C/∂W^l = a_in δ_out",
}
_SYMBOLS = {"z": "z^l", "a": "a^l", "C": "C", "BP1": "δ^L", "BP2": "δ^l", "BP3": "∂C/∂b^l", "BP4": "∂C/∂W^l"}


class Place(NamedTuple):
    """A quantity in a layer (1 … L, as in the note; C stands at L)."""

    quantity: Quantity
    layer: int

    def __str__(self) -> str:
        symbol = self.quantity.symbol.replace("^l", f"^{self.layer}").replace("^L", f"^{self.layer}")
        return f"{self.quantity} {symbol}" if self.quantity.startswith("BP") else symbol


@dataclass(frozen=True)
class Gradients(Generic[T]):
    """What one forward and backward pass leave, layer 1 first; T is an array, an enclosure or a bound.

    Attributes:
        nabla_w: ∂C/∂W^l, shape (n_l, n_{l−1}).
        nabla_b: ∂C/∂b^l, shape (n_l,).
        delta: δ^l = ∂C/∂z^l per example, shape (n_l, m), with the 1/m of a mean in it.
        z: The weighted inputs z^l, shape (n_l, m).
        a: The activations a^l, shape (n_l, m).
        cost: C, a number.

    For a pack every shape has K in front. A backend that cannot show delta, z, a or cost leaves it None.

    """

    nabla_w: tuple[T, ...]
    nabla_b: tuple[T, ...]
    delta: tuple[T, ...] | None = None
    z: tuple[T, ...] | None = None
    a: tuple[T, ...] | None = None
    cost: T | None = None

    def items(self) -> Iterator[tuple[Place, T]]:
        """Walk over every part that is there.

        Returns:
            Pairs of a Place (quantity and layer) and the part, in the order of computation; what is None is left
                out.

        """
        depth = len(self.nabla_w)
        for layer in range(1, depth + 1):
            for quantity, parts in ((Quantity.Z, self.z), (Quantity.A, self.a)):
                if parts is not None:
                    yield Place(quantity, layer), parts[layer - 1]
        if self.cost is not None:
            yield Place(Quantity.C, depth), self.cost
        for layer in range(depth, 0, -1):
            if self.delta is not None:
                yield Place(Quantity.BP1 if layer == depth else Quantity.BP2, layer), self.delta[layer - 1]
            yield Place(Quantity.BP3, layer), self.nabla_b[layer - 1]
            yield Place(Quantity.BP4, layer), self.nabla_w[layer - 1]

    def map(self, change: Callable[..., S], *others: Gradients[Any]) -> Gradients[S]:
        """Change every part.

        Arguments:
            change: Takes a part, and those of `others` at the same place; gives the new part.
            *others: Gradients that have the same parts.

        Returns:
            Gradients of the changed parts; what is None stays so.

        """

        def each(name: str) -> tuple[S, ...] | None:
            parts = [getattr(gradients, name) for gradients in (self, *others)]
            return None if parts[0] is None else tuple(itertools.starmap(change, zip(*parts, strict=True)))

        costs = [gradients.cost for gradients in (self, *others)]
        return Gradients(
            nabla_w=each("nabla_w") or (),
            nabla_b=each("nabla_b") or (),
            delta=each("delta"),
            z=each("z"),
            a=each("a"),
            cost=None if self.cost is None else change(*costs),
        )
