"""The reverse walk: every value's cotangent, each node by its row's own pullback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .arrays import as_array, zeros_like
from .graph import Graph, Node, OpenBranch, Unsupported
from .primitive import Arrays
from .rows import row_of

AdjustBack = Callable[[Node, Arrays, Arrays, Arrays, Arrays], Arrays]
"""A node, its operands, results, cotangents, and what its pullback gives → what is used in its place."""
Total = Callable[[Any, Any], Any]


def adjoint(
    graph: Graph,
    values: list[Any],
    cotangents: Mapping[int, Any],
    *,
    adjust: AdjustBack | None = None,
    total: Total | None = None,
) -> dict[int, Any]:
    """The cotangent of every value that one reaches: of Σ ⟨cotangents[k], value k⟩, at the values of an exact walk.

    Values that no cotangent reaches are left out: their derivative is 0.
    """
    add = total or (lambda x, y: as_array(x + y))
    found = dict(cotangents)
    for node in reversed(graph.nodes):
        if not found.keys() & set(node.results) or row_of(node).pullback is None:
            continue
        operands, results = (tuple(values[k] for k in numbers) for numbers in (node.operands, node.results))
        given = tuple(found.get(k) for k in node.results)
        parts = pulled(node, operands, results, given)
        if adjust is not None:
            parts = adjust(node, operands, results, given, parts)
        for number, part in zip(node.operands, parts, strict=True):
            if part is not None and graph.values[number].is_float:
                found[number] = add(found[number], part) if number in found else part
    return found


def pulled(node: Node, operands: Arrays, results: Arrays, given: Arrays) -> Arrays:
    """One node's cotangents of its operands."""
    row = row_of(node)
    if row.pullback is None:
        return (None,) * len(operands)
    if len(given) > 1 and node.primitive != "split":
        given = tuple(
            zeros_like(r) if v is None and np.asarray(r).dtype == object else v
            for r, v in zip(results, given, strict=True)
        )
    try:
        return tuple(
            None if part is None else as_array(part) for part in row.pullback(node.params, operands, results, given)
        )
    except (OpenBranch, Unsupported) as error:
        raise type(error)(f"{error} (in {node})") from None


def gradient_of(graph: Graph, values: list[Any], cotangents: Mapping[int, Any]) -> list[Any]:
    """The cotangents of the graph's inputs, in order: 0 where none arrives, None for integers."""
    found = adjoint(graph, values, cotangents)
    return [found.get(k, zeros_like(values[k])) if graph.values[k].is_float else None for k in graph.inputs]
