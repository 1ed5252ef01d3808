"""Whether a program adds its gradients, times a rate, to its parameters: then they are those of −C."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from .chain import GRADIENT_LIKE, WEIGHT_LIKE
from .kinds import kinds_of


def climbs(trees: Sequence[ast.Module]) -> bool:
    """Whether every step that stands in it, a rate times something on a parameter, is added and none subtracted."""
    return direction(trees) == 1


def direction(trees: Sequence[ast.Module]) -> int:
    """+1 where every step is added, −1 where every one is subtracted, 0 where there is none, or both."""
    found = {sign for tree in trees for node in ast.walk(tree) for sign in _signs(node)}
    return found.pop() if len(found) == 1 else 0


def _signs(node: ast.AST) -> Iterator[int]:
    """+1 of `w += rate · g` and of `w = w + rate · g`, −1 of any step in which something is subtracted."""
    target: ast.expr
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        target, step, added = node.target, node.value, isinstance(node.op, ast.Add)
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        target, step, added = node.targets[0], node.value, isinstance(node.value.op, ast.Add)
        if ast.unparse(target) not in (ast.unparse(node.value.left), ast.unparse(node.value.right)):
            return
    else:
        return
    if _is_parameter(target) and _has_rate(step):
        yield 1 if added and not _subtracts(step) else -1


def _is_parameter(target: ast.expr) -> bool:
    words = [node.id for node in ast.walk(target) if isinstance(node, ast.Name) and node.id != "self"]
    words += [node.attr for node in ast.walk(target) if isinstance(node, ast.Attribute)]
    words += [str(node.value) for node in ast.walk(target) if isinstance(node, ast.Constant)]
    return any(map(WEIGHT_LIKE.search, words)) and not any(map(GRADIENT_LIKE.search, words))


def _has_rate(step: ast.expr) -> bool:
    names = [node.id for node in ast.walk(step) if isinstance(node, ast.Name)]
    names += [node.attr for node in ast.walk(step) if isinstance(node, ast.Attribute)]
    written = any(isinstance(node, ast.Constant) and type(node.value) is float for node in ast.walk(step))
    return written or any(kind == "rate" for name in names for kind, _ in kinds_of(name)[:1])


def _subtracts(step: ast.expr) -> bool:
    return any(
        isinstance(node, ast.USub | ast.Sub) or (isinstance(node, ast.Constant) and str(node.value).startswith("-"))
        for node in ast.walk(step)
    )
