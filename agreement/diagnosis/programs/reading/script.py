"""A program's own statements, run with our data, sizes and rates in the place of its own."""

from __future__ import annotations

import ast
import contextlib
import copy
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..loading import stubs
from ..loading.namespace import is_main
from ..loading.program import Program
from .arguments import Bound, Unbindable, Values
from .kinds import kinds_of
from .own_data import imported, is_pairs, pairs

OURS = ("x", "y", "n0", "nh", "nl", "sizes", "m", "rate", "epochs", "reg", "batch")
ARRAYS = ("x", "y", "sizes", "pairs", "w", "b", "weights", "biases", "parameters")
"""Kinds of arrays that a script writes out."""


MANY = 100
"""So many rounds are no loop over layers or classes."""


def loops(program: Program) -> list[int]:
    """The statements that loop, by their place, the longest first, those that leave neurons out at random last."""
    texts = {n: ast.unparse(one) for n, one in enumerate(_statements(program.source.tree)) if _loops(one)}
    return sorted(texts, key=lambda n: (bool(re.search(r"drop_?out|mask", texts[n])), -len(texts[n]), -n))


def goes_back(program: Program) -> bool:
    """Whether its own statements call a backward pass."""
    return any(re.search(r"\.back\w*\(", ast.unparse(statement)) for statement in _statements(program.source.tree))


def _loops(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.For | ast.While)


def _trains(statement: ast.stmt) -> bool:
    """A loop over so many epochs."""
    if not isinstance(statement, ast.For) or not ast.unparse(statement.iter).startswith(("range(", "tqdm(", "trange(")):
        return False
    counts = [node for node in ast.walk(statement.iter) if isinstance(node, ast.Constant | ast.Name)]
    return any(
        (isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= MANY)
        or (isinstance(node, ast.Name) and kinds_of(node.id)[:1] == [("epochs", 0)])
        for node in counts
    )


def _step(program: Program) -> str:
    """The only constant between 0 and 1, of no kind that is known, where none is named a learning rate."""
    named: list[str] = []
    for one in _statements(program.source.tree):
        value = one.value if isinstance(one, ast.Assign) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, float) and 0 < value.value < 1:
            named += [target.id for target in one.targets if isinstance(target, ast.Name)]  # type: ignore[attr-defined]
    unknown = [name for name in named if not kinds_of(name)]
    return unknown[0] if len(named) == len(unknown) == 1 else ""


def _once(loop: ast.stmt) -> ast.stmt:
    """A loop of which one round is run."""
    cut = copy.deepcopy(loop)
    cut.body.append(ast.copy_location(ast.Break(), loop.body[-1]))  # type: ignore[attr-defined]
    return cut


def run_script(program: Program, values: Values, only: int | None = None) -> None:
    """Run every statement but imports and definitions, of the loops `only` one where it is given; a statement that
    fails where it binds data binds ours.

    The program's names are afterwards what they were. Raises the last statement's error where none was left
    to follow it.
    """
    namespace = program.namespace
    before = dict(namespace)
    state = namespace.late, namespace.constants
    namespace.late, namespace.constants = {}, {}
    for name in namespace.promised & set(namespace):
        del namespace[name]
    for name, value in state[1].items():
        dict.__setitem__(namespace, name, value)
    try:
        stubs.SHAPE[:] = values.numbers.examples, values.numbers.widths[0] + 1
        failed: Exception | None = None
        roles = {"step": _step(program)}
        for name, value in imported(program, values).items():
            namespace[name] = value
        for n, statement in enumerate(_statements(program.source.tree)):
            if only is None or n == only or not _loops(statement):
                once = _once(statement) if n == only or _trains(statement) else statement
                failed = _run(program, once, values, failed, roles)
            if n == only:
                break
        if failed is not None:
            raise failed
    finally:
        stubs.SHAPE.clear()
        namespace.intercept = None
        namespace.clear()
        for name, value in before.items():
            dict.__setitem__(namespace, name, value)
        namespace.late, namespace.constants = state


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    main = next((one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "main"), None)
    for statement in tree.body:
        if is_main(statement) and main is not None and not any(map(_loops, statement.body)):  # type: ignore[attr-defined]
            yield from main.body
        elif is_main(statement):
            yield from statement.body  # type: ignore[attr-defined]
        elif not isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            yield statement


def _run(
    program: Program, statement: ast.stmt, values: Values, failed: Exception | None, roles: dict[str, str]
) -> Exception | None:
    """One statement; the first error that is not of data or of a plot is remembered."""
    namespace = program.namespace
    plain = isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign)
    asked = _asked_of(program, statement)
    data = _literal(statement)
    namespace.intercept = (
        (lambda name, value: value if name in asked else _ours(values, name, value, roles, data)) if plain else None
    )
    try:
        exec(compile(ast.Module([statement], []), str(program.source.path), "exec"), namespace)
    except Exception as error:
        bound = [
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        ours = [name for name in bound if plain and kinds_of(name) and kinds_of(name)[0][0] in OURS]
        for name in ours:
            with contextlib.suppress(Unbindable):
                namespace[name] = values.of(Bound(*kinds_of(name)[0]))
        return failed or (None if ours or not isinstance(statement, ast.For | ast.While) else error)
    return failed


def _literal(statement: ast.stmt) -> bool:
    """Whether a statement binds numbers that are written in it."""
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return names <= {"np", "numpy", "float", "int"} and not re.search(
        r"random|zeros|ones\(|empty", ast.unparse(statement)
    )


def _asked_of(program: Program, statement: ast.stmt) -> set[str]:
    """The names that a statement binds of which the program asks what no array has: a data set, with its parts."""
    bound = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return bound & _no_arrays(program)


def _no_arrays(program: Program) -> set[str]:
    """The names of which the program asks what no array has."""
    known: set[str] | None = program.__dict__.get("_no_arrays")
    if known is None:
        known = program.__dict__["_no_arrays"] = {
            node.value.id
            for node in ast.walk(program.source.tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            if node.attr == "data" or not hasattr(np.ndarray, node.attr)
        }
    return known


def _ours(values: Values, name: str, value: Any, roles: dict[str, str], data: bool = False) -> Any:
    """Our data for a value of its own kind: by its name, else by its shape in a network of the program's widths."""
    if is_pairs(value) and not values.form.lists:
        return pairs(value, values.numbers)
    array = np.size(value) > 1 if isinstance(value, list) else isinstance(value, np.ndarray) and value.ndim > 0
    named = kinds_of(name)
    if array and data and named and named[0][0] not in ARRAYS:  # what is written out is no size and no activation
        named = [("y", 0)] if _as_many(value, roles) else []
    kinds = (
        [("rate", 0)]
        if name == roles["step"]
        else named or ([(role, 0)] if array and (role := _role(values, name, value, roles, data)) else [])
    )
    for kind, number in kinds[:1]:
        listed = isinstance(value, np.ndarray | list)
        ours = kind in OURS and (listed if kind in ("x", "y", "sizes") else isinstance(value, int | float | np.integer))
        if (ours and (kind in ("x", "y")) == array) or type(value).__name__ == "Stub":
            with contextlib.suppress(Unbindable):
                if (kind == "m" and not (data and _counts(name, value, roles))) or _a_row(kind, value, roles):
                    continue
                roles[kind] = name
                roles["shape"] = repr(np.shape(value)) if kind == "x" else roles.get("shape", "")
                return values.of(Bound(kind, number))
    return value


def _a_row(kind: str, value: Any, roles: dict[str, str]) -> bool:
    """Whether a vector is one example of the data that there are."""
    return kind == "x" and "x" in roles and np.ndim(value) == 1


def _counts(name: str, value: Any, roles: dict[str, str]) -> bool:
    """Whether a number is that of the program's own examples, as far as these are known."""
    return (not roles.get("shape") and name != "M") or str(value) in re.findall(r"\d+", roles["shape"])


def _as_many(value: Any, roles: dict[str, str]) -> bool:
    """Whether it has a row, or a column, for each example of the x that is written out."""
    return bool(set(map(str, np.shape(value))) & set(re.findall(r"\d+", roles.get("shape", ""))))


def _role(values: Values, name: str, value: Any, roles: dict[str, str], data: bool) -> str | None:
    """Whether an array may be the x or the y: which have no other array yet, or are written out once more."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None
    widths = values.numbers.widths
    if array.ndim > 2 or re.search(r"^w.{0,3}$|_w|weight|bias|syn|theta", name, re.I):
        return None
    again = data and roles.get("shape") in ("", repr(array.shape))
    if (again or roles.get("x", name) == name) and array.ndim == 2 and widths[0] in array.shape:
        return "x"
    last = array.shape if array.ndim == 2 else (array.size, 1)
    if not (data and roles.get("shape")) or set(map(str, array.shape)) & set(re.findall(r"\d+", roles["shape"])):
        return "y" if "x" in roles and (data or roles.get("y", name) == name) and widths[-1] in last else None
    return None
