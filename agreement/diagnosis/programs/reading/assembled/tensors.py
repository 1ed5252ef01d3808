"""Arrays that know how they were computed: a network of our own is made of them, or a program's own is asked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...loading.program import Program
from ..arguments import Unbindable
from ..numbers import NetworkAndBatch
from .scalars import ACTIVATIONS, backward

KEEPS = re.compile(r"grad|track|train", re.I)
"""How an option is called by which an array is to be differentiated."""
PRODUCTS = ("__matmul__", "matmul", "dot", "mm", "matrix_multiply")
SUMS = ("sum", "mean")


def product_of(cls: type) -> str | None:
    """The method that multiplies two matrices of a class; None where it has none."""
    return next((name for name in PRODUCTS if callable(getattr(cls, name, None))), None)


def wrapped(cls: type, array: Any, kept: bool = False) -> Any:
    """An array as the class holds it; differentiated where `kept`."""
    options = inspect.signature(cls).parameters.values()
    named = [p.name for p in options if p.default is False and KEEPS.search(p.name)] if kept else []
    return cls(np.array(array, dtype=float), **dict.fromkeys(named, True))


def network(cls: type, numbers: NetworkAndBatch, biases: bool) -> dict[str, Any]:
    """Weights and biases of our widths, as arrays of a program."""
    parts = {"w": [wrapped(cls, w.T, kept=True) for w in numbers.weights]}
    return parts | {"b": [wrapped(cls, b[None, :], kept=True) for b in numbers.biases]} if biases else parts


def output(program: Program, made: Any, x: Any) -> Any:
    """What a network makes of examples in rows: ours, of sigmoids where there are some, or one of the program."""
    cls = class_of(program, made)
    if not isinstance(made, dict):
        return made(wrapped(cls, x)) if callable(made) else made.forward(wrapped(cls, x))
    a, multiply = wrapped(cls, x), product_of(cls) or ""
    activate = next(_activations(program, cls), None)
    if activate is None:
        raise Unbindable("an activation")
    for l, w in enumerate(made["w"]):
        z = getattr(a, multiply)(w)
        a = activate(z + made["b"][l] if "b" in made else z)
    return a


def class_of(program: Program, made: Any) -> type:
    """The class of the arrays that a network holds."""
    if isinstance(made, dict):
        return type(made["w"][0])
    found = [
        cls
        for _, cls in program.definitions()
        if inspect.isclass(cls) and product_of(cls) and backward(cls) and hasattr(cls, "__mul__")
    ]
    if not found:
        raise Unbindable("arrays that can be differentiated")
    return found[0]


def _activations(program: Program, cls: type) -> Iterator[Callable[[Any], Any]]:
    """Methods of the arrays, else functions of the program, by which a neuron may be activated."""
    for name in ("sigmoid", *ACTIVATIONS):
        for key in (key for key in dir(cls) if key.lower() == name):
            yield getattr(cls, key)
        for key, value in program.definitions():
            if key.lower() == name and not inspect.isclass(value):
                yield value
    if hasattr(cls, "exp") and hasattr(cls, "__truediv__"):
        yield _logistic


def _logistic(z: Any) -> Any:
    """σ(z) of the program's own exponential and quotient."""
    one, minus = (wrapped(type(z), np.full(_data(z), value)) for value in (1.0, -1.0))
    return one / (one + (z * minus).exp())


def _data(z: Any) -> tuple[int, ...]:
    """The shape of the numbers that an array of a program holds."""
    return next(np.shape(value) for value in vars(z).values() if isinstance(value, np.ndarray) and value.ndim == 2)


def ask_squares(cls: type, a: Any, y: Any) -> None:
    """Have the gradient of Σ (a − y)² computed, or of its mean."""
    error = a + wrapped(cls, -np.asarray(y, dtype=float))
    squares = error * error
    cost = next(found for name in SUMS if (found := _summed(squares, name)) is not None)
    getattr(cost, backward(cls) or "")()


def _summed(squares: Any, name: str) -> Any:
    """The sum of all entries by a method, over one axis after another where it needs one."""
    method = getattr(squares, name, None)
    if method is None:
        return None
    try:
        return method()
    except TypeError:
        return getattr(method(0), name)(0)
