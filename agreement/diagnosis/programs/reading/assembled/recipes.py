"""An example of how a network is built, with a name in the place of every number that may be a width."""

from __future__ import annotations

import ast
import contextlib
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..kinds import kinds_of
from .shown import DATA, SILENT, ShownNetwork

LARGEST = 20_000
"""The largest number that may be a width."""
FREE = 17
"""What stands for a number that the example cannot compute without its data."""
SIZED = 24
"""Numbers of an example that are looked at."""


@dataclass
class Recipe:
    """An example ready to be run: its statements with each number as a name, and what these numbers were."""

    codes: list[tuple[Any, tuple[str, ...], bool]]
    """Each statement with the names that it binds, and whether it may fail."""
    made: int = 0
    """The statement that makes the network."""
    reached: int = 0
    """The statement that was run last."""
    numbers: dict[str, int] = field(default_factory=dict)
    widths: tuple[int, ...] | None = None
    """The widths of the network that the example builds."""
    apart: bool = False
    """Its weights are numbers or vectors that stand apart."""
    controls: dict[str, int] = field(default_factory=dict)
    """Which width a number says."""


def prepared(one: ShownNetwork) -> Recipe:
    """The statements of an example with each whole number in them as a name."""
    recipe, stored = Recipe([]), {name for code in one.statements for name in _bound(code)}
    for n, statement in enumerate(one.statements):
        put = _Put(one, stored, recipe.numbers).visit(copy.deepcopy(statement))
        code = compile(ast.fix_missing_locations(ast.Module([put], [])), one.file, "exec")
        binds = tuple(_bound(statement))
        plain = isinstance(statement, ast.Assign | ast.AnnAssign) and one.name not in binds
        silent = isinstance(statement, ast.Expr) and bool(SILENT.match(_last(statement)))
        free = binds if plain and _may_be_free(statement) else ()
        recipe.numbers.update(dict.fromkeys(free, FREE + 2 * n))
        recipe.codes.append((code, free, silent or bool(free)))
        recipe.made = n if one.name in binds else recipe.made
    return recipe


def _may_be_free(statement: ast.stmt) -> bool:
    """Whether a statement binds single names of what is computed."""
    value = statement.value  # type: ignore[attr-defined]
    return not isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Tuple | ast.ListComp)


def _bound(statement: ast.stmt) -> Iterator[str]:
    yield from (n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _last(statement: ast.Expr) -> str:
    """The last word of what a statement calls."""
    called = statement.value.func if isinstance(statement.value, ast.Call) else statement.value
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


class _Put(ast.NodeTransformer):
    """Puts a name in the place of every whole number of a statement, and of what the file holds as constants."""

    def __init__(self, one: ShownNetwork, stored: set[str], numbers: dict[str, int]) -> None:
        self.one, self.stored, self.numbers = one, stored, numbers

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if type(node.value) is not int or not 1 <= node.value <= LARGEST:
            return node
        name = f"number {len(self.numbers)}"
        self.numbers[name] = node.value
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        with contextlib.suppress(Exception):
            value = eval(compile(ast.Expression(node), "<number>", "eval"), {"__builtins__": {}})
            return self.visit(ast.copy_location(ast.Constant(value), node))
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node.value = self.visit(node.value)
        return self._constant(node) or node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._constant(node) or node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._constant(node) or self.generic_visit(node)

    def _constant(self, node: ast.expr) -> ast.AST | None:
        """What the file holds there, written out, where that is a number or a list of numbers."""
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        if not isinstance(getattr(node, "ctx", None), ast.Load) or names & (self.stored | set(self.numbers)):
            return None
        if not names <= set(self.one.home) or any(kind in DATA for name in names for kind, _ in kinds_of(name)[:1]):
            return None
        with contextlib.suppress(Exception, SystemExit):
            value = eval(compile(ast.Expression(node), "<constant>", "eval"), self.one.home)
            if _plain(value):
                return self.visit(ast.copy_location(ast.parse(repr(value), mode="eval").body, node))
        return None


def _plain(value: Any) -> bool:
    """Whether a value is a whole number, or a list or a dictionary of constants among which there are some."""
    if type(value) in (list, tuple):
        return 0 < len(value) <= SIZED and all(map(_plain, value))
    if type(value) is dict:
        return any(map(_plain, value.values())) and all(isinstance(v, int | float | str | None) for v in value.values())
    return type(value) is int
