"""What δ^L loses where it is taken as ∇_a C ⊙ σ′(z^L) with the quotients of the cross-entropy."""

from __future__ import annotations

import numpy as np

from ....manual.case import Case
from ....manual.network import feed_forward
from ....manual.shapes import Array

UNITS = 4
"""Roundings of a, in units, that 1 − a inherits."""


def of_quotient(case: Case) -> Array | float:
    """How far (1 − y)/(1 − a) σ′(z) may be off, as a near 1 is rounded: all of it where 1 − a is lost.

    1 − a is exact (Sterbenz), and has the error of a; nothing for another head or cost.
    """
    architecture = case.architecture
    if (architecture.activations[-1], architecture.cost) != ("sigmoid", "cross_entropy"):
        return 0.0
    z = feed_forward(case)[0][-1]
    with np.errstate(all="ignore"):
        lost = UNITS * float(np.finfo(case.dtype).eps) * (1 + np.exp(z))
        room = np.where(lost < 1, lost / (1 - lost), np.inf)
        found = np.where(case.y == 1, 0.0, np.abs(1 - case.y) * room)
    return np.asarray(found / (case.examples if architecture.reduction == "mean" else 1))
