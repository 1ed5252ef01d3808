"""Executions of a graph that are off by all that each operation may be, to the side that hurts one entry most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from backproof.reference.graph.adjoint import adjoint
from backproof.reference.graph.arrays import filled, from_list, to_floats
from backproof.reference.graph.constants import constant_balls
from backproof.reference.graph.exact import walk
from backproof.reference.graph.graph import STOP, Constant, Graph, Node
from backproof.reference.graph.rounding import literal_errors, local
from backproof.reference.graph.zonotope.slopes import PRODUCTS
from flint import arb

Sides = Callable[[int, tuple[int, ...]], Any]
"""A value's number and shape → signs, or parts of what it may be off."""


def executed(graph: Graph, inputs: Any, sides: Sides) -> list[Any]:
    """The values where every operation is off by `sides` times what it may be."""

    def adjust(node: Node, operands: Any, results: Any) -> Any:
        errors = local(graph, node, operands, results)
        return tuple(
            _moved(r, np.where(np.isfinite(e), e, 0.0) * sides(k, np.shape(r)))
            if np.asarray(r).dtype == object and np.any(e)
            else r
            for k, r, e in zip(node.results, results, errors, strict=True)
        )

    return walk(_stored(graph, sides), inputs, adjust=adjust)


def _moved(array: Any, by: Any) -> Any:
    made = [(x + d).mid() if x.is_finite() else x for x, d in zip(array.ravel(), np.ravel(by).tolist(), strict=True)]
    return from_list(made, array.shape)


def _stored(graph: Graph, sides: Sides) -> Graph:
    """Numbers of the program's text as they may be stored."""
    constants = dict(graph.constants)
    for number, error in literal_errors(graph).items():
        exact = constant_balls(graph.constants[number], graph.values[number].dtype)
        constants[number] = Constant(_moved(exact, error * sides(number, exact.shape)))
    return replace(graph, constants=constants)


def worst_sides(graph: Graph, values: list[Any], number: int, entry: int) -> Sides:
    """The signs of the adjoint of one entry."""
    nodes = tuple(replace(node, primitive="copy") if node.primitive == STOP else node for node in graph.nodes)
    seed = filled((int(np.prod(graph.values[number].shape)),), 0)
    seed[entry] = arb(1)
    found = adjoint(replace(graph, nodes=nodes), values, {number: seed.reshape(graph.values[number].shape)})
    return lambda k, shape: np.sign(to_floats(found[k])).astype(float) if k in found else np.ones(shape)


def random_sides(rng: Any) -> Sides:
    """Anything in the range, and often its ends."""
    return lambda _, shape: rng.choice([-1.0, 1.0, rng.uniform(-1, 1)], shape)


def computed_again(graph: Graph) -> Graph:
    """The graph with all that lies between products copied for each product and output that reads it."""
    values, nodes, made = list(graph.values), [], {k: node for node in graph.nodes for k in node.results}

    def number(old: int, inside: dict[int, int]) -> int:
        node = made.get(old)
        if node is None or node.primitive in PRODUCTS:
            return renamed.get(old, old)
        if old not in inside:
            copy(node, inside)
        return inside[old]

    def copy(node: Node, inside: dict[int, int]) -> None:
        operands = tuple(number(k, inside) for k in node.operands)
        results = tuple(range(len(values), len(values) + len(node.results)))
        values.extend(graph.values[k] for k in node.results)
        nodes.append(replace(node, operands=operands, results=results))
        inside.update(zip(node.results, results, strict=True))

    renamed: dict[int, int] = {}
    for node in (node for node in graph.nodes if node.primitive in PRODUCTS):
        operands = tuple(number(k, {}) for k in node.operands)
        nodes.append(replace(node, operands=operands))
    outputs = tuple(number(k, {}) for k in graph.outputs)
    return replace(graph, values=tuple(values), nodes=tuple(nodes), outputs=outputs)
