"""A function as it was before its first call: what it keeps from call to call stands in containers."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from types import CellType, FunctionType
from typing import Any

import numpy as np

from .subject import FunctionSubject, Subject

CONTAINERS = (list, dict, set, bytearray, np.ndarray)


def renewals(subject: Subject) -> Callable[[], Subject]:
    """Makes the subject as it is now, again and again: a plain function gets its own default arguments, and its own
    containers of the module and of the functions around it. Any other subject is returned as it is.
    """
    if not isinstance(subject, FunctionSubject) or not isinstance(subject.function, FunctionType):
        return lambda: subject
    function, weighted = subject.function, subject.weighted
    try:
        before = _state(function)
    except Exception:  # a container that holds what can't be copied
        return lambda: subject
    return lambda: FunctionSubject(_with_state(function, before), weighted)


State = tuple[Any, Any, dict[str, Any], list[Any]]


def _state(function: FunctionType) -> State:
    """Copies of the defaults, and of the containers among the globals it names and the variables around it."""
    named = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    held = {name: deepcopy(value) for name, value in named.items() if isinstance(value, CONTAINERS)}
    return deepcopy(function.__defaults__), deepcopy(function.__kwdefaults__), held, _around(function)


def _around(function: FunctionType) -> list[Any]:
    """The cells of the functions around it; those that hold a container hold a copy."""
    cells = function.__closure__ or ()
    return [deepcopy(cell.cell_contents) if _holds_container(cell) else cell for cell in cells]


def _holds_container(cell: CellType) -> bool:
    try:
        return isinstance(cell.cell_contents, CONTAINERS)
    except ValueError:  # a variable that has no value yet
        return False


def _with_state(function: FunctionType, state: State) -> FunctionType:
    defaults, of_keywords, held, around = state
    cells = tuple(one if isinstance(one, CellType) else CellType(deepcopy(one)) for one in around)
    space = {**function.__globals__, **deepcopy(held)}
    made = FunctionType(function.__code__, space, function.__name__, deepcopy(defaults), cells)
    made.__kwdefaults__ = deepcopy(of_keywords)
    made.__dict__.update(function.__dict__)
    return made
