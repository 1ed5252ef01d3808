"""The adapter to paste where a program was not understood: complete but for what could not be known."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from .loading.program import Program
from .reading.arguments import Bound, Unbindable, choices, parameters_of
from .reading.entries.entry import BACKWARD, FORWARD, TRAINS
from .reading.reader import Tried

HANDED = {
    "x": "x", "y": "y", "weights": "weights", "biases": "biases", "rate": "1.0", "epochs": "1", "reg": "0.0",
    "batch": "x.shape[1]", "m": "x.shape[1]", "one": "1.0", "false": "False", "seed": "0", "iteration": "0",
    "n0": "len(x)", "nl": "len(y)", "sizes": "[len(x), *map(len, biases)]", "hidden": "[len(b) for b in biases[:-1]]",
    "depth": "len(weights)",
    "parameters": '{"W1": weights[0], "b1": biases[0][:, None], "W2": weights[1], "b2": biases[1][:, None]}',
}  # fmt: skip
UNKNOWN = "..."


def adapter(program: Program, name: str | None, tried: Tried) -> str:
    """Lines that make a function in the note's form of the program's likeliest one."""
    module = program.source.path.stem.replace("-", "_").replace(" ", "_")
    target = _target(program, name)
    if target is None:
        return _frame(f"# compute ∂C/∂W and ∂C/∂b as {module} does", [])
    key, value = target
    body = list(_of_class(key, value)) if inspect.isclass(value) else list(_of_function(key, value))
    return _frame(f"from {module} import {key}", body)


def _frame(first: str, body: list[str]) -> str:
    lines = body or ["return [...], [...]"]
    head = "def backprop(weights, biases, x, y):  # W (n_l, n_{l-1}), b (n_l,); x, y: an example a column"
    return "\n".join([first, "", head, *(f"    {line}" for line in lines)]) + "\n"


def _target(program: Program, name: str | None) -> tuple[str, Any] | None:
    defined = [(key, value) for key, value in program.definitions() if name is None or key == name]
    classes = [item for item in defined if inspect.isclass(item[1]) and any(map(BACKWARD.search, vars(item[1])))]
    functions = [item for item in defined if isinstance(item[1], FunctionType) and BACKWARD.search(item[0])]
    others = [item for item in defined if inspect.isclass(item[1]) or TRAINS.search(item[0])]
    return next(iter([*sorted(classes, key=lambda item: -len(vars(item[1]))), *functions, *others]), None)


def _given(function: Any, skip: int) -> str:
    """The arguments of a call as they are written, `...` for what is not known."""
    try:
        parameters = parameters_of(function)[skip:]
    except Unbindable:
        return UNKNOWN
    return ", ".join(
        f"{p.name}={_written(choices(p))}"
        for p in parameters
        if p.default is p.empty or choices(p)[:1] != [Bound("omitted")]
    )


def _written(found: list[Bound]) -> str:
    first = found[0] if found else Bound("unknown")
    if first.kind in ("w", "b"):
        return f"{'weights' if first.kind == 'w' else 'biases'}[{max(first.number, 1) - 1}]"
    if first.kind == "nh":
        return f"len(biases[{max(first.number, 1) - 1}])"
    return HANDED.get(first.kind, UNKNOWN)


def _of_class(name: str, cls: type) -> Iterator[str]:
    init = getattr(cls, "__init__", None)
    yield f"net = {name}({_given(init, 1) if isinstance(init, FunctionType) else ''})"
    yield "net.W1, net.W2 = weights[0], weights[1]  # what holds W; .T where they are (n_{l-1}, n_l)"
    yield "net.b1, net.b2 = biases[0][:, None], biases[1][:, None]  # what holds b, in its shape"
    methods = {key: value for key, value in vars(cls).items() if isinstance(value, FunctionType)}
    back = next(
        (key for key in methods if BACKWARD.search(key)), next((key for key in methods if TRAINS.search(key)), None)
    )
    forward = next((key for key in methods if FORWARD.search(key) and key != back), None)
    if forward is not None:
        yield f"output = net.{forward}({_given(methods[forward], 1)})"
    if back is not None:
        yield f"net.{back}({_given(methods[back], 1)})"
    yield "return [net.dW1, net.dW2], [net.db1, net.db2]  # what holds ∂C/∂W and ∂C/∂b"


def _of_function(name: str, function: FunctionType) -> Iterator[str]:
    yield f"grads = {name}({_given(function, 0)})"
    yield 'return [grads["dW1"], grads["dW2"]], [grads["db1"], grads["db2"]]  # where ∂C/∂W and ∂C/∂b are in it'
