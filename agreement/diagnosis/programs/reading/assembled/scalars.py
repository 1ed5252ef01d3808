"""Objects that hold one number each and how it was computed: a cost is made of them, and its gradient asked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any

from ...loading.program import Program
from ..numbers import NetworkAndBatch

NEEDED = ("__add__", "__mul__")
BACKWARD = re.compile(r"^_?(backward|backprop|backpropagat\w*|back_?prop\w*|backpass|compute_grad\w*)$", re.I)
ACTIVATIONS = ("tanh", "sigmoid", "relu")
"""Methods that may be the activation of a network of such objects."""


def engines(program: Program) -> list[type]:
    """The classes of numbers that know how they were computed."""
    return [cls for _, cls in program.definitions() if inspect.isclass(cls) and _is_engine(cls)]


def _is_engine(cls: type) -> bool:
    return all(name in vars(cls) for name in NEEDED) and backward(cls) is not None


def backward(cls: type) -> str | None:
    """The method that fills the gradients."""
    methods = [name for name, value in vars(cls).items() if isinstance(value, FunctionType)]
    return next((name for name in methods if BACKWARD.match(name) and not _needs(vars(cls)[name])), None)


def _needs(method: FunctionType) -> bool:
    """Whether it takes something besides self."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    return any(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)


def ask_squares(program: Program, output: Any, targets: Any) -> None:
    """Have the gradient of Σ (a − y)² computed, made of the program's own numbers."""
    outputs = list(_flat(output))
    cls = type(outputs[0])
    name = backward(cls) if program.defines(cls) else None
    if name is None or len(outputs) != len(list(_flat(targets))):
        raise TypeError("its output is no number that can be differentiated, or not one for each target")
    cost = None
    for a, y in zip(outputs, _flat(targets), strict=True):
        error = a + cls(-float(y))
        cost = error * error if cost is None else cost + error * error
    getattr(cost, name)()


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple) or (hasattr(value, "tolist") and hasattr(value, "shape")):
        for part in value:
            yield from _flat(part)
    else:
        yield value


def activation_of(cls: type) -> str | None:
    """The method by which a neuron of such numbers is activated."""
    methods = {name.lower(): name for name, value in vars(cls).items() if isinstance(value, FunctionType)}
    return next((methods[name] for name in ACTIVATIONS if name in methods), None)


def network_of(cls: type, numbers: NetworkAndBatch) -> dict[str, Any]:
    """A network of our own, of a program's numbers: what there is to judge of it is how they are differentiated."""
    kept = {"requires_grad": True} if "requires_grad" in inspect.signature(cls).parameters else {}
    return {
        "w": [[[cls(0.5, **kept) for _ in row] for row in w] for w in numbers.weights],
        "b": [[cls(0.5, **kept) for _ in b] for b in numbers.biases],
    }


def output_of(network: dict[str, Any], x: Any) -> list[Any]:
    """a^L of one example in such a network."""
    cls = type(network["b"][0][0])
    activate: Callable[[Any], Any] = getattr(cls, activation_of(cls) or "")
    a: list[Any] = [cls(float(value)) for value in _flat(x)]
    for w, b in zip(network["w"], network["b"], strict=True):
        a = [activate(_weighted(row, one, a)) for row, one in zip(w, b, strict=True)]
    return a


def _weighted(row: Sequence[Any], b: Any, a: Sequence[Any]) -> Any:
    z = b
    for w, value in zip(row, a, strict=True):
        z = z + w * value
    return z
