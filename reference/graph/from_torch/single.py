"""One executed call as a graph of its own: from the very floats that it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..expression import Expression
from ..graph import FLOATS, Builder, Graph
from .aten import ROWS
from .recording import RecordedCall, Recording, TensorView
from .translate import Formulas, Rows, computes


class Single(NamedTuple):
    """A call, its graph, the floats it was given (one array an input) and those it gave (one an output)."""

    call: RecordedCall
    graph: Graph
    given: tuple[Any, ...]
    gave: tuple[Any, ...]


@dataclass
class _OperandReader:
    """Floats become inputs, each tensor once; integers and truths constants."""

    builder: Builder
    recording: Recording
    found: dict[TensorView, Expression] = field(default_factory=dict)
    given: list[Any] = field(default_factory=list)
    arrays: dict[int, Any] = field(default_factory=dict)

    def read(self, operand: TensorView) -> Expression:
        if operand not in self.found:
            self.found[operand] = self._new(operand)
        return self.found[operand]

    def _new(self, operand: TensorView) -> Expression:
        array = self.recording.executed(operand)
        if operand.dtype in FLOATS:
            self.given.append(array)
            return Expression(self.builder, self.builder.input(operand.shape, operand.dtype))
        value = Expression(self.builder, self.builder.constant(array, operand.dtype))
        self.arrays[value.number] = array
        return value


def otherwise(call: RecordedCall, recording: Recording, formulas: Formulas) -> Graph | None:
    """The call by another formula, where these have one: the textbook's, or a known deviation's."""
    if not formulas.concern(call):
        return None
    found = single(call, recording, formulas)
    return found and found.graph


def single(call: RecordedCall, recording: Recording, formulas: Formulas | None = None) -> Single | None:
    """None where nothing is computed: views, integers, random numbers, what stays as executed."""
    if not any(call.written) or not computes(call):
        return None
    builder = Builder(source=call.source, phase=call.phase)
    reader = _OperandReader(builder, recording)
    rows, narrow = formulas or Formulas()
    results = Rows(builder, recording, reader.arrays, {**ROWS, **rows}, narrow).apply(call, reader.read)
    outputs, gave = [], []
    for operand, written, value in zip(call.results, call.written, results, strict=True):
        if operand is not None and written and value is not None and operand.dtype in (*FLOATS, "bool"):
            held = value if operand.dtype == "bool" else value.to(operand.dtype)
            outputs.append(held.expand(operand.shape).number)
            gave.append(recording.executed(operand))
    return Single(call, builder.graph(outputs), tuple(reader.given), tuple(gave)) if outputs else None
