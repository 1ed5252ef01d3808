"""How the same numbers may lie in memory: a rule has to read what it is given, not where it would have put it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...manual.shapes import Array

Layout = Callable[[Array], Array]


def contiguous(x: Array) -> Array:
    """Row by row, in memory of its own."""
    return np.ascontiguousarray(x).copy()


def permuted(x: Array) -> Array:
    """Column by column."""
    return np.asfortranarray(x).copy(order="F")


def offset(x: Array) -> Array:
    """From the second number of its memory on, where no vector begins."""
    memory = np.empty(x.size + 1, x.dtype)
    memory[1:] = x.ravel()
    return memory[1:].reshape(x.shape)


def spread(x: Array) -> Array:
    """Every second number of a row."""
    memory = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    memory[..., ::2] = x
    return memory[..., ::2]


def expanded(x: Array) -> Array:
    """One column for all examples, with stride 0; of an array whose columns are equal."""
    column = x[..., :1].copy()
    return np.lib.stride_tricks.as_strided(column, x.shape, (*column.strides[:-1], 0))


LAYOUTS: dict[str, Layout] = {
    "contiguous": contiguous,
    "permuted": permuted,
    "offset": offset,
    "spread": spread,
    "expanded": expanded,
}
"""They take turns, a case each."""


def of_case(number: int) -> str:
    """The layout of the case of this number."""
    return tuple(LAYOUTS)[number % len(LAYOUTS)]


def with_equal_columns(x: Array) -> Array:
    """The numbers that an expanded array has: its first column everywhere."""
    return np.repeat(x[..., :1], x.shape[-1], axis=-1)
