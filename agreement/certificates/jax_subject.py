"""A training step of jax: its loss and its gradient as jaxprs, each equation executed from the floats before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import jax
import numpy as np

from ...reference.graph.arrays import zeros_like
from ...reference.graph.exact import walk
from ...reference.graph.from_jaxpr import execute, precision_of, trace
from ...reference.graph.graph import FLOATS, CustomCall, Graph, Node, Typed
from ..errors import UsageError
from ..judging.verdict import Verdict
from .subject import CustomUnit, ExecutedOperation, ModeAnswer, StepGraphs, Theirs, foreign

Loss = Callable[..., Any]
COMPILERS: Mapping[str, Callable[[Loss], Loss]] = {
    "eager": jax.grad,
    "jit": lambda loss: jax.jit(jax.grad(loss)),
}
"""How a user may take the gradient."""


class JaxSubject:
    """`loss(first, *rest)`, differentiated in `first`: a pytree of arrays."""

    framework = "jax"
    flushes = True
    otherwise: Mapping[Verdict, Callable[[], StepGraphs | None]] = MappingProxyType({})

    def __init__(self, loss: Loss, first: Any, rest: Sequence[Any], modes: Sequence[str]) -> None:
        self.version, self._modes = jax.__version__, modes
        self.notes: list[str] = []
        _check(first)
        self._loss, self._arguments = _closed_over(loss, first, rest)
        paths = jax.tree_util.tree_flatten_with_path(first)[0]
        self.names = tuple(jax.tree_util.keystr(path) or "first" for path, _ in paths)
        self.dtypes = tuple(str(np.asarray(leaf).dtype) for _, leaf in paths)
        leaves = jax.tree.leaves(self._arguments)
        self._leaves = leaves
        forward, gradient = self._traced()
        inputs = tuple(np.asarray(leaf) for leaf in leaves)
        numbers = tuple(range(len(paths)))
        self.program = StepGraphs(forward, forward.outputs[0], gradient, gradient.outputs, inputs, numbers)
        with self._precision():
            held = jax.tree.map(jax.numpy.asarray, self._arguments)
            self.loss = float(foreign(lambda: self._loss(*held), self.notes.append))
        stops = [f"no gradient passes at {node.source}" for node in forward.stops]
        self.notes += dict.fromkeys((*stops, *forward.notes, *gradient.notes))

    def _precision(self) -> Any:
        """The context in which jax keeps the dtypes of the arguments."""
        return precision_of(self._leaves)

    def _traced(self) -> tuple[Graph, Graph]:
        with self._precision():
            out = foreign(lambda: jax.eval_shape(self._loss, *self._arguments), self.notes.append)
        leaves = jax.tree.leaves(out)
        if len(leaves) != 1 or leaves[0].shape != () or str(leaves[0].dtype) not in FLOATS:
            found = ", ".join(f"{leaf.dtype}{list(leaf.shape)}" for leaf in leaves)
            raise UsageError(f"the loss is {found or 'nothing'}: one floating-point number is needed")
        return trace(self._loss, *self._arguments), trace(jax.grad(self._loss), *self._arguments)

    def operations(self) -> Iterator[ExecutedOperation]:
        executed = execute(jax.grad(self._loss), *self._arguments)
        for node in executed.graph.nodes:
            if any(executed.graph.values[k].is_float or executed.graph.values[k].dtype == "bool" for k in node.results):
                alone, operands = _alone(executed.graph, node)
                given = tuple(_as_declared(executed.values[k], executed.graph.values[k]) for k in operands)
                gave = tuple(executed.values[k] for k in node.results)
                yield ExecutedOperation(node.primitive, node.source, node.phase, alone, given, gave)

    def units(self, values: Sequence[Any]) -> Iterator[tuple[CustomUnit, Theirs]]:
        forward = self.program.forward
        for place, call in reversed(list(enumerate(forward.calls))):
            inside = frozenset(k for node in forward.nodes if place in node.calls for k in node.results)
            if call.derivative is not None and inside and all(values[k] is not None for k in call.results):
                yield _unit(call, inside, forward, values)

    def answers(self) -> Iterator[ModeAnswer]:
        for mode in self._modes:
            try:
                with self._precision():
                    found = foreign(partial(COMPILERS[mode](self._loss), *self._arguments), self.notes.append)
            except UsageError as error:
                yield ModeAnswer(mode, failure=str(error))
                continue
            leaves = jax.tree.leaves(found)
            yield ModeAnswer(mode, tuple(np.asarray(leaf) for leaf in leaves))


def _unit(call: CustomCall, inside: frozenset[int], forward: Graph, values: Sequence[Any]) -> tuple[CustomUnit, Theirs]:
    """A call with a rule of its own, and the rule's walk at the exact operands."""
    rule: Graph = call.derivative()
    count = len(call.operands)
    floats = tuple(k for k in call.operands if forward.values[k].is_float)
    unit = CustomUnit(call.name, call.source, inside, call.results, rule.inputs[count:], floats, rule.outputs)

    def theirs(found: Mapping[int, Any]) -> Sequence[Any]:
        cotangents = [found.get(k, zeros_like(values[k])) for k in call.results]
        return walk(rule, [*(values[k] for k in call.operands), *cotangents])

    return unit, theirs


def _alone(graph: Graph, node: Node) -> tuple[Graph, tuple[int, ...]]:
    """One node as a graph of its own, and the values that are its inputs."""
    operands = tuple(dict.fromkeys(node.operands))
    numbers = {k: i for i, k in enumerate((*operands, *node.results))}
    results = tuple(numbers[k] for k in node.results)
    moved = Node(
        node.primitive, tuple(numbers[k] for k in node.operands), results, node.params, node.source, node.phase
    )
    values = tuple(graph.values[k] for k in numbers)
    inputs = tuple(range(len(operands)))
    return Graph(values, inputs, MappingProxyType({}), (moved,), results), operands


def _as_declared(array: Any, typed: Typed) -> Any:
    """A literal, which Python holds as a double, in the dtype that the program has it in."""
    return np.asarray(array, jax.numpy.dtype(typed.dtype)) if typed.is_float else array


def _check(first: Any) -> None:
    leaves = jax.tree.leaves(first)
    if not leaves:
        raise UsageError("the first argument has no parameters: arrays of floating-point numbers are needed")
    for path, leaf in jax.tree_util.tree_flatten_with_path(first)[0]:
        dtype = str(getattr(leaf, "dtype", type(leaf).__name__))
        if dtype not in (*FLOATS, "float"):
            raise UsageError(
                f"parameter {jax.tree_util.keystr(path) or 'first'} is {dtype}: {', '.join(FLOATS)} are judged"
            )


def _closed_over(loss: Loss, first: Any, rest: Sequence[Any]) -> tuple[Loss, tuple[Any, ...]]:
    """Arguments that are no arrays are settings: they are not traced."""
    traced = [k for k, x in enumerate(rest) if all(hasattr(leaf, "dtype") for leaf in jax.tree.leaves(x))]

    def of_arrays(first: Any, *arrays: Any) -> Any:
        given = list(rest)
        for k, array in zip(traced, arrays, strict=True):
            given[k] = array
        return loss(first, *given)

    return of_arrays, (first, *(rest[k] for k in traced))
