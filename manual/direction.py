"""A direction in the space of weights and biases."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .shapes import Array


class Direction(NamedTuple):
    """v: what every W^l and b^l is moved by, shaped as they are, of a Case or with a Pack's leading axis."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    def map(self, change: Callable[[Array], Array]) -> Direction:
        """The same with every array changed."""
        return Direction(tuple(map(change, self.weights)), tuple(map(change, self.biases)))
