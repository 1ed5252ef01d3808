"""What the adapters of further libraries share: a case at a time, the cpu, the library's own words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from .objective import Answer, Layer, LibraryWords, Objective, arrays_of, as_gradients, objective, plain
from .protocol import Architecture, Array, Case, Gradients, Pack, Traits, one_by_one


@dataclass(frozen=True)
class Peer(ABC):
    """Reverse mode with respect to W, b and a zero Δz^l added to each weighted input."""

    name: str
    version: str
    words: LibraryWords
    traits: Traits = Traits(recomputes=False)
    layer: Layer = plain

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return self.words.missing(architecture)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            return one_by_one(pack, self._gradients)

    def _gradients(self, case: Case) -> Gradients[Array]:
        cost = objective(case.architecture, self.words, self.share(case), self.layer)
        return as_gradients(self.answer(cost, arrays_of(case)), self.array)

    def share(self, case: Case) -> Any:
        """What one example counts in C, as a factor that leaves the dtype alone."""
        return case.share

    @abstractmethod
    def answer(self, cost: Objective, arrays: tuple[Array, ...]) -> Answer:
        """The derivatives of an objective with respect to its leaves, and what it shows."""

    def array(self, value: Any) -> Array:
        """A value of the library as NumPy has it."""
        return np.asarray(value)
