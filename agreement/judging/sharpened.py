"""End to end, entry by entry, the smaller of two bounds: of running errors, and of one linear form of them all.

Both are theorems (docs/bounds.md, sections 5 and 14). The first stands alone where the second is not derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...manual.gradients import Gradients
from ...manual.rounding.arithmetic import Tier
from ...manual.shapes import Array

Errors = Mapping[Tier, Gradients[Array]]


def sharpened(running: Errors, forms: Mapping[Tier, Gradients[Array] | None]) -> dict[Tier, Gradients[Array]]:
    """The errors of each tier, none smaller than those of a tier that it has room for."""
    smaller = {tier: _smaller(wide, forms[tier]) for tier, wide in running.items()}
    return {tier: _largest([smaller[other] for other in running if _has_room(tier, other)]) for tier in running}


def _smaller(wide: Gradients[Array], form: Gradients[Array] | None) -> Gradients[Array]:
    return wide if form is None else wide.map(np.fmin, replace(form, cost=wide.cost))


def _largest(errors: list[Gradients[Array]]) -> Gradients[Array]:
    first, *others = errors
    for other in others:
        first = first.map(np.maximum, other)
    return first


def _has_room(tier: Tier, other: Tier) -> bool:
    """Whether every program of the other tier is one of this."""
    as_wide = tier.textbook >= other.textbook and tier.either_branch >= other.either_branch
    return as_wide and (not other.deviation_bounds or tier.deviation_bounds == other.deviation_bounds)
