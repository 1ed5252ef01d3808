"""One node to first order: its Jacobians at the exact operands, and what is left over within the operands' doubt."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..arrays import OPEN, filled, magnitudes, to_floats
from ..exact import evaluate
from ..graph import Graph, Node
from ..primitive import Arrays
from ..rows import FAMILIES, row_of
from ..rows.products import PRODUCTS
from . import entries, products


class Point(NamedTuple):
    """Where a node stands: its operands exactly, within their doubt, and the doubt (flat; None for integers)."""

    graph: Graph
    node: Node
    exact: Arrays
    boxes: Arrays
    radii: tuple[Any, ...]
    size: int
    """Entries of the first result."""


class Linear(NamedTuple):
    """result(x + d) − result(x) = Σ Jacobian d + [−excess, excess] for every d within the doubt.

    `open` rows are not described: there only an enclosure tells.
    """

    jacobians: tuple[tuple[int, Any], ...]
    """Operand's place and matrix."""
    excess: Any
    open: Any


_upper = np.frompyfunc(lambda x, m: float((x - m).abs_upper()), 2, 1)
COPIES = frozenset(
    [
        "copy",
        "name",
        "pvary",
        "convert_element_type",
        "reduce_precision",
        "stop_gradient",
        "device_put",
        "optimization_barrier",
    ]
)
MOVES = frozenset(
    [
        "broadcast_in_dim",
        "reshape",
        "transpose",
        "squeeze",
        "expand_dims",
        "rev",
        "slice",
        "pad",
        "concatenate",
        "stack",
        "unstack",
        "split",
        "tile",
        "gather",
        "take",
        "dynamic_slice",
        "dynamic_update_slice",
        "put",
        "scatter",
        "select_n",
    ]
)
SUMS = frozenset(["reduce_sum", "put_add", "scatter-add", "scatter_add", "scatter-sub"])
CHOICES = frozenset(["reduce_max", "reduce_min", "reduce_window_max", "reduce_window_min"])
JUMPS = frozenset(("rem", "atan2"))
"""Elementwise, with slopes that do not tell of a jump."""
ELEMENTWISE = frozenset(
    row.name
    for family in ("elementwise", "binary")
    for row in FAMILIES[family]
    if row.pullback is not None and row.name not in JUMPS
)


def linear(point: Point) -> tuple[Linear, ...] | None:
    """By result; None for a row of which only an enclosure is known."""
    for names, rule in RULES:
        if point.node.primitive in names:
            return rule(point)
    return None


def _places(point: Point) -> list[int]:
    return [k for k, number in enumerate(point.node.operands) if point.graph.values[number].is_float]


def _plain(jacobians: tuple[tuple[int, Any], ...], size: int) -> Linear:
    return Linear(jacobians, np.zeros(size), np.zeros(size, dtype=bool))


def _copy(point: Point) -> tuple[Linear, ...] | None:
    if not all(point.graph.values[k].is_float for k in point.node.operands):
        return None
    sizes = [x.size for x in point.exact]
    return tuple(_plain(((k, sparse.eye_array(n, format="csr")),), n) for k, n in enumerate(sizes))


def _moved(point: Point) -> tuple[Linear, ...]:
    found = entries.taken_from(point.graph, point.node, point.boxes)
    return tuple(
        Linear(
            tuple((k, part[k]) for k in _places(point)), np.zeros(part[0].shape[0]), _undecided(point, part[0].shape[0])
        )
        for part in found
    )


def _undecided(point: Point, size: int) -> Any:
    which = np.asarray(point.boxes[0])
    if point.node.primitive != "select_n" or which.dtype != np.int8:
        return np.zeros(size, dtype=bool)
    return np.broadcast_to(which == OPEN, point.exact[1].shape).ravel()


def _added(point: Point) -> tuple[Linear, ...]:
    floats = tuple(np.zeros(x.shape) if x.dtype == object else x for x in point.exact)
    result = np.empty(point.graph.values[point.node.results[0]].shape)
    matrices = entries.brought_to(point.graph, point.node, floats, (result,))
    return (_plain(tuple((k, matrices[k]) for k in _places(point)), point.size),)


def _chosen(point: Point) -> tuple[Linear, ...]:
    matrix = entries.chosen_from(point.node, point.boxes[0])
    return (Linear(((0, matrix),), np.zeros(point.size), np.diff(matrix.indptr) != 1),)


def _multiplied(point: Point) -> tuple[Linear, ...]:
    floats = tuple(to_floats(x) for x in point.exact)
    by_left, by_right = products.jacobians(point.node, floats, point.size)
    off = [np.asarray(_upper(x, f), dtype=float) for x, f in zip(point.exact, floats, strict=True)]
    doubts = tuple(r.reshape(x.shape) + o for r, o, x in zip(point.radii, off, floats, strict=True))
    with np.errstate(invalid="ignore"):
        (excess,) = row_of(point.node).value(point.node.params, doubts)
    return (Linear(((0, by_left), (1, by_right)), np.ravel(excess), np.zeros(point.size, dtype=bool)),)


def apart(point: Point) -> Any:
    """What a product is off by where its operands' errors are taken one by one: |x| R_y + R_x |y| + R_x R_y."""
    sizes = [magnitudes(x) for x in point.exact]
    doubts = [r.reshape(x.shape) for r, x in zip(point.radii, sizes, strict=True)]
    pairs = ((sizes[0], doubts[1]), (doubts[0], sizes[1]), (doubts[0], doubts[1]))
    with np.errstate(invalid="ignore"):
        parts = [np.ravel(row_of(point.node).value(point.node.params, pair)[0]) for pair in pairs]
    total = parts[0] + parts[1] + parts[2]
    return np.where(np.isnan(total), math.inf, total)


def _elementwise(point: Point) -> tuple[Linear, ...] | None:
    shape = point.graph.values[point.node.results[0]].shape
    if any(point.exact[k].shape != shape for k in _places(point)):
        return None
    row, ones = row_of(point.node), filled(shape, 1)
    boxes = evaluate(point.node, point.boxes)
    slopes = row.pullback(point.node.params, point.boxes, boxes, (ones,))  # type: ignore[misc]
    jacobians, excess, wide = [], np.zeros(point.size), np.zeros(point.size, dtype=bool)
    for k in _places(point):
        if slopes[k] is None:
            continue
        middle, rest, endless = _parted(np.ravel(slopes[k]), point.radii[k])
        jacobians.append((k, sparse.diags_array(middle).tocsr()))
        excess, wide = excess + rest, wide | endless
    return (Linear(tuple(jacobians), excess, wide),)


def _parted(slopes: Any, radii: Any) -> tuple[Any, Any, Any]:
    """Slopes as floats, what they are off by times the doubt, and where they have no end."""
    endless = np.array([not x.is_finite() for x in slopes], dtype=bool)
    slopes = np.where(endless, filled(slopes.shape, 0), slopes)
    middle = to_floats(slopes).astype(float)
    off = np.where(radii > 0, np.asarray(_upper(slopes, middle), dtype=float), 0.0)
    return middle, np.where(off > 0, off * radii, 0.0), endless & (radii > 0)


Rule = Callable[[Point], tuple[Linear, ...] | None]
RULES: tuple[tuple[frozenset[str], Rule], ...] = (
    (COPIES, _copy),
    (MOVES, _moved),
    (SUMS, _added),
    (CHOICES, _chosen),
    (PRODUCTS, _multiplied),
    (ELEMENTWISE, _elementwise),
)
