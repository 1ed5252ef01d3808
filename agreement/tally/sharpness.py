"""How much of ∂C/∂W and ∂C/∂b a run judged sharply: what its agreement is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from ...manual.gradients import Quantity

FLOOR = 0.5
"""Of what is not 0; below it a run has seen too little to say that a backend agrees."""
LEFT_OUT = "subnormal"
"""The regime that does not count: the spacing of its numbers is as large as they are."""


class Cellular(Protocol):
    """The key of a cell, wherever it stands."""

    @property
    def backend(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def regime(self) -> str: ...
    @property
    def quantity(self) -> str: ...


class Sharpness(NamedTuple):
    """Of one backend in one dtype: the entries of ∂C/∂W and ∂C/∂b that are not 0, and how many were judged sharply."""

    backend: str
    dtype: str
    nonzero: int
    sharp: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there was nothing to judge."""
        return self.sharp / self.nonzero if self.nonzero else 1.0

    @property
    def enough(self) -> bool:
        """Whether it reaches the floor."""
        return self.share >= FLOOR


def percent(share: float) -> str:
    """A share as it is printed; 100 % is all, never nearly all."""
    return "100 %" if share == 1 else f"{min(100 * share, 99.9):.3g} %"


def sharpness(marked: Iterable[tuple[Cellular, Mapping[str, int]]]) -> list[Sharpness]:
    """By backend and dtype, in the order of appearance, of cells with their marks."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for key, marks in marked:
        if key.quantity in (Quantity.BP3, Quantity.BP4) and key.regime != LEFT_OUT:
            counts.setdefault((key.backend, key.dtype), Counter()).update(marks)
    return [Sharpness(*key, marks["nonzero"], marks["sharp"]) for key, marks in counts.items()]
