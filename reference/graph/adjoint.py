"""The reverse walk: every value's cotangent, each node by its row's own pullback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from .arrays import as_array, zeros_like
from .graph import Graph, Node, OpenBranch, Unsupported
from .primitive import Arrays
from .rows import row_of

AdjustBack = Callable[[Node, Arrays, Arrays, Arrays, Arrays], Arrays]
"""A node, its operands, results, cotangents, and what its pullback gives → what is used in its place."""
Pull = Callable[[Node, Arrays, Arrays, Arrays], Arrays]
"""A node, its operands, results and cotangents → the cotangents of its operands."""
Total = Callable[[int, list[Any]], Any]
"""A value's number and what each of its uses leaves there → its cotangent."""


def total(_: int, parts: list[Any]) -> Any:
    """The sum of what the uses of a value leave."""
    return parts[0] if len(parts) == 1 else as_array(reduce(add, parts))


def adjoint(
    graph: Graph,
    values: list[Any],
    cotangents: Mapping[int, Any],
    *,
    adjust: AdjustBack | None = None,
    total: Total = total,
    pull: Pull | None = None,
) -> dict[int, Any]:
    """The cotangent of every value that one reaches: of Σ ⟨cotangents[k], value k⟩, at the values of an exact walk.

    Values that no cotangent reaches are left out: their derivative is 0. `pull` is `pulled`, or takes its place.
    """
    parts: dict[int, list[Any]] = {k: [v] for k, v in cotangents.items()}
    found: dict[int, Any] = {}
    for node in reversed(graph.nodes):
        if not parts.keys() & set(node.results):
            continue
        found.update({k: total(k, parts.pop(k)) for k in node.results if k in parts})
        operands, results = (tuple(values[k] for k in numbers) for numbers in (node.operands, node.results))
        given = tuple(found.get(k) for k in node.results)
        left = (pull or pulled)(node, operands, results, given)
        if adjust is not None:
            left = adjust(node, operands, results, given, left)
        for number, part in zip(node.operands, left, strict=True):
            if part is not None and graph.values[number].is_float:
                parts.setdefault(number, []).append(part)
    return {**found, **{k: total(k, left) for k, left in parts.items()}}


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
