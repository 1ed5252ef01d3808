"""Layouts: how a case is handed to a subject, and how its answer is read back into the note's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....manual.case import Case
from ....manual.shapes import Array


@dataclass(frozen=True)
class Layout:
    """The shapes that a subject works in.

    weights: `out_in` (n_l, n_{l−1}) as in the note, or `in_out`. examples: `columns` (n, m), `rows`
    (m, n), or `flat` (n,), one example a call. bias: `flat` (n,), `column` (n, 1) or `row` (1, n).
    lists: nested lists in place of arrays. ids: y is (m,), the number of each example's class.
    """

    weights: str = "out_in"
    examples: str = "columns"
    bias: str = "flat"
    lists: bool = False
    ids: bool = False

    def __str__(self) -> str:
        shape = "(n_l, n_{l−1})" if self.weights == "out_in" else "(n_{l−1}, n_l)"
        bias = {"flat": "(n,)", "column": "(n, 1)", "row": "(1, n)"}[self.bias]
        examples = {
            "columns": "examples in columns",
            "rows": "examples in rows",
            "flat": "one example a call, x (n_0,)",
        }
        rest = (", nested lists" if self.lists else "") + (", y (m,) class ids" if self.ids else "")
        return f"W {shape}, b {bias}, {examples[self.examples]}{rest}"

    def takes(self, case: Case) -> bool:
        """A flat x is one example."""
        return self.examples != "flat" or case.examples == 1

    def hand_over(self, case: Case, weighted: bool = False) -> tuple[Any, ...]:
        """Weights, biases, x and y, and the weights of the examples where they are asked for; copies, all of them."""
        counts = np.ones(case.examples, case.dtype) if case.example_weights is None else case.example_weights.copy()
        parts = (
            [self.weight(w) for w in case.weights],
            [self._bias(b) for b in case.biases],
            self._example(case.x),
            self._classes(case.y) if self.ids else self._example(case.y),
            *([counts] if weighted else []),
        )
        return tuple(_as_lists(part) for part in parts) if self.lists else parts

    def weight(self, w: Array) -> Array:
        """W^l in this layout, or back."""
        return np.array(w if self.weights == "out_in" or np.ndim(w) != 2 else w.T)

    def _bias(self, b: Array) -> Array:
        return np.array({"flat": b, "column": b[:, None], "row": b[None, :]}[self.bias])

    def _example(self, x: Array) -> Array:
        return np.array({"columns": x, "rows": x.T, "flat": x[:, 0]}[self.examples])

    def _classes(self, y: Array) -> Array:
        """The class of every example: where its one-hot column has the 1, or its only entry."""
        return np.array(y.argmax(0) if len(y) > 1 else y[0].astype(int))

    def layer(self, value: Array) -> Array:
        """A δ, z or a of the subject with its examples in columns."""
        if value.ndim == 1:
            return value[:, None]
        return value.T if self.examples == "rows" and value.ndim == 2 else value

    def bias_back(self, value: Array) -> Array:
        """∂C/∂b as (n,) where it is a vector; what is no vector, with its examples in columns."""
        if value.ndim == 2 and 1 in value.shape:
            return value.reshape(-1)
        return value.T if self.examples == "rows" and value.ndim == 2 else value


def _as_lists(part: Any) -> Any:
    return part.tolist() if isinstance(part, np.ndarray) else [_as_lists(item) for item in part]


def with_ids() -> list[Layout]:
    """Every layout with class ids for targets."""
    return [replace(layout, ids=True) for layout in candidates() if not layout.lists and layout.examples != "flat"]


def candidates() -> Iterator[Layout]:
    """Every layout that somebody may work in, the note's first."""
    for lists in (False, True):
        for examples, biases in (("columns", ("column", "flat")), ("rows", ("flat", "row")), ("flat", ("flat",))):
            for bias in biases:
                for weights in ("out_in", "in_out"):
                    yield Layout(weights, examples, bias, lists)
