"""The same program with its sums taken in another order, or with noise of an ulp in what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Program = Callable[..., tuple[list[Any], list[Any]]]
"""(weights, biases, x, y) → (nabla_w, nabla_b), examples in columns, biases (n,) or (n, 1)."""
PADDING = 2
"""Hidden neurons that nothing comes from, and inputs that are 0."""


def permuted(program: Program) -> Program:
    """Inputs, hidden neurons and examples in another order, the other way round each call."""

    def wrapped(weights: list[Any], biases: list[Any], x: Any, y: Any) -> tuple[list[Any], list[Any]]:
        rng = np.random.default_rng(len(x) + x.shape[1])
        orders = [rng.permutation(w.shape[1]) for w in weights] + [np.arange(len(y))]
        examples = rng.permutation(x.shape[1])
        inner = [w[np.ix_(after, before)] for w, before, after in zip(weights, orders, orders[1:], strict=False)]
        shifted = [b[after] for b, after in zip(biases, orders[1:], strict=True)]
        nabla_w, nabla_b = program(inner, shifted, x[np.ix_(orders[0], examples)], y[:, examples])
        back = [np.argsort(order) for order in orders]
        return (
            [np.asarray(w)[np.ix_(after, before)] for w, before, after in zip(nabla_w, back, back[1:], strict=False)],
            [np.asarray(b)[after] for b, after in zip(nabla_b, back[1:], strict=True)],
        )

    return wrapped


def padded(program: Program) -> Program:
    """Products of more terms, those that are added being 0: a BLAS sums them in other blocks."""

    def wrapped(weights: list[Any], biases: list[Any], x: Any, y: Any) -> tuple[list[Any], list[Any]]:
        last = len(weights) - 1
        wide = [np.pad(w, ((0, PADDING if l < last else 0), (0, PADDING))) for l, w in enumerate(weights)]
        long = [np.pad(b, [(0, PADDING if l < last else 0)] + [(0, 0)] * (b.ndim - 1)) for l, b in enumerate(biases)]
        nabla_w, nabla_b = program(wide, long, np.pad(x, ((0, PADDING), (0, 0))), y)
        return (
            [np.asarray(g)[: len(w), : w.shape[1]] for g, w in zip(nabla_w, weights, strict=True)],
            [np.asarray(g)[: len(b)] for g, b in zip(nabla_b, biases, strict=True)],
        )

    return wrapped


def shaken(program: Program) -> Program:
    """An ulp up, an ulp down or none, drawn anew for every number of every call."""
    rng = np.random.default_rng(0)

    def wrapped(weights: list[Any], biases: list[Any], x: Any, y: Any) -> tuple[list[Any], list[Any]]:
        answer = program(weights, biases, x, y)
        return tuple([_shaken(rng, np.asarray(part)) for part in parts] for parts in answer)  # type: ignore[return-value]

    return wrapped


def _shaken(rng: np.random.Generator, part: Any) -> Any:
    return part + rng.integers(-1, 2, part.shape) * np.spacing(part)


CHANGES = {"as it is": lambda program: program, "permuted": permuted, "padded": padded, "shaken": shaken}
