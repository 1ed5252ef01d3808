"""The names of a program: definitions at once, everything else only when its name is missed."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import re
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import numpy as np

MEANT = {"np": "numpy", "numpy": "numpy", "math": "math", "random": "random"}
"""Modules that a fragment uses without importing them."""
OLDER: dict[str, Any] = {
    **{"xrange": range, "raw_input": input, "unicode": str},
    **{"mat": np.asmatrix, "product": np.prod, "row_stack": np.vstack, "Inf": np.inf, "NaN": np.nan},
}
"""Names that Python 2 had, and those that `from numpy import *` gave."""


class Namespace(dict[str, Any]):
    """Globals of a program: a name that is missed runs the statements that bind it, in their order.

    Functions look their globals up through `__missing__` as well, so a training function finds the data
    that the program loads, and none of it is loaded for those that need none.
    """

    def __init__(self, filename: str) -> None:
        super().__init__(__name__="submission", __file__=filename, __builtins__=builtins)
        self.late: dict[str, list[CodeType]] = {}
        self.of_main: dict[str, list[CodeType]] = {}
        self.constants: dict[str, Any] = {}
        self.failed: dict[str, str] = {}
        self.promised: set[str] = set()
        self.supplied: dict[str, None] = {}
        self.lent: dict[str, Namespace] = {}
        self.intercept: Callable[[str, Any], Any] | None = None
        self._done: set[int] = set()

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value if self.intercept is None else self.intercept(name, value))

    def __missing__(self, name: str) -> Any:
        if name in self.late:
            statements = self.late.pop(name)
            if name in self.constants:
                self[name] = self.constants.pop(name)
            for code in statements:
                if id(code) not in self._done:
                    self._done.add(id(code))
                    self._run_late(name, code)
            if name in self:
                return self[name]
        if name in self.lent:
            self[name] = self.lent.pop(name)[name]
            return self[name]
        if name in MEANT and name not in self.promised:
            self[name] = importlib.import_module(MEANT[name])
        elif name in OLDER and name not in self.promised:
            self[name] = OLDER[name]
        else:
            raise KeyError(name)
        self.supplied[name] = None
        return self[name]

    def _run_late(self, name: str, code: CodeType) -> None:
        try:
            exec(code, self)
        except (Exception, SystemExit) as error:
            self.failed[name] = f"{type(error).__name__}: {error}"

    def has(self, name: str) -> bool:
        """Whether the program binds the name, now or when it is missed."""
        return name in self or name in self.promised or name in self.lent

    def lend(self, other: Namespace) -> None:
        """Give another all public names (`from … import *`), those that wait to be run when they are missed there."""
        waiting = [*self.late, *self.lent]
        other.update({name: value for name, value in self.items() if not name.startswith("_")})
        other.lent |= {name: self for name in waiting if not name.startswith("_") and name not in self.of_main}


def bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds, its own or in a block."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield from filter(None, [_root(node)])


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


BUILDS = re.compile(r"^(add|append|compile|push|insert|set|use|build|init|extend|create|configure)", re.I)


def _built(statement: ast.stmt) -> str | None:
    """The object that a call as a statement builds on (`model.add(…)`)."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and BUILDS.match(value.func.attr):
        return _root(value.func)
    return None


def _pure(statement: ast.stmt) -> bool:
    """An assignment that calls nothing."""
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return value is not None and not any(isinstance(node, ast.Call | ast.Await) for node in ast.walk(value))


def _loops(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.For | ast.While) for node in ast.walk(statement))


def is_main(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`."""
    return isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)


def fill(namespace: Namespace, tree: ast.Module, filename: str, importing: Callable[[ast.stmt], None]) -> None:
    """Run imports, definitions and constants one by one, each in its own try; keep the rest for when it is missed."""
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            importing(statement)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) or _pure(statement):
            if not _run(namespace, statement, filename):
                _keep(namespace, statement, filename)
        elif isinstance(statement, ast.If | ast.Try) and not is_main(statement) and not _loops(statement):
            for inner in ast.walk(statement):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    importing(inner)
            _keep(namespace, statement, filename)
        elif not is_main(statement) and not _loops(statement):
            _keep(namespace, statement, filename)
    for statement in _of_main(tree):
        if not _loops(statement) and not any(map(namespace.has, _at_last(statement))):
            _keep(namespace, statement, filename, namespace.of_main)
    for name, codes in namespace.of_main.items():
        namespace.late.setdefault(name, codes)
    namespace.promised |= set(namespace.late)
    for name in [name for name in namespace.late if name in namespace]:
        _settle(namespace, name)


def _of_main(tree: ast.Module) -> Iterator[ast.stmt]:
    """What the main block and a function `main` do, statement by statement."""
    for statement in tree.body:
        if is_main(statement) or (isinstance(statement, ast.FunctionDef) and statement.name == "main"):
            yield from statement.body  # type: ignore[attr-defined]


def _at_last(statement: ast.stmt) -> list[str]:
    return [] if isinstance(statement, ast.Import | ast.ImportFrom) else list(bound(statement))


def _keep(
    namespace: Namespace, statement: ast.stmt, filename: str, late: dict[str, list[CodeType]] | None = None
) -> None:
    code = _code(statement, filename)
    names = [*bound(statement), *filter(None, [_built(statement)])]
    if late is None:
        namespace.promised |= set(names)
    for name in dict.fromkeys(names):
        (namespace.late if late is None else late).setdefault(name, []).append(code)


def _settle(namespace: Namespace, name: str) -> None:
    """A name that a constant and a later statement bind: both are run when it is used first."""
    if callable(namespace[name]):
        del namespace.late[name]
    else:
        namespace.constants[name] = namespace.pop(name)


def _run(namespace: Namespace, statement: ast.stmt, filename: str) -> bool:
    with contextlib.suppress(Exception, SystemExit):
        exec(_code(statement, filename), namespace)
        return True
    return False


def _code(statement: ast.stmt, filename: str) -> CodeType:
    return compile(ast.Module([statement], []), filename, "exec")
