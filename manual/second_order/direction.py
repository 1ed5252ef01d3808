"""A direction in the space of weights and biases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ..shapes import Array


class Direction(NamedTuple):
    """v: what every W^l and b^l is moved by, shaped as they are, of a Case or with a Pack's leading axis."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    def units(self) -> Iterator[tuple[Direction, Array]]:
        """Every direction that moves one weight or bias alone, by 1, with what v moves it by (shape (*k))."""
        still = self.map(np.zeros_like)
        for name, axes in (("weights", 2), ("biases", 1)):
            parts, zeros = getattr(self, name), getattr(still, name)
            for i, part in enumerate(parts):
                for at in np.ndindex(part.shape[-axes:]):
                    moved = zeros[i].copy()
                    moved[(..., *at)] = 1
                    yield still._replace(**{name: (*zeros[:i], moved, *zeros[i + 1 :])}), part[(..., *at)]

    def map(self, change: Callable[[Array], Array]) -> Direction:
        """The same with every array changed."""
        return Direction(tuple(map(change, self.weights)), tuple(map(change, self.biases)))
