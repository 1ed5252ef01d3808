"""Jacobians of products: a dot or a convolution as products of matrices, each entry by its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..graph import Node
from ..primitive import Arrays, Params
from ..rows.products import sides, stacked
from ..rows.shaping import entry_numbers
from ..rows.windows import Convolution


class MatrixProduct(NamedTuple):
    """result[i, j] = Σ_k left[i, k] right[k, j], as flat numbers of entries; −1 stands for 0."""

    result: Any
    left: Any
    right: Any


def factors_of(node: Node, operands: Arrays) -> Iterator[MatrixProduct]:
    """The products of matrices that a node is."""
    left, right = (x.shape for x in operands)
    return _dot(node.params, left, right) if node.primitive == "dot_general" else _convolution(node.params, left, right)


def _dot(params: Params, left: tuple[int, ...], right: tuple[int, ...]) -> Iterator[MatrixProduct]:
    a, b = sides(params, (len(left), len(right)))
    lefts = stacked(entry_numbers(left), a.batch, a.free, a.contracted)
    rights = stacked(entry_numbers(right), b.batch, b.contracted, b.free)
    results = np.arange(len(lefts) * lefts.shape[1] * rights.shape[2])
    results = results.reshape(len(lefts), lefts.shape[1], rights.shape[2])
    return map(MatrixProduct, results, lefts, rights)


def _convolution(params: Params, left: tuple[int, ...], right: tuple[int, ...]) -> Iterator[MatrixProduct]:
    of = Convolution(params, left, right)
    spec = of.specs[2]
    shape = [0] * len(spec)
    for axis, n in zip(spec, (of.n // of.batches, of.o, *of.places), strict=True):
        shape[axis] = n
    results = of.taken_apart(entry_numbers(tuple(shape)))
    return map(MatrixProduct, results, of.patch_numbers(left), of.kernels(entry_numbers(right)))


def jacobians(node: Node, operands: Arrays, size: int) -> tuple[Any, Any]:
    """∂result/∂left and ∂result/∂right at these floats."""
    x, y = (np.ravel(operand) for operand in operands)
    by_left, by_right = [], []
    for part in factors_of(node, operands):
        shape = (len(part.left), part.left.shape[1], part.right.shape[1])
        result, left, right = (
            np.broadcast_to(numbers, shape).ravel()
            for numbers in (part.result[:, None, :], part.left[:, :, None], part.right[None, :, :])
        )
        there = left >= 0
        result, left, right = result[there], left[there], right[there]
        by_left.append((y[right], result, left))
        by_right.append((x[left], result, right))
    return _summed(by_left, (size, len(x))), _summed(by_right, (size, len(y)))


def _summed(parts: list[Any], shape: tuple[int, int]) -> Any:
    slopes, rows, columns = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return sparse.csr_matrix((slopes, (rows, columns)), shape=shape)
