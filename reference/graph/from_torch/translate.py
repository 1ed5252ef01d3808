"""A recording as a graph: each executed call through its row, tensors through their storages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from torch.utils._pytree import tree_map

from ..expression import Expression
from ..graph import FLOATS, FORWARD, Builder, Graph, Unsupported
from .aten import ROWS, Call
from .recording import Executed, Operand, Recording
from .storages import Storages, typed

RANDOM = frozenset(
    "bernoulli bernoulli_ rand rand_like randn randn_like randint randperm normal normal_ uniform_ native_dropout "
    "multinomial exponential_ log_normal_ cauchy_ geometric_ rrelu_with_noise".split()
)
"""Random numbers are inputs of the program, as executed."""


class Step(NamedTuple):
    """A training step as a graph with the outputs (loss, gradients …), in the order of its inputs.

    `made` has the value of every result of every call (None: as executed or a view), `pulled` those of
    what the autograd nodes were given and gave.
    """

    graph: Graph
    made: tuple[tuple[int | None, ...], ...]
    gradients: tuple[int | None, ...]
    pulled: tuple[tuple[tuple[int | None, ...], tuple[int | None, ...]], ...]


@dataclass
class Ends:
    """What the step starts from and ends in."""

    inputs: Sequence[Operand]
    loss: Operand
    gradients: Sequence[Operand | None]


def graph_of(recording: Recording, ends: Ends) -> Step:
    """The whole step, forward and backward, as one graph; raises Unsupported, naming the operation and line."""
    builder = Builder()
    storages = Storages(builder, recording)
    for operand in ends.inputs:
        number = builder.input(operand.shape, operand.dtype)
        storages.write(operand, Expression(builder, number))
    made = []
    pulled = {}
    for k, call in enumerate(recording.calls):
        made.append(_translate(call, builder, storages))
    loss = storages.read(ends.loss)
    gradients = [None if x is None else storages.read(x).number for x in ends.gradients]
    outputs = [loss.number, *(x for x in gradients if x is not None)]
    del pulled, k
    return Step(builder.graph(outputs), tuple(made), tuple(gradients), ())


def _translate(call: Executed, builder: Builder, storages: Storages) -> tuple[int | None, ...]:
    builder.source, builder.phase = call.source, call.phase
    builder.tags = MappingProxyType({"aten": call.name, "sequence": call.sequence, "backward_of": call.backward_of})
    for operand in call.updated:
        storages.as_executed(operand)
    if not any(call.written):
        return (None,) * len(call.results)
    if not _computes(call):
        for operand in _written(call):
            storages.as_executed(operand)
        return (None,) * len(call.results)
    results = apply_row(call, storages.read, builder)
    stop = call.phase == FORWARD and not call.grad_enabled and not call.in_function
    return tuple(_store(storages, x, w, r, stop) for x, w, r in zip(call.results, call.written, results, strict=True))


def _store(storages: Storages, operand: Operand | None, written: bool, value: Any, stop: bool) -> int | None:
    if operand is None or not written:
        return None
    if value is None:
        storages.as_executed(operand)
        return None
    held = value.to(operand.dtype).expand(operand.shape)
    held = held.stop_gradient() if stop and held.typed.is_float else held
    storages.write(operand, held)
    return int(held.number)


def _written(call: Executed) -> list[Operand]:
    return [x for x, written in zip(call.results, call.written, strict=True) if written and x is not None]


def _computes(call: Executed) -> bool:
    """Whether it gives numbers (or truths) that depend on tensors: integers and random numbers are as executed."""
    plain = call.name.partition(".")[0]
    numbers = any(x.dtype in (*FLOATS, "bool") for x in _written(call))
    return numbers and plain not in RANDOM and (plain in FILLS or bool(operands_of(call)))


FILLS = frozenset(
    "zeros zeros_like ones ones_like full full_like empty empty_like zero_ fill_ new_zeros new_ones".split()
)


def operands_of(call: Executed) -> list[Operand]:
    """Every tensor among its arguments."""
    from torch.utils._pytree import tree_leaves

    return [x for x in tree_leaves(call.arguments) if isinstance(x, Operand)]


def apply_row(call: Executed, read: Any, builder: Builder) -> list[Any]:
    """The results of a call, one for each of `call.results`, as expressions (None: as executed)."""
    name, _, overload = call.name.partition(".")
    row = ROWS.get(call.name) or ROWS.get(name) or ROWS.get(name.rstrip("_"))
    if row is None:
        raise Unsupported(f"aten.{call.name} has no row" + (f" (called at {call.source})" if call.source else ""))
    args, kwargs = tree_map(lambda x: read(x) if isinstance(x, Operand) else x, call.arguments)
    kwargs.pop("out", None)
    context = Call(builder, call, overload)
    found = row(context, *args, **kwargs)
    return list(found) if isinstance(found, tuple) else [found]
