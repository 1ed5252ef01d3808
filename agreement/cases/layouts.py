"""How the same numbers may lie in memory: a rule has to read what it is given, not where it would have put it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...manual.case import Pack
from ...manual.shapes import Array

Layout = Callable[[Array], Array]
"""Arrays stacked on a leading axis → the same numbers, each of them laid out so."""
VECTOR = 8
"""Numbers: memory for one array is a multiple of it, so that none begins where another would."""


def contiguous(x: Array) -> Array:
    """Row by row, in memory of its own."""
    return np.array(x, order="C")


def permuted(x: Array) -> Array:
    """Column by column."""
    return contiguous(x.mT).mT if x.ndim > 2 else contiguous(x)


def offset(x: Array) -> Array:
    """From the second number of its memory on, where no vector begins."""
    size = x[0].size
    memory = np.zeros((len(x), size + VECTOR - size % VECTOR), x.dtype)
    memory[:, 1 : size + 1] = x.reshape(len(x), size)
    return memory[:, 1 : size + 1].reshape(x.shape, copy=False)


def spread(x: Array) -> Array:
    """Every second number of a row."""
    memory = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    memory[..., ::2] = x
    return memory[..., ::2]


def expanded(x: Array) -> Array:
    """One column for all, with stride 0; of an array whose columns are equal."""
    column = contiguous(x[..., :1])
    return np.lib.stride_tricks.as_strided(column, x.shape, (*column.strides[:-1], 0))


CONTIGUOUS, EXPANDED = "contiguous", "expanded"
LAYOUTS: dict[str, Layout] = {
    CONTIGUOUS: contiguous,
    "permuted": permuted,
    "offset": offset,
    "spread": spread,
    EXPANDED: expanded,
}
TURNS = (CONTIGUOUS, "permuted", CONTIGUOUS, "offset", CONTIGUOUS, "spread", EXPANDED)
"""Of packs: seven, so that every one of them meets every dtype and cost, which take turns in even numbers."""


def of_case(number: int) -> str:
    """The layout of the case of this number, where they take turns, a case each."""
    return tuple(LAYOUTS)[number % len(LAYOUTS)]


def of_pack(number: int) -> str:
    """The layout of the pack of this number; nearly every other is contiguous."""
    return TURNS[number % len(TURNS)]


def laid_out(pack: Pack, name: str) -> Pack:
    """A pack in arrays of its own that lie so; of `expanded`, one that `has_equal_columns`."""
    if name == CONTIGUOUS:
        return pack.copy()
    assert name != EXPANDED or has_equal_columns(pack)
    return _changed(pack, LAYOUTS[name])


def in_words(name: str) -> str:
    """To be put behind a network; nothing for what is contiguous."""
    return "" if name == CONTIGUOUS else f", operands {name}"


def with_equal_columns(x: Array) -> Array:
    """The numbers that an expanded array has: its first column everywhere."""
    return np.repeat(x[..., :1], x.shape[-1], axis=-1)


def of_equal_columns(pack: Pack) -> Pack:
    """A pack all of whose arrays can be expanded."""
    return _changed(pack, with_equal_columns)


def has_equal_columns(pack: Pack) -> bool:
    """Whether it can lie expanded."""
    return all(bool((array == array[..., :1]).all()) for array in pack.arrays)


def _changed(pack: Pack, change: Layout) -> Pack:
    counts = None if pack.example_weights is None else change(pack.example_weights)
    weights, biases = tuple(map(change, pack.weights)), tuple(map(change, pack.biases))
    return Pack(pack.architecture, weights, biases, change(pack.x), change(pack.y), counts)
