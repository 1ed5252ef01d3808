"""Networks that are built of layer objects: what takes layers, and what else it asks for before it trains."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from ...loading.program import Program
from ..arguments import TABLE, Bound, Unbindable, Values, parameters_of
from ..kinds import kinds_of
from .layers import PAIRED, methods, required, stacked

ADDS = re.compile(r"^(add|append|push|insert|add_?layers?|register)$", re.I)
HOLDS = re.compile(r"^(layers?|network|modules|sequence|architecture|model)$", re.I)
PREPARES = re.compile(r"^(use|compile|build|setup|set_\w*(loss|cost|error|optim)\w*|init\w*|initiali[sz]e\w*)$", re.I)
COST = re.compile(r"loss|cost|error|criterion|objective", re.I)
SQUARES = re.compile(r"mse|mean_?sq|squared?|quadratic|sse|l2_?loss", re.I)
OPTIMIZER = re.compile(r"optim|solver|updater", re.I)
DESCENT = re.compile(r"^(sgd|gradient_?descent|gd|vanilla\w*)$", re.I)


def containers(program: Program) -> Iterator[tuple[str, str]]:
    """Classes that take layers, each with the method that adds one or the parameter that holds them all."""
    for name, cls in program.definitions():
        if not inspect.isclass(cls) or (methods(cls) and not _adds(cls)):
            continue
        if (adds := _adds(cls)) is not None:
            yield name, adds
        elif isinstance(cls.__init__, FunctionType):
            yield from ((name, f"{p.name}=") for p in parameters_of(cls.__init__)[1:2] if HOLDS.match(p.name))


def _adds(cls: type) -> str | None:
    for name, value in vars(cls).items():
        if isinstance(value, FunctionType) and ADDS.match(name) and len(required(value)) == 1:
            return name
    return None


def built(program: Program, values: Values, container: str, by: str, layer: str, activation: str) -> Any:
    """A network of the program's own kind, of our widths, ready to be trained."""
    cls, layers = program.namespace[container], stacked(program, values, layer, activation)
    if by.endswith("="):
        made = cls(**{by[:-1]: layers}, **guessed(program, values, cls.__init__, (by[:-1],)))
    else:
        made = cls(**guessed(program, values, cls.__init__))
        for one in layers:
            getattr(made, by)(one)
    return prepared(program, values, made)


def prepared(program: Program, values: Values, made: Any) -> Any:
    """A network with its cost and what else it asks for before it trains."""
    for name, value in list(vars(type(made)).items()):
        if isinstance(value, FunctionType) and PREPARES.match(name):
            getattr(made, name)(**guessed(program, values, value))
    return made


def guessed(program: Program, values: Values, function: Any, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The arguments of a call, but what has a default that says nothing."""
    if not isinstance(function, FunctionType):
        return {}
    found: dict[str, Any] = {}
    for p in parameters_of(function)[1:]:
        if p.name not in but and (p.default is p.empty or COST.search(p.name) or kinds_of(p.name)[:1] == [("rate", 0)]):
            try:
                found[p.name] = _guess(program, values, p)
            except Unbindable:
                if p.default is p.empty:
                    raise
    return found


def _guess(program: Program, values: Values, p: inspect.Parameter) -> Any:
    kind = next((kind for kind, _ in kinds_of(p.name) if kind in TABLE), "")
    if COST.search(p.name):
        return _cost(program, bool(PAIRED.search(p.name)), p.default)
    if OPTIMIZER.search(p.name):
        return _optimizer(program, values)
    return values.of(Bound(kind or "unknown"))


def _cost(program: Program, slope: bool, default: Any) -> Any:
    """The squares of the errors, as the program has them: a function, its derivative, a class, else a name."""
    named = [(name, value) for name, value in program.definitions() if SQUARES.search(name)]
    for name, value in named:
        if isinstance(value, FunctionType) and slope == bool(PAIRED.search(name)):
            return value
    for _, value in named:
        if inspect.isclass(value):
            return value()
    if isinstance(default, str) or default is inspect.Parameter.empty:
        return "mse"
    raise Unbindable("a cost")


def _optimizer(program: Program, values: Values) -> Any:
    for name, value in program.definitions():
        if inspect.isclass(value) and DESCENT.match(name):
            return value(**guessed(program, values, value.__init__))
    raise Unbindable("an optimizer")
