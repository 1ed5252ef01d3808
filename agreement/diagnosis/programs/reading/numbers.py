"""Networks of numbers that tell arrays apart by their shapes, and how they are handed to a program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from .....manual.shapes import Array

WIDTHS = {1: (8, 3), 2: (8, 6, 3), 3: (11, 8, 6, 3), 4: (13, 11, 8, 6, 3)}
"""By depth: no two widths alike, none one more than another, none the number of examples."""
EXAMPLES = 15
SEED = 20190605
RATE = 2.0**40
"""A learning rate under which W is lost beside η ∂C/∂W: (before − after)/η keeps all but the last bit."""


@dataclass(frozen=True)
class NetworkAndBatch:
    """A network and a batch in the note's layout: W^l (n_l, n_{l−1}), b^l (n_l,), x (n_0, m), y (n_L, m)."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    x: Array
    y: Array

    @property
    def widths(self) -> tuple[int, ...]:
        return (self.x.shape[0], *(len(b) for b in self.biases))

    @property
    def examples(self) -> int:
        return int(self.x.shape[1])


def draw(widths: tuple[int, ...], examples: int, seed: int = SEED) -> NetworkAndBatch:
    """A network in general position, with one-hot targets of which every class is there where there is room."""
    rng = np.random.default_rng([seed, *widths, examples])
    scale = [1 / np.sqrt(n) for n in widths[:-1]]
    weights = tuple(_short(s * rng.standard_normal((n, k))) for s, (k, n) in zip(scale, pairwise(widths), strict=True))
    biases = tuple(_short(rng.standard_normal(n) / 2) for n in widths[1:])
    x = _short(rng.standard_normal((widths[0], examples)))
    classes = np.arange(examples) % max(widths[-1], 2)
    y = np.eye(widths[-1])[:, classes] if widths[-1] > 1 else classes[None, :].astype(float)
    return NetworkAndBatch(weights, biases, x, y)


def _short(numbers: Array) -> Array:
    """Rounded to numbers that single precision holds: a program that keeps them so keeps them as they are."""
    return numbers.astype(np.float32).astype(np.float64)


@dataclass(frozen=True)
class ExampleLayout:
    """How x and y are handed over.

    examples: `rows` (m, n), `columns` (n, m), `flat` (n,), `column` (n, 1) or `row` (1, n), one a call.
    `stack` is (m, n, 1), `stack_row` (m, 1, n): vectors, one after another.
    labels: `matrix` as x is, `ids` (m,) of classes, `id_column` (m, 1), `id_row` (1, m),
    or `vector` (m,) of one output. `labelled` is a list of one row, its class id at its end.
    lists: nested lists in place of arrays.
    """

    examples: str = "rows"
    labels: str = "matrix"
    lists: bool = False

    @property
    def single(self) -> bool:
        return self.examples in ("flat", "column", "row", "labelled")

    @property
    def wide(self) -> bool:
        """Examples stand in rows, so that W is multiplied from the right."""
        return self.examples in ("rows", "row", "stack_row")

    def x(self, numbers: NetworkAndBatch) -> Any:
        if self.examples == "labelled":
            if len(numbers.y) == 1:
                raise ValueError("a class at the end of a row is one of several outputs")
            return [[*numbers.x[:, 0].tolist(), int(self._ids(numbers)[0])]]
        return self._out(self._laid(numbers.x))

    def y(self, numbers: NetworkAndBatch) -> Any:
        if self.labels == "matrix":
            return self._out(self._laid(numbers.y))
        if self.labels == "vector":
            return self._out(numbers.y[0].copy())
        ids = self._ids(numbers)
        if self.labels == "ids":
            return int(ids[0]) if self.examples == "flat" else self._out(ids)
        return self._out(ids[:, None] if self.labels == "id_column" else ids[None, :])

    def _ids(self, numbers: NetworkAndBatch) -> Array:
        return numbers.y.argmax(axis=0) if numbers.y.shape[0] > 1 else numbers.y[0].astype(int)

    def _laid(self, value: Array) -> Array:
        if self.examples.startswith("stack"):
            return np.array(value.T[:, :, None] if self.examples == "stack" else value.T[:, None, :])
        return np.array(
            {"rows": value.T, "row": value.T, "columns": value, "column": value, "flat": value[:, 0]}[self.examples],
            order="C",
        )

    def _out(self, value: Array) -> Any:
        return value.tolist() if self.lists else value

    def pairs(self, numbers: NetworkAndBatch) -> list[Any]:
        """A list of (x, y), an example each; of rows that hold both where they do."""
        if self.examples == "labelled":
            return list(self.x(numbers))
        one = replace(self, examples={"rows": "flat", "columns": "column"}.get(self.examples, self.examples))
        return [(one.x(part), one.y(part)) for part in each(numbers)]


def each(numbers: NetworkAndBatch) -> Iterator[NetworkAndBatch]:
    """The examples one by one."""
    for k in range(numbers.examples):
        yield replace(numbers, x=numbers.x[:, k : k + 1], y=numbers.y[:, k : k + 1])


FORMS = (
    ExampleLayout("rows"),
    ExampleLayout("columns"),
    ExampleLayout("rows", "ids"),
    ExampleLayout("columns", "ids"),
    ExampleLayout("flat"),
    ExampleLayout("flat", lists=True),
    ExampleLayout("column"),
    ExampleLayout("row"),
    ExampleLayout("labelled", "ids", lists=True),
    ExampleLayout("columns", "id_row"),
    ExampleLayout("rows", "id_column"),
    ExampleLayout("rows", lists=True),
    ExampleLayout("flat", "ids"),
    ExampleLayout("column", "ids"),
    ExampleLayout("stack"),
    ExampleLayout("stack_row"),
)
ONE_OUTPUT = (
    ExampleLayout("rows"),
    ExampleLayout("columns"),
    ExampleLayout("rows", "vector"),
    ExampleLayout("flat"),
    ExampleLayout("flat", lists=True),
    ExampleLayout("column"),
    ExampleLayout("row"),
    ExampleLayout("columns", "vector"),
    ExampleLayout("rows", lists=True),
    ExampleLayout("flat", "ids"),
    ExampleLayout("stack"),
    ExampleLayout("stack_row"),
)
