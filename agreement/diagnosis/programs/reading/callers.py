"""What a program's own calls hand over, as they are written."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any


def named_values(trees: Sequence[ast.Module], name: str, names: Sequence[str]) -> dict[str, str]:
    """What the program's own calls of a name hand over by a name, by parameter."""
    found: dict[str, str] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and _called(node) == name:
            given = {**dict(zip(names, node.args, strict=False)), **{k.arg: k.value for k in node.keywords if k.arg}}
            for key, value in given.items():
                if isinstance(value, ast.Name):
                    found.setdefault(key, value.id)
    return found


def literals(trees: Sequence[ast.Module], name: str, names: Sequence[str]) -> dict[str, Any]:
    """What the program's own calls of a name hand over as constants, by parameter."""
    found: dict[str, Any] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == name:
                given = {
                    **dict(zip(names, node.args, strict=False)),
                    **{k.arg: k.value for k in node.keywords if k.arg},
                }
                for key, value in given.items():
                    try:
                        found.setdefault(key, ast.literal_eval(value))
                    except (ValueError, TypeError):
                        continue
    return found


def _called(node: ast.Call) -> str | None:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else None


def each_layer(words: Sequence[str], count: int) -> list[str]:
    """So many words, a layer each: the last for the last layer, the others as they are or the last of them again."""
    *hidden, last = words
    return [*(hidden + hidden[-1:] * count)[: max(count - 1, 0)], last]
