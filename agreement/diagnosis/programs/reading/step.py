"""The learning rate that a program writes into its own update: `W -= 0.1 * …`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from .tracer import Path


def written_rate(trees: Sequence[ast.Module], paths: Collection[Path]) -> float:
    """The one number between 0 and 1 that multiplies every step of these parameters; 1 where there is none, or
    several: a step tells its gradient up to that factor only.
    """
    names = {key.lstrip(".") for path in paths for key in path[1:] if isinstance(key, str)}
    nodes = [node for tree in trees for node in ast.walk(tree)]
    held = _held(nodes)
    found = {tuple(_rates(step, held)) for node in nodes if (step := _step(node, names)) is not None}
    only = next(iter(found)) if len(found) == 1 else ()
    return only[0] if len(only) == 1 else 1.0


def _step(node: ast.AST, names: Collection[str]) -> ast.expr | None:
    """What a statement adds to a parameter, or takes off it."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub) and _name(node.target) in names:
        return node.value
    if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.value, ast.BinOp)):
        return None
    target, value = node.targets[0], node.value
    same = isinstance(value.op, ast.Add | ast.Sub) and ast.unparse(value.left) == ast.unparse(target)
    return value.right if same and _name(target) in names else None


def _name(target: ast.expr) -> str:
    """What a name, an attribute, or what holds an item is called."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _rates(step: ast.expr, held: dict[str, float]) -> Iterator[float]:
    """The factors of a product that are numbers between 0 and 1."""
    if isinstance(step, ast.UnaryOp):
        yield from _rates(step.operand, held)
    elif isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult | ast.MatMult):
        yield from (*_rates(step.left, held), *_rates(step.right, held))
    elif isinstance(step, ast.BinOp) and isinstance(step.op, ast.Div):
        yield from _rates(step.left, held)
    elif isinstance(step, ast.Constant):
        yield from _between(step.value)
    elif (name := _name(step)) in held:
        yield held[name]


def _between(value: object) -> list[float]:
    return [value] if isinstance(value, float) and 0 < value < 1 else []


def _held(nodes: Sequence[ast.AST]) -> dict[str, float]:
    """The names that are bound once, to a number between 0 and 1."""
    bound: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                bound.setdefault(_name(target), []).append(node.value)
        elif isinstance(node, ast.arguments):
            named = node.args[len(node.args) - len(node.defaults) :]
            for parameter, default in zip(named, node.defaults, strict=True):
                bound.setdefault(parameter.arg, []).append(default)
    once = {name: values[0] for name, values in bound.items() if len(values) == 1}
    return {name: rate for name, one in once.items() if isinstance(one, ast.Constant) for rate in _between(one.value)}
