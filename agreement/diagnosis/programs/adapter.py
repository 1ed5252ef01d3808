"""The adapter to paste where a program was not understood: complete but for what could not be known."""

from __future__ import annotations

import ast
import contextlib
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import FunctionType
from typing import Any

from . import attributes
from .adapter_of_script import body_of
from .loading.places import module_name
from .loading.program import Program
from .reading.arguments import Bound, Handed, Unbindable, choices, parameters_of
from .reading.chain import find
from .reading.entries.entry import BACKWARD, FORWARD, MOST, NOT, SUBMISSION, TRAINS
from .reading.entries.of_classes import of_class
from .reading.entries.options import outputs_of
from .reading.kinds import kinds_of
from .reading.numbers import FORMS, WIDTHS, draw
from .reading.run import MADE, prepare
from .reading.tried import Tried
from .told import written

HANDED = {
    "x": "x", "y": "y", "weights": "weights", "biases": "biases", "rate": "1.0", "epochs": "1", "reg": "0.0",
    "batch": "x.shape[1]", "m": "x.shape[1]", "one": "1.0", "false": "False", "seed": "0", "iteration": "0",
    "n0": "len(x)", "nl": "len(y)", "sizes": "[len(x), *map(len, biases)]", "hidden": "[len(b) for b in biases[:-1]]",
    "depth": "len(weights)",
    "parameters": '{"W1": W1, "b1": b1[:, None], "W2": W2, "b2": b2[:, None]}',
}  # fmt: skip
UNKNOWN = "..."
NOTE = (
    "# weights[l] is (n_l, n_{l-1}), biases[l] (n_l,); x (n_0, m) and y (n_L, m)",
    "# hold an example a column: x.T where yours are rows, y.argmax(0) for class",
    "# ids, b[:, None] for columns. Return lists of dC/dW and dC/db, layer 1 first,",
    "# in the shapes of weights and biases, or what a step of rate 1 takes off them.",
    "# If it has widths of its own, say them below: backprop.widths = [2, 3, 1].",
    "def backprop(weights, biases, x, y):",
)
SHAPED = {"flat": "", "column": "[:, None]", "row": "[None, :]"}


def adapter(program: Program, name: str | None, tried: Tried) -> str:
    """Lines that make a function in the note's form of the program's likeliest one."""
    target = _target(program, name)
    if target is None:
        return _frame(program, *body_of(program))
    key, value = target
    if inspect.isclass(value):
        return _frame(program, [key], _unpacked(list(_laid(list(_of_class(program, key, value))))))
    forward = _forward(program, key)
    lines = _unpacked(list(_of_function(program, key, value, forward)))
    return _frame(program, [*([forward] if forward else []), key], lines)


def _names_of(program: Program, function: str) -> list[str]:
    """The names of what a function gives."""
    return [name or "output" for name in next(iter(outputs_of(program, function)), ["output"])]


def _forward(program: Program, key: str) -> str | None:
    """The function that goes forward, that is not called by another such."""
    found = {
        name: value
        for name, value in program.definitions()
        if isinstance(value, FunctionType) and FORWARD.search(name) and name != key and not BACKWARD.search(name)
    }
    called = {other for name, value in found.items() for other in value.__code__.co_names if other != name}
    return next((name for name in found if name not in called), None)


def _frame(program: Program, names: Sequence[str], body: list[str]) -> str:
    """The import, what is handed over and wanted, and the function; a file that cannot be imported has a name, too:
    `diagnose` finds it by that.
    """
    lines = body or ["...  # its own statements", "return [...], [...]"]
    path = program.source.path
    module = path.parent.name if path.name == "__init__.py" else module_name(path)
    first = f"from {module} import {', '.join(names) or '*'}"
    return "\n".join([first, "", *NOTE, *(f"    {line}" for line in lines)]) + "\n"


def _target(program: Program, name: str | None) -> tuple[str, Any] | None:
    """What is named; else of what stands in the file itself the class with a backward method and most besides, the
    function that goes backward and is not called by another such, or anything that trains.
    """
    defined = [(key, value) for key, value in program.definitions() if name is None or key == name]
    here = [(key, value) for key, value in defined if value.__module__ == SUBMISSION] or defined
    classes = [item for item in here if inspect.isclass(item[1]) and any(map(BACKWARD.search, vars(item[1])))]
    functions = [item for item in here if isinstance(item[1], FunctionType) and BACKWARD.search(item[0])]
    functions = [item for item in functions if not _trains(item[1])] or functions
    called = {name for key, function in functions for name in function.__code__.co_names if name != key}
    others = [item for item in here if inspect.isclass(item[1]) or TRAINS.search(item[0])]
    highest = [item for item in functions if item[0] not in called]
    return next(iter([*sorted(classes, key=lambda item: -len(vars(item[1]))), *highest, *others]), None)


def _trains(function: FunctionType) -> bool:
    """Whether it goes over epochs, or is one of the training: it calls what is wanted."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return any(("epochs", 0) in kinds_of(name) for name in names) or bool(
        re.search(r"descent|train|fit|loss$", function.__name__, re.I)
    )


def _given(function: Any, skip: int, before: Sequence[str] = ()) -> str:
    """The arguments of a call as they are written, `...` for what is not known; `before` is what another gave."""
    try:
        parameters = parameters_of(function)[skip:]
    except Unbindable:
        return UNKNOWN
    return ", ".join(
        f"{p.name}={_of_another(p.name, before) or _written(choices(p))}"
        for p in parameters
        if p.default is p.empty or choices(p)[:1] != [Bound("omitted")]
    )


def _of_another(name: str, before: Sequence[str]) -> str | None:
    """What another call gave under this name, or as an output or a cache."""
    kinds = {kind for kind, _ in kinds_of(name)}
    places = [*(n for n, given in enumerate(before) if given == name)]
    places += [0] * ("output" in kinds) + [1] * ("cache" in kinds)
    return next((before[n] for n in places if n < len(before)), None)


def _written(found: list[Bound]) -> str:
    first = found[0] if found else Bound("unknown")
    if first.kind in ("w", "b"):
        return f"{first.kind.upper() if first.kind == 'w' else first.kind}{max(first.number, 1)}"
    if first.kind == "nh":
        return f"len(biases[{max(first.number, 1) - 1}])"
    return HANDED.get(first.kind, UNKNOWN)


def _parameters(program: Program, name: str, cls: type) -> Iterator[str]:
    """Lines that put W and b where an object of the class was seen to hold them; guesses where none was."""
    numbers = draw(WIDTHS[2], 1)
    for entry in islice(of_class(program, name, cls), MOST):
        with contextlib.suppress(Exception, SystemExit):
            ready = prepare(program, entry, numbers, FORMS[0], Handed(), 1.0)
            made = [(path, shape) for path, shape in ready.shapes() if path[0] == MADE]
            if (chain := find(made, numbers.widths)) is not None and not chain.weights[0].folded:
                for l, place in enumerate(chain.weights):
                    yield f"net{written(place.path)} = weights[{l}]{'.T' if place.turned else ''}.copy()"
                for l, bias in enumerate(chain.biases):
                    if bias is not None:
                        yield f"net{written(bias.path)} = biases[{l}]{SHAPED[bias.bias]}.copy()"
                return
    yield from attributes.set_lines(program, name)


def _returns(program: Program, function: str) -> bool:
    """Whether a function gives anything back."""
    defined = [node for tree in program.trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return any(
        isinstance(part, ast.Return) and part.value is not None and not isinstance(part.value, ast.Constant)
        for node in defined
        if node.name == function
        for part in ast.walk(node)
    )


def _gradients(names: Sequence[str], of: str) -> list[str]:
    """Those of the names that are of gradients of W, or of b."""
    word = "(w|theta|weights?)" if of == "w" else "(b|bias(es)?)"
    pattern = re.compile(rf"^(d|grad|nabla|delta)(\w*_)?d?{word}_?\d*$|^{of}_?grad", re.I)
    return [name for name in names if pattern.search(name) and (of == "w" or name not in _gradients(names, "w"))]


def _answered(called: str, names: Sequence[str], parameters: Sequence[str], keyed: str | None = None) -> Iterator[str]:
    """A call and where its gradients are: in what it gives by their names or keys, else in what it changes."""
    w, b = _gradients(names, "w"), _gradients(names, "b")
    if w:
        yield f"{', '.join(names)} = {called}"
        yield f"return {_listed(w)}, {_listed(b) if b else ZEROS}  # layer 1 first"
    elif keyed is not None and names:
        yield f"grads = {called}"
        yield keyed
    elif not any("#" in line for line in parameters) and parameters:
        changed = list(map(_change, parameters))
        half = sum("weights[" in line for line in parameters)
        yield called
        yield f"return {_listed(changed[:half])}, {_listed(changed[half:]) if changed[half:] else ZEROS}"
    else:
        yield called
        yield from attributes.return_lines(parameters)


def _change(line: str) -> str:
    """What a step of rate 1 took off a parameter that a line has set, in the note's layout."""
    place, _, given = line.partition(" = ")
    turned = ".T" if ".T.copy()" in given else ".ravel()" if "biases[" in given else ""
    return f"{re.sub(r'[.](T|copy).*|.:, None.*|.None, :.*', '', given)} - {place}{turned}"


def _listed(names: Sequence[str]) -> str:
    """One name as it is, several as a list."""
    return names[0] if len(names) == 1 and names[0].isidentifier() else f"[{', '.join(names)}]"


ZEROS = "[0 * b for b in biases]"


def _unpacked(lines: list[str]) -> list[str]:
    """The lines, after one that names W and b of each layer where they use such names."""
    used = any(re.search(r"(?<![.\w\"])[Wb][12]\b(?!\")", line) for line in lines)
    return ["(W1, W2), (b1, b2) = weights, biases  # of as many layers as it has", *lines] if used else lines


def _laid(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with examples in rows where W stands as (n_{l−1}, n_l)."""
    rows = any("].T.copy()" in line for line in lines)
    for line in lines:
        yield re.sub(r"=([xy])(?=[,)])", r"=\1.T", line) if rows else line


def _of_class(program: Program, name: str, cls: type) -> Iterator[str]:
    init = getattr(cls, "__init__", None)
    alone = [f"net = {name}({_given(init, 1) if isinstance(init, FunctionType) else ''})"]
    yield from attributes.build_lines(program, name) or alone
    parameters = list(_parameters(program, name, cls))
    yield from parameters
    methods = {key: value for key, value in vars(cls).items() if isinstance(value, FunctionType)}
    back = _goes_back(methods)
    forward = _highest(methods, back)
    given = _names_of(program, forward or "")
    if forward is not None:
        yield f"{', '.join(given)} = net.{forward}({_given(methods[forward], 1)})"
    if back is not None:
        called = f"net.{back}({_given(methods[back], 1, given if forward is not None else ())})"
        returned = _names_of(program, back) if _returns(program, back) else []
        yield from _answered(called, returned, parameters, attributes.keyed_line(program, back, parameters))
    else:
        yield from attributes.return_lines(parameters)


def _highest(methods: Mapping[str, FunctionType], back: str | None) -> str | None:
    """The method that goes forward: rather one that is called so, that is not called by another such."""
    found = [key for key in methods if FORWARD.search(key) and key != back and not FORMULA.search(key)]
    named = [key for key in found if re.search("forw|feed|fprop", key, re.I)] or found
    return next(iter(_uncalled(named, methods) or named), None)


FORMULA = re.compile(r"error|loss|cost|deriv|prime", re.I)


def _goes_back(methods: Mapping[str, FunctionType]) -> str | None:
    """The method that goes backward, that is not called by another such; else one that trains."""
    found = [key for key in methods if BACKWARD.search(key) and not NOT.search(key) and not key.startswith("_")]
    plain = [key for key in found if not re.search(r"loss|cost|deriv|prime", key, re.I)]
    trains = [key for key in methods if TRAINS.search(key) and not NOT.search(key) and not key.startswith("set_")]
    trains.sort(key=lambda key: not re.search("fit|train", key))
    return next(iter([*(_uncalled(plain, methods) or plain), *trains, *found]), None)


def _uncalled(found: Sequence[str], methods: Mapping[str, FunctionType]) -> list[str]:
    called = {other for key in found for other in methods[key].__code__.co_names if other != key}
    return [key for key in found if key not in called]


def _of_function(program: Program, name: str, function: FunctionType, forward: str | None) -> Iterator[str]:
    given: list[str] = []
    if forward is not None:
        given = _names_of(program, forward)
        yield f"{', '.join(given)} = {forward}({_given(program.namespace[forward], 0)})"
    returned = _names_of(program, name)
    if _gradients(returned, "w") or not _returns(program, name):
        yield from _answered(f"{name}({_given(function, 0, given)})", returned, [])
        return
    yield f"grads = {name}({_given(function, 0, given)})"
    named = 'return [grads["dW1"], grads["dW2"]], [grads["db1"], grads["db2"]]  # where ∂C/∂W and ∂C/∂b are in it'
    yield attributes.keyed_line(program, name) or named
