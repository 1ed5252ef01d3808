"""Our data in the form in which a program has its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from .....manual.shapes import Array
from ..loading.program import Program
from .arguments import Bound, Values
from .kinds import kinds_of
from .numbers import NetworkAndBatch


class TableOfNumbers(np.ndarray):
    """A table that has its numbers as `values`, too, as those of pandas have."""

    @property
    def values(self) -> Array:
        """The numbers alone."""
        return np.asarray(self)

    def to_numpy(self) -> Array:
        """The numbers alone."""
        return np.asarray(self)


def imported(program: Program, values: Values) -> dict[str, Any]:
    """The x and the y that a program imports from a module which is not there."""
    found: dict[str, Any] = {}
    for name, value in program.namespace.items():
        kind = kinds_of(name)[:1]
        if type(value).__name__ == "Stub" and kind and kind[0][0] in ("x", "y") and not values.form.lists:
            found[name] = np.asarray(values.of(Bound(*kind[0]))).view(TableOfNumbers)
    return found if {kinds_of(name)[0][0] for name in found} == {"x", "y"} else {}


def is_pairs(value: Any) -> bool:
    """Whether a list holds an x and a y of every example: no rows of a matrix."""
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(one, tuple | list) for one in value):
        return False
    two = all(len(one) == 2 for one in value)
    return two and all(isinstance(one, tuple) or not all(np.ndim(part) == 0 for part in one) for one in value)


def pairs(like: list[Any], numbers: NetworkAndBatch) -> list[Any]:
    """Our examples as such a list."""
    first = like[0]
    made = [(_as(first[0], x), _as(first[1], y)) for x, y in zip(numbers.x.T, numbers.y.T, strict=True)]
    return made if isinstance(first, tuple) else [list(one) for one in made]


def _as(like: Any, vector: Array) -> Any:
    """A vector in the form of another: a number, a list, or an array with its axes."""
    if np.ndim(like) == 0:
        return float(vector[0])
    if isinstance(like, list | tuple):
        return type(like)(vector.tolist())
    return np.array(vector if like.ndim == 1 else vector[:, None] if like.shape[1] == 1 else vector[None])
