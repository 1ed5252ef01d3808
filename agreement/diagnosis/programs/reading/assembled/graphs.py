"""Graphs whose nodes know their inputs, go forward and back without arguments, and keep a gradient for each input."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import numpy as np

from ...loading.program import Program
from ..arguments import Unbindable, Values
from .builders import SQUARES
from .layers import BACKWARD, FORWARD, NAMED, required

HELD = re.compile(r"^_?(value|output|out|data|val|result)s?$", re.I)
"""How the attribute is called that holds what a node computed."""
KEPT = re.compile(r"grad", re.I)


def nodes(program: Program) -> dict[int, list[str]]:
    """The classes of nodes, by how many inputs each takes: 0 holds numbers, 1 activates, 2 is a cost, 3 is affine."""
    found: dict[int, list[str]] = {}
    for name, cls in program.definitions():
        if inspect.isclass(cls) and passes(cls) is not None:
            init = inspect.getattr_static(cls, "__init__")
            found.setdefault(len(required(init)) if isinstance(init, FunctionType) else 0, []).append(name)
    return found


def passes(cls: type) -> tuple[str, str] | None:
    """The names of the two passes of a class of nodes, neither of which asks for anything."""
    functions = {name: getattr(cls, name) for name in dir(cls) if isinstance(getattr(cls, name), FunctionType)}
    found = [
        next((n for n, f in functions.items() if pattern.match(n) and not required(f)), None)
        for pattern in (FORWARD, BACKWARD)
    ]
    return (found[0], found[1]) if found[0] and found[1] else None


def complete(program: Program) -> bool:
    """Whether there are nodes enough for a network."""
    return {0, 1, 2, 3} <= set(nodes(program))


def network(program: Program, values: Values, activation: str) -> dict[str, Any]:
    """Inputs of our widths, affine nodes each with an activation after it, and a cost, in the order of a pass."""
    kinds, names = nodes(program), program.namespace
    holder = names[sorted(kinds[0], key=lambda name: not re.search("input|var|place|param", name, re.I))[0]]
    x, y = holder(), holder()
    weights = [_holding(holder(), w.T) for w in values.numbers.weights]
    biases = [_holding(holder(), b) for b in values.numbers.biases]
    order, a = [x, y, *weights, *biases], x
    for w, b in zip(weights, biases, strict=True):
        z = names[kinds[3][0]](a, w, b)
        a = names[activation](z)
        order += [z, a]
    costs = sorted(kinds[2], key=lambda name: not SQUARES.search(name))
    return {"w": weights, "b": biases, "x": x, "y": y, "order": [*order, names[costs[0]](y, a)]}


def activations(program: Program) -> list[str]:
    """The classes of nodes that may activate, the commonest first."""
    found = nodes(program).get(1, [])
    return sorted(found, key=lambda name: next((n for n, one in enumerate(NAMED) if one in name.lower()), len(NAMED)))


def _holding(node: Any, array: Any) -> Any:
    """A node that holds numbers."""
    name = next((name for name in vars(node) if HELD.match(name)), None)
    if name is None:
        raise Unbindable("a node that holds numbers")
    setattr(node, name, np.array(array))
    return node


def run(made: dict[str, Any], x: Any, y: Any) -> dict[str, list[Any]]:
    """Both passes through all nodes; the gradients that the nodes of W and b keep."""
    _holding(made["x"], x)
    _holding(made["y"], y)
    for node in made["order"]:
        getattr(node, (passes(type(node)) or ("", ""))[0])()
    for node in reversed(made["order"]):
        getattr(node, (passes(type(node)) or ("", ""))[1])()
    return {f"d{kind}": [next(_kept(node)) for node in made[kind]] for kind in ("w", "b")}


def _kept(node: Any) -> Iterator[Any]:
    """What a node keeps as its own gradient."""
    for name, value in vars(node).items():
        if KEPT.search(name):
            yield np.array(value[node] if isinstance(value, dict) else value)
