"""A program's own data, sizes and rates, with ours in their place for the time of a call."""

from __future__ import annotations

import ast
import contextlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..loading.program import Program
from .arguments import Bound, Unbindable, Values
from .entries.entry import SUBMISSION, EntryPoint
from .kinds import kinds_of
from .tracer import stored_globally

GLOBALS = {
    "x",
    "y",
    "n0",
    "nl",
    "nh",
    "sizes",
    "m",
    "rate",
    "epochs",
    "reg",
    "batch",
    "pairs",
    "w",
    "b",
    "weights",
    "biases",
    "parameters",
}
"""Kinds of globals that a function may read its network from."""


TABLE = re.compile(r"^(data|df|table|train|dataset|data_?set|data_?frame|train_?(data|df|set))$", re.I)
"""What a table of examples in rows is called."""


@contextlib.contextmanager
def overridden(program: Program, entry: EntryPoint, values: Values) -> Iterator[None]:
    """The program's data, sizes and rates that its functions read as globals are ours for the time of a call."""
    names = {name: [(kind, 0)] for name, kind in _of_shapes(program, values).items()} | _global_names(program, entry)
    cache: dict[str, Any] = {}
    for name, kinds in names.items():
        for kind, number in kinds:
            if kind in GLOBALS:
                with contextlib.suppress(Unbindable):
                    new = values.of(Bound(kind, number))
                    cache[name] = program.namespace.get(name, _MISSING)
                    program.namespace[name] = new
                break
    settings = list(_settings(program, values))
    for cls, name, _, new in settings:
        setattr(cls, name, new)
    try:
        yield
    finally:
        for cls, name, old, _ in settings:
            setattr(cls, name, old)
        for name, value in cache.items():
            if value is _MISSING:
                del program.namespace[name]
            else:
                program.namespace[name] = value


_MISSING = object()


def _settings(program: Program, values: Values) -> Iterator[tuple[type, str, Any, Any]]:
    """Sizes and rates that a class of the program holds as constants, each with ours."""
    for _, cls in program.definitions():
        if inspect.isclass(cls):
            yield from _of_class(cls, values)
    for cls in program.namespace.values():
        if inspect.isclass(cls) and cls.__module__ == SUBMISSION and not program.defines(cls):
            yield from _of_class(cls, values)


def _of_class(cls: type, values: Values) -> Iterator[tuple[type, str, Any, Any]]:
    for name, old in list(vars(cls).items()):
        if type(old) in (int, float) and not name.startswith("__"):
            for kind, number in kinds_of(name):
                if kind in ("n0", "nl", "nh", "rate", "reg", "epochs", "batch"):
                    with contextlib.suppress(Unbindable):
                        yield cls, name, old, values.of(Bound(kind, number))
                break


def steps_globals(program: Program, entry: EntryPoint) -> bool:
    """Whether a function of an entry binds a global anew: what it holds then is followed line by line."""
    functions = list(_reached(program, entry))
    return any(stored_globally(one.__code__) for one in functions if inspect.isfunction(one)) or not functions


def _global_names(program: Program, entry: EntryPoint) -> dict[str, list[tuple[str, int]]]:
    """The globals of an entry's functions, and of those that they call, that are data."""
    found: dict[str, list[tuple[str, int]]] = {}
    for one in _reached(program, entry):
        for name in _names_in(one):
            value = program.namespace.get(name, _MISSING)
            if _data(value) and program.namespace.has(name) and (kinds := kinds_of(name)):
                found[name] = kinds
    return found


def _reached(program: Program, entry: EntryPoint) -> Iterator[Any]:
    """An entry's functions, and those that they call."""
    waiting = [one.name for one in (*filter(None, [entry.maker]), *entry.calls) if not one.method]
    seen = set(waiting)
    while waiting:
        yield (one := program.namespace.get(waiting.pop()))
        for name in _names_in(one):
            if inspect.isfunction(program.namespace.get(name)) and name not in seen:
                seen.add(name)
                waiting.append(name)


def _of_shapes(program: Program, values: Values) -> dict[str, str]:
    """The names that its statements bind to the two sizes of its data: `m, n = table.shape`."""
    pairs: list[tuple[list[str], str]] | None = program.__dict__.get("_shapes")
    if pairs is None:
        pairs = program.__dict__["_shapes"] = list(_unpacked(program.source.tree))
    found: dict[str, str] = {}
    for names, data in pairs:
        turned = values.form.examples == "columns" and not TABLE.search(data)
        found |= dict(zip(names, ("n0", "m") if turned else ("m", "n0"), strict=True))
    return {name: kind for name, kind in found.items() if name != "_"}


def _unpacked(tree: ast.Module) -> Iterator[tuple[list[str], str]]:
    for node in tree.body:
        match node:
            case ast.Assign([ast.Tuple([ast.Name(), ast.Name()] as names)], ast.Attribute(ast.Name(data), "shape")):
                if TABLE.search(data) or kinds_of(data)[:1] == [("x", 0)]:
                    yield [name.id for name in names if isinstance(name, ast.Name)], data


def _names_in(value: Any) -> Iterator[str]:
    """The names that a function uses, or the methods of a class."""
    for part in vars(value).values() if inspect.isclass(value) else [value]:
        if inspect.isfunction(part):
            yield from part.__code__.co_names


def _data(value: Any) -> bool:
    return (
        value is _MISSING
        or isinstance(value, int | float | list | tuple | np.ndarray)
        or type(value).__name__ == "Stub"
    )
