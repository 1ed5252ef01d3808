"""The hand-written R-operator as a mode of Hv."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...manual.second_order.direction import Direction
from ...manual.second_order.r_operator import R_OPERATOR, ROperator, hessian_vector, unsupported
from ..protocol import Architecture, Array, Gradients, Pack, Traits


@dataclass(frozen=True)
class ManualProduct:
    """Pearlmutter's R-operator in NumPy; `by` may be a variant, to be judged."""

    name: str = "numpy"
    by: ROperator = R_OPERATOR
    version: str = np.__version__
    traits: Traits = Traits(recomputes=False)
    what: str = "Pearlmutter's R-operator, by hand"

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return unsupported(architecture)

    def products(self, pack: Pack, v: Direction) -> Gradients[Array]:
        return hessian_vector(pack, v, self.by)


MANUAL = ManualProduct()
