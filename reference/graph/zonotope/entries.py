"""Which entries a row moves where: read off by giving it the entries' own numbers."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb
from scipy import sparse

from ..arrays import NO
from ..graph import Graph, Node
from ..primitive import Arrays
from ..rows import row_of
from ..rows.binary import at_most, largest, smallest
from ..rows.reductions import axes_of, flattened, reduced
from ..rows.shaping import entry_numbers, taken
from ..rows.windows import windows_of


def numbered(shape: tuple[int, ...], first: int = 1) -> Any:
    """Flat numbers of entries as floats, from `first` on; 0 is none."""
    return np.arange(first, first + int(np.prod(shape)), dtype=np.float64).reshape(shape)


def taken_from(graph: Graph, node: Node, operands: Arrays) -> list[list[Any]]:
    """For a row whose results are entries of its operands: a 0-1 matrix by result and operand."""
    given, edges = [], [0]
    for number, operand in zip(node.operands, operands, strict=True):
        moves = graph.values[number].is_float
        given.append(numbered(operand.shape, edges[-1] + 1) if moves else operand)
        edges.append(edges[-1] + (operand.size if moves else 0))
    results = row_of(node).value(node.params, tuple(given))
    return [[_ones(np.ravel(result), low, high) for low, high in pairwise(edges)] for result in results]


def _ones(numbers: Any, low: int, high: int) -> Any:
    rows = np.flatnonzero((numbers > low) & (numbers <= high))
    columns = numbers[rows].astype(np.int64) - low - 1
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(numbers), high - low))


def brought_to(graph: Graph, node: Node, operands: Arrays, results: Arrays) -> list[Any]:
    """For a row that adds entries up: a 0-1 matrix by operand, from where its pullback brings each cotangent."""
    numbers = numbered(results[0].shape)
    parts = row_of(node).pullback(node.params, operands, results, (numbers,))  # type: ignore[misc]
    return [
        None if not graph.values[number].is_float else _columns(np.ravel(part), numbers.size)
        for number, part in zip(node.operands, parts, strict=True)
    ]


def _columns(numbers: Any, size: int) -> Any:
    columns = np.flatnonzero(numbers)
    signs, rows = np.sign(numbers[columns]), np.abs(numbers[columns]).astype(np.int64) - 1
    return sparse.csr_matrix((signs, (rows, columns)), shape=(size, len(numbers)))


def _candidates(node: Node, shape: tuple[int, ...]) -> Any:
    if node.primitive.startswith("reduce_window"):
        return windows_of(node.params, shape)
    return flattened(entry_numbers(shape), axes_of(node.params))


def chosen_from(node: Node, box: Any) -> Any:
    """For a row that chooses an extreme entry for each result: a 0-1 matrix; an empty row where the choice is open."""
    numbers = _candidates(node, box.shape)
    greatest = node.primitive.endswith("max")
    seen = taken(box, numbers, arb(-math.inf if greatest else math.inf))
    best = reduced(seen, (seen.ndim - 1,), largest if greatest else smallest, 0)[..., None]
    best = np.broadcast_to(best, seen.shape)
    may = (numbers >= 0) & ((at_most(best, seen) if greatest else at_most(seen, best)) != NO)
    may, numbers = may.reshape(-1, may.shape[-1]), numbers.reshape(-1, may.shape[-1])
    rows = np.flatnonzero(may.sum(axis=1) == 1)
    columns = numbers[rows, may[rows].argmax(axis=1)]
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(numbers), box.size))
