"""What a program's own calls hand over, as they are written."""

from __future__ import annotations

import ast
import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any


def named_values(trees: Sequence[ast.Module], name: str, names: Sequence[str]) -> dict[str, str]:
    """What the program's own calls of a name hand over by a name, by parameter."""
    found: dict[str, str] = {}
    for key, value in _handed_over(trees, name, names):
        if isinstance(value, ast.Name):
            found.setdefault(key, value.id)
    return found


def literals(trees: Sequence[ast.Module], name: str, names: Sequence[str]) -> dict[str, Any]:
    """What the program's own calls of a name hand over as constants, by parameter."""
    found: dict[str, Any] = {}
    for key, value in _handed_over(trees, name, names):
        with contextlib.suppress(ValueError, TypeError):
            found.setdefault(key, ast.literal_eval(value))
    return found


def _handed_over(trees: Sequence[ast.Module], name: str, names: Sequence[str]) -> Iterator[tuple[str, ast.expr]]:
    """What each call of a name gives to its parameters."""
    for node in (node for tree in trees for node in _calls(tree).get(name, ())):
        yield from {
            **dict(zip(names, node.args, strict=False)),
            **{k.arg: k.value for k in node.keywords if k.arg},
        }.items()


def _calls(tree: ast.Module) -> dict[str, list[ast.Call]]:
    """Every call of a tree by what it calls, looked for once."""
    known: dict[str, list[ast.Call]] | None = tree.__dict__.get("_calls")
    if known is None:
        known = tree.__dict__["_calls"] = defaultdict(list)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (name := _called(node)) is not None:
                known[name].append(node)
    return known


def _called(node: ast.Call) -> str | None:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else None


def each_layer(words: Sequence[str], count: int) -> list[str]:
    """So many words, a layer each: the last for the last layer, the others as they are or the last of them again."""
    *hidden, last = words
    return [*(hidden + hidden[-1:] * count)[: max(count - 1, 0)], last]
