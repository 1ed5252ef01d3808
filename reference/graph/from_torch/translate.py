"""A recording as a graph: each executed call through its row, tensors through their storages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from torch.utils._pytree import tree_leaves, tree_map

from ..expression import Expression
from ..graph import BACKWARD, FLOATS, FORWARD, KERNEL, Builder, Graph, Unsupported
from ..rounding import SIXTEEN_BITS
from .aten import MOVING, ROWS, AtenCall, Row
from .aten.updates import UPDATES
from .recording import Pulled, RecordedCall, Recording, TensorView
from .storages import Storages

RANDOM = frozenset(
    [
        "bernoulli",
        "bernoulli_",
        "rand",
        "rand_like",
        "randn",
        "randn_like",
        "randint",
        "randint_like",
        "randperm",
        "normal",
        "normal_",
        "uniform_",
        "native_dropout",
        "multinomial",
        "exponential_",
        "log_normal_",
        "cauchy_",
        "geometric_",
        "random_",
    ]
)
"""Random numbers are the program's inputs, as executed."""
FILLS = frozenset(
    [
        "zeros",
        "zeros_like",
        "ones",
        "ones_like",
        "full",
        "full_like",
        "zero_",
        "fill_",
        "new_zeros",
        "new_ones",
        "new_full",
        "scalar_tensor",
        "empty",
        "empty_like",
        "empty_strided",
        "new_empty",
        "new_empty_strided",
    ]
)
"""What makes numbers of none."""


class Ends(NamedTuple):
    """What a step starts from and ends in."""

    inputs: Sequence[TensorView]
    loss: TensorView
    gradients: Sequence[TensorView | None]


class Formulas(NamedTuple):
    """What calls are executed by otherwise: rows in the place of their namesakes, 16 bits kept between their steps."""

    rows: Mapping[str, Row] = MappingProxyType({})
    narrow: bool = False

    def concern(self, call: RecordedCall) -> bool:
        """Whether a call may be executed otherwise by these."""
        return plain(call) in self.rows or (self.narrow and any(x.dtype in SIXTEEN_BITS for x in operands_of(call)))


class PulledValues(NamedTuple):
    """One autograd node: the values of its results and their cotangents, of its sources and theirs."""

    name: str
    sequence: int
    results: tuple[int | None, ...]
    incoming: tuple[int | None, ...]
    sources: tuple[int | None, ...]
    outgoing: tuple[int | None, ...]
    towards: tuple[tuple[int, int] | None, ...]
    """For each outgoing cotangent the autograd node it goes to, and which of its results it belongs to."""


class TrainingStep(NamedTuple):
    """A training step as one graph, forward and backward; `gradients` in the order of its inputs."""

    graph: Graph
    loss: int
    gradients: tuple[int | None, ...]
    pulled: tuple[PulledValues, ...]


def graph_of(recording: Recording, ends: Ends, formulas: Formulas | None = None) -> TrainingStep:
    """The whole step, forward and backward, as one graph; raises Unsupported, naming the operation and line."""
    builder = Builder()
    storages = Storages(builder, recording)
    for operand in ends.inputs:
        storages.write(operand, Expression(builder, builder.input(operand.shape, operand.dtype)))
    waiting, pulled, loss = list(recording.pulled), [], None
    for count, call in enumerate(recording.calls):
        pulled += _pulled_by(count, waiting, storages, ends)
        if call.phase == BACKWARD and loss is None:
            loss = storages.read(ends.loss).number
        translate(call, builder, storages, formulas or Formulas())
    pulled += _pulled_by(len(recording.calls), waiting, storages, ends)
    loss = storages.read(ends.loss).number if loss is None else loss
    gradients = tuple(None if x is None else storages.read(x).number for x in ends.gradients)
    extra = [k for p in pulled for k in (*p.results, *p.incoming, *p.sources, *p.outgoing) if k is not None]
    found = builder.graph([loss, *(x for x in gradients if x is not None), *extra])
    return TrainingStep(found, loss, gradients, tuple(pulled))


def _pulled_by(count: int, waiting: list[Pulled], storages: Storages, ends: Ends) -> list[PulledValues]:
    """The autograd nodes that were done by then."""
    found = []
    while waiting and waiting[0].after <= count:
        node = waiting.pop(0)
        results = tuple(storages.result(node.sequence, k) for k in range(len(node.incoming)))
        sources = tuple(None if s is None else storages.result(*s) for s in node.sources)
        incoming, outgoing = (
            tuple(None if x is None else storages.read(x).number for x in side)
            for side in (node.incoming, node.outgoing)
        )
        found.append(PulledValues(node.name, node.sequence, results, incoming, sources, outgoing, node.sources))
    return found


def translate(call: RecordedCall, builder: Builder, storages: Storages, formulas: Formulas) -> None:
    """Add one call's nodes, and write its results."""
    builder.source, builder.phase = call.source, call.phase
    tags = {"aten": call.name, "sequence": call.sequence, "backward_of": call.backward_of}
    builder.tags = MappingProxyType({**tags, KERNEL: len(builder.nodes)})
    whole = Rows(builder, storages.recording, storages.arrays, {**ROWS, **formulas.rows}, formulas.narrow)
    updates = whole.updates(call, storages.read)
    computed = any(call.written) and computes(call)
    results = whole.apply(call, storages.read) if computed else [None] * len(call.results)
    for operand, update in zip(call.updated, updates, strict=True):
        _store(storages, operand, update)
    if call.phase == FORWARD and any(x is not None and x.dtype.startswith("complex") for x in call.results):
        storages.complex_at = storages.complex_at or f" at {call.source} (aten.{plain(call)})"
    stop = call.phase == FORWARD and not call.grad_enabled and not call.in_function
    for k, (result, written, value) in enumerate(zip(call.results, call.written, results, strict=True)):
        if result is not None and written:
            _store(storages, result, _unseen(call, value, storages) if stop else value)
            if call.phase == FORWARD and call.grad_enabled and result.dtype in FLOATS:
                storages.results[call.sequence, k] = storages.read(result).number


def _unseen(call: RecordedCall, value: Expression | None, storages: Storages) -> Expression | None:
    """What autograd makes of a result that it is not shown: a constant; in place, what was there, moved by one."""
    if value is None or not value.typed.is_float:
        return value
    before = call.arguments[0][0] if call.arguments[0] else None
    if plain(call).endswith("_") and isinstance(before, TensorView) and before.shape == value.shape:
        old = storages.read(before)
        return value.stop_gradient() + (old - old.stop_gradient())
    return value.stop_gradient()


def _store(storages: Storages, operand: TensorView, value: Expression | None) -> None:
    if value is None:
        storages.as_executed(operand)
        return
    held = (value if operand.dtype == "bool" else value.to(operand.dtype)).expand(operand.shape)
    storages.write(operand, held)


def computes(call: RecordedCall) -> bool:
    """Whether it gives numbers or truths that depend on tensors: integers and random numbers are as executed."""
    name = plain(call)
    given = [x for x, written in zip(call.results, call.written, strict=True) if written and x is not None]
    numbers = any(x.dtype in FLOATS or (x.dtype == "bool" and name in TRUTHS) for x in given)
    return numbers and name not in RANDOM and (name in FILLS or any(x.dtype in FLOATS for x in operands_of(call)))


TRUTHS = frozenset(
    [
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "logical_not",
        "bitwise_not",
        "logical_and",
        "bitwise_and",
        "logical_or",
        "bitwise_or",
    ]
)


def plain(call: RecordedCall) -> str:
    """The operation's name without its overload."""
    return call.name.partition(".")[0]


def operands_of(call: RecordedCall) -> list[TensorView]:
    """Every tensor among its arguments."""
    return [x for x in tree_leaves(call.arguments) if isinstance(x, TensorView)]


def in_working_precision(x: Expression) -> Expression:
    """16 bits are read into single precision, and rounded once at the end."""
    return x.to("float32") if x.dtype in SIXTEEN_BITS else x


class Rows(NamedTuple):
    """Where rows put their nodes, and what they may look up."""

    builder: Builder
    recording: Recording
    arrays: Mapping[int, Any]
    rows: Mapping[str, Row] = ROWS
    narrow: bool = False
    """Whether 16 bits stay 16 bits between a row's steps."""

    def apply(self, call: RecordedCall, read: Callable[[TensorView], Expression]) -> list[Expression | None]:
        """The results of a call, one for each of `call.results` (None: as executed)."""
        name = plain(call)
        row = self.rows.get(name) or self.rows.get(name.rstrip("_"))
        if row is None:
            raise Unsupported(f"aten.{call.name} is not among the operations that are known" + _called_at(call))
        as_it_is = self.narrow or name in MOVING or name.rstrip("_") in MOVING
        take = read if as_it_is else lambda x: in_working_precision(read(x))
        args, kwargs = tree_map(lambda x: take(x) if isinstance(x, TensorView) else x, call.arguments)
        kwargs.pop("out", None)
        found: Any = row(AtenCall(self.builder, call, self.recording, self.arrays), *args, **kwargs)
        return list(found) if isinstance(found, tuple) else [found]

    def updates(self, call: RecordedCall, read: Callable[[TensorView], Expression]) -> list[Expression | None]:
        """What it leaves in each of `call.updated` (None: as executed)."""
        known = call.updated and plain(call) in UPDATES
        return self._replace(rows=UPDATES).apply(call, read) if known else [None] * len(call.updated)


def _called_at(call: RecordedCall) -> str:
    return f": called at {call.source}" if call.source else ""
