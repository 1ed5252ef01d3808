"""Entries of one array found in another: reshaped, transposed, flipped, or placed one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ...reference.graph.arrays import as_array

MOST_AXES = 5
"""Axes whose orders are all tried."""


class Arrangement(NamedTuple):
    """For each entry of an array its place in the flat other one, and how that is said."""

    places: Any
    how: str

    def of(self, array: Any) -> Any:
        """The other array so arranged."""
        return as_array(np.asarray(array).ravel()[self.places])

    def back(self, array: Any, shape: Sequence[int]) -> Any:
        """The reverse."""
        flat = np.empty(np.size(array), dtype=np.asarray(array).dtype)
        flat[self.places.ravel()] = np.ravel(array)
        return flat.reshape(shape)


def arrangements(shape: Sequence[int], wanted: Sequence[int]) -> Iterator[Arrangement]:
    """Ways in which an array of `shape` is one of `wanted`: as it is, reshaped, or with its axes in another order."""
    if prod(shape) != prod(wanted):
        return
    places = np.arange(prod(shape)).reshape(shape)
    yield Arrangement(places.reshape(wanted), "as it is" if tuple(shape) == tuple(wanted) else "reshaped")
    long = [k for k, n in enumerate(shape) if n > 1]
    if 1 < len(long) <= MOST_AXES:
        squeezed = places.reshape([shape[k] for k in long])
        rest = tuple(n for n in wanted if n > 1)
        for order in list(permutations(range(len(long))))[1:]:
            moved = squeezed.transpose(order)
            how = "transposed" if len(long) == 2 else f"axes {_axes(long[k] for k in order)}"
            yield Arrangement(moved.reshape(wanted), how if moved.shape == rest else f"{how}, reshaped")


def flipped(shape: Sequence[int], wanted: Sequence[int]) -> Iterator[Arrangement]:
    """The same with the last one or two axes reversed first."""
    places = np.arange(prod(shape)).reshape(shape)
    for axes in ((-1,), (-2,), (-2, -1)):
        if len(shape) + min(axes) >= 0:
            turned = np.flip(places, axes)
            for inner in arrangements(shape, wanted):
                yield Arrangement(turned.ravel()[inner.places], f"flipped, {inner.how}")


def _axes(order: Iterator[int]) -> str:
    return "(" + ", ".join(map(str, order)) + ")"


def arranged(of_first: Any, of_second: Any) -> Arrangement | None:
    """How `of_first` lies in `of_second`: an arrangement with of(of_first) == of_second; None where it does not."""
    for candidates in (arrangements, flipped):
        for found in candidates(np.shape(of_first), np.shape(of_second)):
            if np.array_equal(found.of(of_first), of_second):
                return found
    return _one_by_one(of_first, of_second)


def _one_by_one(of_first: Any, of_second: Any) -> Arrangement | None:
    """Each entry by its number, where no two are the same."""
    a, b = np.ravel(of_first), np.ravel(of_second)
    first, second = np.argsort(a, kind="stable"), np.argsort(b, kind="stable")
    if len(a) != len(b) or not np.array_equal(a[first], b[second]) or np.any(np.diff(a[first]) == 0):
        return None
    places = np.empty(len(a), dtype=np.int64)
    places[second] = first
    return Arrangement(places.reshape(np.shape(of_second)), "rearranged")
