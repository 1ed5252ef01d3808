"""The hand-written module as a backend, with the stable slopes or those of the textbook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...manual.backprop import backprop
from ...manual.equations import EQUATIONS, TEXTBOOK_EQUATIONS, Equations
from ..protocol import Architecture, Array, Gradients, Pack, Traits


@dataclass(frozen=True)
class ManualNumpy:
    """Four equations in NumPy; `equations` may be a variant, to be judged."""

    name: str = "numpy"
    equations: Equations = EQUATIONS
    version: str = np.__version__
    traits: Traits = Traits(recomputes=False)
    what: str = "the four equations by hand, σ′ without loss"

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        return backprop(pack, self.equations)


MANUAL = ManualNumpy()
TEXTBOOK = ManualNumpy(
    "numpy.textbook", TEXTBOOK_EQUATIONS, what="the four equations by hand, σ′ = a(1 − a) as in a book"
)
