"""Networks that are built layer by layer from numbers of neurons, whatever the method is called that adds one."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from itertools import pairwise
from types import FunctionType
from typing import Any

from ...loading.program import Program
from ..arguments import Handed, Unbindable, Values, parameters_of
from ..callers import literals
from ..chain import find
from ..kinds import kinds_of
from ..numbers import WIDTHS, ExampleLayout, draw
from ..tracer import walk
from .builders import guessed, prepared
from .layers import ASKS, own_function, required

DATA = ("x", "y", "pairs", "rate", "epochs")
MOST = 3
"""Sizes, and an activation, that such a method asks for."""


def growing(program: Program) -> Iterator[tuple[str, str]]:
    """The classes whose objects hold the weights of our widths after calls of a method, and not before, each with the
    method.
    """
    values = Values(draw(WIDTHS[3], 2), ExampleLayout(), Handed())
    for name, cls in program.definitions():
        for method in _methods(cls) if inspect.isclass(cls) else ():
            with contextlib.suppress(Exception):
                if not _whole(program, values, _bare(program, values, name)) and _whole(
                    program, values, grown(program, values, name, method)
                ):
                    yield name, method


def _whole(program: Program, values: Values, made: Any) -> bool:
    """Whether an object holds the weights of our widths."""
    owned = walk(made, lambda value: program.defines(type(value)))
    held = [(path, value.shape) for path, value in owned if hasattr(value, "shape")]
    return find(held, values.numbers.widths) is not None


def _needed(cls: type) -> list[str]:
    """What a class needs to be made."""
    init = inspect.getattr_static(cls, "__init__")
    return required(init) if isinstance(init, FunctionType) else []


def _methods(cls: type) -> Iterator[str]:
    """Methods that may add a layer: none of whose few parameters is called as data are."""
    for name, value in list(vars(cls).items()):
        if isinstance(value, FunctionType) and not name.startswith("__") and 0 < len(required(value)) <= MOST:
            kinds = {kind for p in required(value) for kind, _ in kinds_of(p)[:1]}
            if not kinds & set(DATA):
                yield name


def grown(program: Program, values: Values, container: str, by: str) -> Any:
    """A network of our widths, ready to be trained."""
    cls, made = program.namespace[container], _bare(program, values, container)
    for k, n in pairwise(values.numbers.widths):
        getattr(made, by)(**_handed(program, getattr(cls, by), by, [k, n]))
    return prepared(program, values, made)


def _bare(program: Program, values: Values, container: str) -> Any:
    """An object to which no layer was added."""
    cls = program.namespace[container]
    return cls(**_inputs(cls, values)) if not _needed(cls) else cls(**guessed(program, values, cls.__init__))


def _inputs(cls: type, values: Values) -> dict[str, Any]:
    """The number of inputs, where a class may be made without it."""
    init = inspect.getattr_static(cls, "__init__")
    named = parameters_of(init)[1:] if isinstance(init, FunctionType) else []
    return {p.name: values.numbers.widths[0] for p in named if kinds_of(p.name)[:1] == [("n0", 0)]}


def _handed(program: Program, method: FunctionType, name: str, sizes: list[int]) -> dict[str, Any]:
    """The inputs and the neurons of a layer, or the neurons alone, and an activation where one is asked for."""
    needed = required(method)
    told = literals(program.trees, name, [p.name for p in parameters_of(method)[1:]])
    asks = [key for key in needed if ASKS.search(key) or isinstance(told.get(key), str)]
    numbers = [key for key in needed if key not in asks]
    if not 0 < len(numbers) <= len(sizes):
        raise Unbindable("a layer")
    given: dict[str, Any] = dict(zip(numbers, sizes[-len(numbers) :], strict=True))
    return given | {key: told.get(key) or own_function(program, "sigmoid", None) for key in asks}
