"""The exact walk: a graph's values in balls, at the precision in force (`with ctx.workprec(bits)`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .arrays import as_array, lift
from .constants import constant_balls
from .graph import Graph, Node, OpenBranch, Unsupported
from .primitive import Arrays
from .rows import row_of

Adjust = Callable[[Node, Arrays, Arrays], Arrays]
"""A node, its operands and its results → results in their place: how executed values, or roundings, come in."""


def walk(graph: Graph, inputs: Sequence[Any], *, adjust: Adjust | None = None) -> list[Any]:
    """Every value of the graph by its number; None for one that no node makes.

    `inputs` are arrays of floats (as executed), of integers, or object arrays of balls, one an input.
    Raises Unsupported for a primitive without a row, OpenBranch where a tie decides the way; both name the line.
    """
    values: list[Any] = [None] * len(graph.values)
    for number, given in zip(graph.inputs, inputs, strict=True):
        values[number] = lift(given, graph.values[number].dtype)
    for number, constant in graph.constants.items():
        values[number] = constant_balls(constant, graph.values[number].dtype)
    for node in graph.nodes:
        operands = tuple(values[k] for k in node.operands)
        results = evaluate(node, operands)
        if adjust is not None:
            results = adjust(node, operands, results)
        for number, result in zip(node.results, results, strict=True):
            values[number] = result
    return values


def evaluate(node: Node, operands: Arrays) -> Arrays:
    """One node's results from its operands."""
    row = row_of(node)
    try:
        return tuple(map(as_array, row.value(node.params, operands)))
    except (OpenBranch, Unsupported) as error:
        raise type(error)(f"{error} (in {node})") from None
