"""A program as a graph: values with shape and dtype, nodes in order that make them, and what they came from.

Front ends (`from_jaxpr`, `from_torch`) make a Graph with a Builder; the walks (`exact`, `adjoint`) read it.
A value is named by its number: inputs, constants and the results of nodes share one numbering.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

Shape = tuple[int, ...]
FLOATS = ("float64", "float32", "float16", "bfloat16")
"""The dtypes of numbers; every other one is an integer's or a truth value's, and has no cotangent."""
FORWARD, BACKWARD = "forward", "backward"
STOP = "stop_gradient"
"""The primitive that hands on its operand and passes no cotangent."""
KERNEL = "kernel"
"""A node's tag: which kernel it is a part of, where several nodes are one."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


class Unsupported(Exception):
    """A program cannot be read as a graph of known primitives: says which one, and the user's line."""


class OpenBranch(Exception):
    """A value decides which way a program goes, and is not known well enough to say: a tie."""


class SourceLine(NamedTuple):
    """The user's line that a node stems from; printed from the folder one stands in, where the file lies below it."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        path = Path(self.file)
        file = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        return f"{file}:{self.line}" + (f" ({self.function})" if self.function else "")


class Typed(NamedTuple):
    """Shape and dtype (by name, as `float32`, `int32`, `bool`) of a value."""

    shape: Shape
    dtype: str

    @property
    def is_float(self) -> bool:
        return self.dtype in FLOATS

    def __str__(self) -> str:
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"


class Constant(NamedTuple):
    """A constant's floats (or integers); `literal` where it was written as a number in the program.

    A literal stands for the number its author wrote (1e-5, 1/√8) and is read as that; an array,
    and random numbers as executed, are the floats they hold.
    """

    array: Any
    literal: bool = False


@dataclass(frozen=True)
class Node:
    """One operation: a primitive's name, the values it takes and gives, and its parameters."""

    primitive: str
    operands: tuple[int, ...]
    results: tuple[int, ...]
    params: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    source: SourceLine | None = None
    phase: str = FORWARD
    calls: tuple[int, ...] = ()
    """The calls it stands in, outermost first: indices into `Graph.calls`."""
    tags: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """What a front end knows besides, as `seq_nr` or `grad_enabled`."""

    def __str__(self) -> str:
        return self.primitive + (f" at {self.source}" if self.source else "")


@dataclass(frozen=True)
class CustomCall:
    """A function with a derivative rule of its own, kept as a unit: `custom_jvp`, `custom_vjp`, `autograd.Function`.

    `operands` and `results` are values of the Graph around it; its nodes, inlined, name it in `Node.calls`.
    `derivative()` gives the rule alone as a Graph, (operands, cotangents) → cotangents of the float operands.
    """

    name: str
    kind: str
    operands: tuple[int, ...]
    results: tuple[int, ...]
    source: SourceLine | None = None
    derivative: Any = None


@dataclass(frozen=True)
class Graph:
    """A program: `outputs` as functions of `inputs`, by `nodes` in an order in which they can be worked out."""

    values: tuple[Typed, ...]
    inputs: tuple[int, ...]
    constants: Mapping[int, Constant]
    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]
    calls: tuple[CustomCall, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader of a report has to know: the branch that was taken, random numbers as executed."""

    @property
    def stops(self) -> tuple[Node, ...]:
        """Where the program's author stops a cotangent."""
        return tuple(node for node in self.nodes if node.primitive == STOP and not node.params.get("cancels"))

    def alive(self) -> Graph:
        """Without the nodes that no output depends on (dead code raises false ties)."""
        needed, live = set(self.outputs), []
        for node in reversed(self.nodes):
            if needed.intersection(node.results):
                needed.update(node.operands)
                live.append(node)
        return replace(self, nodes=tuple(reversed(live)))

    def depends_on(self, sources: Sequence[int]) -> set[int]:
        """The values that depend on any of these, themselves included."""
        found = set(sources)
        for node in self.nodes:
            if found.intersection(node.operands):
                found.update(node.results)
        return found

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for node in self.nodes:
            results = " ".join(f"%{k}:{self.values[k]}" for k in node.results)
            operands = " ".join(f"%{k}" for k in node.operands)
            yield f"{results} = {node.primitive} {operands}" + (f"    # {node.source}" if node.source else "")


@dataclass
class Builder:
    """A Graph in the making. Every method returns the numbers of the values it adds.

    `source`, `phase`, `tags` and `calls` are what the next nodes get; set them as the front end goes on.
    """

    values: list[Typed] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    constants: dict[int, Constant] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    calls: list[CustomCall] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    source: SourceLine | None = None
    phase: str = FORWARD
    tags: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    within: tuple[int, ...] = ()

    def value(self, shape: Sequence[int], dtype: str) -> int:
        """A value that nothing makes yet."""
        self.values.append(Typed(tuple(map(int, shape)), str(dtype)))
        return len(self.values) - 1

    def input(self, shape: Sequence[int], dtype: str) -> int:
        """The next input."""
        self.inputs.append(self.value(shape, dtype))
        return self.inputs[-1]

    def constant(self, array: Any, dtype: str | None = None, *, literal: bool = False) -> int:
        """An array, or a number of the program's text (`literal`), of this dtype (default: the array's)."""
        held = np.asarray(array)
        made = self.value(held.shape, dtype or str(held.dtype))
        self.constants[made] = Constant(held, literal)
        return made

    def node(self, primitive: str, operands: Sequence[int], results: Sequence[Typed], **params: Any) -> tuple[int, ...]:
        """Apply a primitive; `results` are the shapes and dtypes of what it gives."""
        made = tuple(self.value(*result) for result in results)
        what = MappingProxyType(params) if params else NOTHING
        self.nodes.append(Node(primitive, tuple(operands), made, what, self.source, self.phase, self.within, self.tags))
        return made

    def graph(self, outputs: Sequence[int]) -> Graph:
        """The whole, without dead code."""
        whole = Graph(
            tuple(self.values),
            tuple(self.inputs),
            MappingProxyType(self.constants),
            tuple(self.nodes),
            tuple(outputs),
            tuple(self.calls),
            tuple(self.notes),
        )
        return whole.alive()
