"""The entries of a class: what makes an object of it, and the methods that are called."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import islice
from types import FunctionType
from typing import Any

from ...loading.program import Program
from ..arguments import Arguments, Bound, Unbindable, alternatives, choices, parameters_of
from ..callers import literals
from ..kinds import kinds_of
from .entry import BACKWARD, FORWARD, MOST, NOT, TRAINS, EntryCall, EntryPoint
from .options import DATA, add_defined, beside_labels, by_layer, fill_unknown, with_results

TRUE = Bound("constant", value=True)


def complete(classes: list[tuple[str, Any]]) -> bool:
    """Whether a class has a method that trains."""
    return any(TRAINS.search(method) for _, value in classes for method in vars(value))


def given_data(classes: list[tuple[str, Any]]) -> bool:
    """Whether a class has a method that gives gradients, called with examples and their labels."""
    found = [(key, value) for _, cls in classes for key, value in vars(cls).items() if isinstance(value, FunctionType)]
    wanted = [value for key, value in found if BACKWARD.search(key) and not NOT.search(key)]
    named = [[kind for name in value.__code__.co_varnames[1:3] for kind, _ in kinds_of(name)[:1]] for value in wanted]
    return ["x", "y"] in named


def class_rank(item: tuple[str, type]) -> tuple[bool, bool, int]:
    """Those that train and go backward first, then those with more methods."""
    methods = [key for key, value in vars(item[1]).items() if isinstance(value, FunctionType)]
    trains, back = any(map(TRAINS.search, methods)), any(map(BACKWARD.search, methods))
    return (not (trains and back), not (trains or back), -len(methods))


def methods_of(cls: type) -> dict[str, FunctionType]:
    """The methods of a class and of those it derives from, by name."""
    found: dict[str, FunctionType] = {}
    for part in reversed(cls.__mro__):
        found |= {
            key: value for key, value in vars(part).items() if isinstance(value, FunctionType) and part is not object
        }
    return found


def of_class(program: Program, name: str, cls: type) -> Iterator[EntryPoint]:
    """Every way of making an object with every sequence of its methods."""
    methods = methods_of(cls)
    several = list(islice(sequences(methods), MOST))
    for maker in makers(program, name, cls):
        for sequence in several:
            for calls in bound_calls(program, sequence, methods):
                yield EntryPoint(maker, calls)


def makers(program: Program, name: str, cls: type) -> list[EntryCall]:
    """Calls that make an object of a class, the likeliest first."""
    init = getattr(cls, "__init__", None)
    if not isinstance(init, FunctionType):
        return [EntryCall(name, {})]
    try:
        parameters = parameters_of(init)[1:]
    except Unbindable:
        return []
    told = literals(program.trees, name, [p.name for p in parameters])
    options = {p.name: choices(p, told.get(p.name)) for p in parameters}
    for index, p in enumerate(parameters):
        if not options[p.name] and p.default is p.empty:
            options[p.name] = [Bound("sizes")] if _indexed(init, p.name, program) else []
            options[p.name] += [Bound("width", index)] if len(parameters) <= 4 else []
            options[p.name] += [Bound("constant", value=told[p.name])] if p.name in told else []
    add_defined(program, name, parameters, options)
    by_layer(told, options)
    made = list(islice((EntryCall(name, one) for one in alternatives(options)), MOST))
    made[1:1] = [EntryCall(f"={instance}", {}) for instance in _instances(program, name)]
    required = [p.name for p in parameters if p.default is p.empty]
    if required and all(one in told for one in required):
        made.append(
            EntryCall(name, {key: Bound("constant", value=value) for key, value in told.items() if key in options})
        )
    return made


def _indexed(init: FunctionType, name: str, program: Program) -> bool:
    """Whether a constructor asks for the length of a parameter, or for its entries."""
    nodes = (node for tree in program.trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    for one in nodes:
        if one.name == "__init__" and abs(one.lineno - init.__code__.co_firstlineno) <= len(one.decorator_list):
            text = ast.unparse(one)
            return bool(re.search(rf"\blen\({name}\)|\b{name}\[|\bin (enumerate\()?{name}\b", text))
    return False


def _instances(program: Program, name: str) -> list[str]:
    """The names to which the program itself assigns an object of a class."""
    found = []
    for node in (node for tree in program.trees[:1] for node in ast.walk(tree)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == name:
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return [instance for instance in dict.fromkeys(found) if program.namespace.has(instance)][:2]


def sequences(methods: dict[str, FunctionType]) -> Iterator[tuple[str, ...]]:
    """Training methods alone; backward ones after each forward one, then alone."""
    public = [key for key in methods if not (key.startswith("__") and key != "__call__")]
    trains = [key for key in public if TRAINS.search(key) and not NOT.search(key)]
    back = [key for key in public if BACKWARD.search(key) and not NOT.search(key)]
    forward = [key for key in public if (FORWARD.search(key) or key == "__call__") and key not in back + trains]
    forward.sort(key=lambda key: "forw" not in key)
    trains.sort(key=lambda key: (not re.search("train|fit|sgd", key, re.I), "batch" in key))
    keepers = tuple(key for key in public if KEEPS.search(key) and _data_kinds(methods[key]) and key not in trains)
    for key in trains:
        if keepers and not _data_kinds(methods[key]):
            yield (*keepers, key)
        yield (key,)
    for key in back:
        for first in forward[:3]:
            yield (first, key)
        if keepers and forward and not _data_kinds(methods[key]):
            yield (*keepers, forward[0], key)
        if key not in trains:
            yield (key,)
    for key in public:
        if key not in trains + back + forward:
            yield (key,)


KEEPS = re.compile(r"^_*(set|assign|add|load|feed|give|put|provide|use|attach|insert)|data", re.I)
"""What a method is called that keeps data for those that come after it."""


def _data_kinds(method: FunctionType) -> set[str]:
    """The kinds of data among its parameters."""
    return {kind for p in inspect.signature(method).parameters for kind, _ in kinds_of(p)[:1] if kind in DATA}


def bound_calls(
    program: Program, sequence: tuple[str, ...], methods: dict[str, FunctionType]
) -> Iterator[tuple[EntryCall, ...]]:
    """A sequence of methods with what each is handed, the likeliest first."""
    *before, last = sequence
    results = {name: index for index, name in enumerate(before)}
    try:
        firsts = [list(islice(options_of(program, methods[name], name, {}, True), MOST)) for name in before]
        lasts = list(islice(options_of(program, methods[last], last, results, True), MOST))
    except Unbindable:
        return
    for arguments in lasts if all(firsts) else ():
        for chosen in _told_too(firsts):
            yield (
                *(EntryCall(name, one, True) for name, one in zip(before, chosen, strict=True)),
                EntryCall(last, arguments, True),
            )


def _told_too(firsts: list[list[Arguments]]) -> Iterator[list[Arguments]]:
    """The likeliest of every call; then, where the program says True itself, that."""
    yield [found[0] for found in firsts]
    told = [next((one for one in found if TRUE in one.values()), found[0]) for found in firsts]
    if any(TRUE in one.values() for one in told):
        yield told


def options_of(
    program: Program, function: FunctionType, name: str, results: dict[str, int], method: bool
) -> Iterator[Arguments]:
    """What a call of a function or a method may be handed, the likeliest first."""
    parameters = parameters_of(function)[1 if method else 0 :]
    told = literals(program.trees, name, [p.name for p in parameters])
    options = {p.name: with_results(program, p, choices(p, told.get(p.name)), results) for p in parameters}
    add_defined(program, name, parameters, options)
    fill_unknown(options)
    beside_labels(options)
    yield from alternatives(options)
