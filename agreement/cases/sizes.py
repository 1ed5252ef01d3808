"""Long networks: a width or a batch past the sizes at which libraries change to vectors, blocks and threads."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...manual.case import Architecture

LONG_FROM = 600
"""Cases of a run for each that is long in each of SIZES."""
LONG_TO_A_PACK = 8
"""At most so many, however long the run: one has 10^4 numbers and more."""


class NetworkSize(NamedTuple):
    """What is longer than `past`: the first and the last width, the batch, or all of them."""

    past: int
    wide: bool = False
    batch: bool = False

    def lengthened(self, rng: np.random.Generator, of: Architecture, hidden: str) -> Architecture:
        """Its output on one hidden layer of one to three neurons; as many inputs and outputs, or few."""
        few, middle = (min(of.widths[0], 4), min(of.widths[-1], 4)), int(rng.integers(1, 4))
        first, last = (self._drawn(rng), self._drawn(rng)) if self.wide else few
        return replace(of, widths=(first, middle, last), activations=(hidden, of.activations[-1]))

    def examples(self, rng: np.random.Generator) -> int:
        """m."""
        return self._drawn(rng) if self.batch else 2

    def _drawn(self, rng: np.random.Generator) -> int:
        return self.past + int(rng.integers(1, 9))


SIZES = (
    NetworkSize(64, wide=True, batch=True),
    NetworkSize(1024, wide=True),
    NetworkSize(1024, batch=True),
    NetworkSize(4096, batch=True),
    NetworkSize(4096, wide=True),
)
"""In this order, as two dtypes take turns: each of them meets a long width and a long batch."""
