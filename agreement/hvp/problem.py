"""A pack of cases with a direction for each: drawn by seed, or read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...manual.case import Case, Pack
from ...manual.rounding.formats import FORMATS
from ...manual.second_order.direction import Direction
from ...manual.shapes import Array
from ..cases import product_json
from ..cases.generate import DrawnUnit
from ..cases.product_json import DirectedPack
from ..cases.regimes import EVERY_REGIME

REPLAYED = "replay"
"""The regime of a problem that was read."""
STREAM = 3
"""What the seed of directions has beside that of their cases."""


@dataclass(frozen=True)
class Problem:
    """What Hv is asked of: a pack, a direction v for each of its cases, and how each case was drawn."""

    pack: Pack
    v: Direction
    regimes: tuple[str, ...]

    @cached_property
    def directed(self) -> DirectedPack:
        """The pack with its directions, as a tally counts it."""
        return DirectedPack.along(self.pack, self.v)


def drawn(unit: DrawnUnit) -> Problem:
    """The pack that `check` draws for this unit, with directions from a stream of their own."""
    pack, regimes = unit.draw()
    rng = np.random.default_rng([unit.seed, unit.number, STREAM])
    each = [_direction(rng, case, regime) for case, regime in zip(pack, regimes, strict=True)]
    weights, biases = (zip(*parts, strict=True) for parts in zip(*each, strict=True))
    return Problem(pack, Direction(tuple(map(np.stack, weights)), tuple(map(np.stack, biases))), regimes)


def _direction(rng: np.random.Generator, case: Case, regime: str) -> Direction:
    """Like the numbers of the regime, or N(0, 1), by turns."""
    row, info = EVERY_REGIME[regime], FORMATS[case.dtype.name]
    calm = rng.random() < 1 / 2

    def numbers(like: Array) -> Array:
        draw = row.weights if like.ndim > 1 else row.others
        return np.asarray(rng.standard_normal(like.shape) if calm else draw(rng, like.shape, info), case.dtype)

    return Direction(tuple(map(numbers, case.weights)), tuple(map(numbers, case.biases)))


def from_json(document: Any) -> Problem:
    """The problem of a document; UsageError naming the part that is wrong."""
    case = product_json.from_json(document)
    return Problem(Pack.of([case.plain]), case.direction.map(lambda array: array[None]), (REPLAYED,))
