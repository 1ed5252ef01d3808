"""A training step of torch: recorded once, as it is executed eagerly; compiled modes only give an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np
import torch

from ...reference.graph.from_torch import Recorded, graph_of, otherwise, prepared, record, run, single
from ...reference.graph.from_torch.aten import DEVIATIONS, TEXTBOOK
from ...reference.graph.from_torch.recording import address_of
from ...reference.graph.from_torch.translate import Formulas, PulledValues, TrainingStep
from ...reference.graph.graph import FLOATS, FORWARD, SourceLine
from ..errors import UsageError
from ..judging.verdict import Verdict
from .subject import CustomUnit, ExecutedOperation, ModeAnswer, StepGraphs, Theirs, foreign

Loss = Callable[..., Any]
COMPILERS: Mapping[str, Callable[[Loss], Loss]] = {
    "eager": lambda loss: loss,
    "compile": lambda loss: torch.compile(loss, options={"fallback_random": True}),
    "compile.aot_eager": lambda loss: torch.compile(loss, backend="aot_eager"),
}
"""How a user may run the step; inductor draws the random numbers that eager torch draws, so that masks are the same."""
OTHERWISE = {Verdict.LOSSY: Formulas(TEXTBOOK, narrow=True), Verdict.KNOWN: Formulas(DEVIATIONS)}
"""Other formulas, and what an entry is that only they explain."""


class TorchSubject:
    """`loss(first, *rest)`, differentiated in `first`: a module, or a pytree of tensors."""

    framework = "torch"
    flushes = False

    def __init__(self, loss: Loss, first: Any, rest: Sequence[Any], modes: Sequence[str]) -> None:
        self.version = str(torch.__version__)
        self.notes: list[str] = []
        self._loss, self._first, self._rest, self._modes = loss, first, rest, modes
        self._recorded = self._record()
        self._step = graph_of(self._recorded.recording, self._recorded.ends)
        self.otherwise: Mapping[Verdict, Callable[[], StepGraphs | None]] = {
            verdict: partial(self._by, formulas) for verdict, formulas in OTHERWISE.items()
        }
        self.names, self.loss = self._recorded.names, float(self._recorded.loss)
        self.dtypes = tuple(str(p.dtype).removeprefix("torch.") for p in self._recorded.parameters)
        self.program = self._programs(self._step)
        self.notes += [*_notes(self._recorded, self._step.graph), *_not_run(first)]

    def _programs(self, step: TrainingStep) -> StepGraphs:
        inputs = tuple(self._recorded.recording.executed(operand) for operand in self._recorded.ends.inputs)
        return StepGraphs(step.graph, step.loss, step.graph, step.gradients, inputs, tuple(range(len(inputs))))

    def _by(self, formulas: Formulas) -> StepGraphs | None:
        """The programs by these; None where they concern no call."""
        recording = self._recorded.recording
        if not any(map(formulas.concern, recording.calls)):
            return None
        return self._programs(graph_of(recording, self._recorded.ends, formulas))

    def _record(self) -> Recorded:
        given = foreign(lambda: prepared(self._first, self._rest), self.notes.append)
        _check(given.names, given.parameters, self._first)
        return foreign(lambda: record(self._loss, given), self.notes.append)

    def operations(self) -> Iterator[ExecutedOperation]:
        for call in self._recorded.recording.calls:
            found = single(call, self._recorded.recording)
            if found is not None:
                name = f"aten.{call.name.partition('.')[0]}"
                again = {
                    v: partial(otherwise, call, self._recorded.recording, formulas) for v, formulas in OTHERWISE.items()
                }
                yield ExecutedOperation(name, call.source, call.phase, found.graph, found.given, found.gave, again)

    def units(self, values: Sequence[Any]) -> Iterator[tuple[CustomUnit, Theirs]]:
        for node in self._step.pulled:
            ends = enumerate(zip(node.results, node.incoming, strict=True))
            for place, (result, arrived) in ends:
                where = f"a result of {_name(node)}", self._line(node)
                yield from self._hook((node.sequence, place), result, arrived, where, values)
            unit = self._unit(node)
            if unit is not None:
                yield unit, lambda found: values
        inputs = zip(self._recorded.parameters, self._step.graph.inputs, self.names, self._step.gradients, strict=True)
        for parameter, number, name, arrived in inputs:
            yield from self._hook((-1, address_of(parameter)), number, arrived, (name, None), values)

    def _hook(
        self,
        towards: tuple[int, int],
        result: int | None,
        arrived: int | None,
        where: tuple[str, SourceLine | None],
        values: Sequence[Any],
    ) -> Iterator[tuple[CustomUnit, Theirs]]:
        """What lies between the users of a result and what made it, as a function that does nothing."""
        pairs = (zip(user.outgoing, user.towards, strict=True) for user in self._step.pulled)
        passed = [number for each in pairs for number, to in each if to == towards]
        known = [k for k in passed if k is not None and self._fit(result, k)]
        if result is None or arrived is None or not known or known != passed or not self._fit(result, arrived):
            return
        total = sum(np.reshape(values[k], np.shape(values[result])) for k in known)
        unit = CustomUnit(where[0], where[1], frozenset(), (result,), (len(values),), (result,), (arrived,))
        yield unit, lambda found: [*values, total]

    def _unit(self, node: PulledValues) -> CustomUnit | None:
        """None where not all that it takes and gives is known by its place in the program."""
        pairs = [(r, c) for r, c in zip(node.results, node.incoming, strict=True) if c is not None]
        ends = [(s, c) for s, c in zip(node.sources, node.outgoing, strict=True) if s is not None]
        inside = [n for n in self._step.graph.nodes if n.phase == FORWARD and n.tags.get("sequence") == node.sequence]
        if not inside or not ends or not all(self._fit(r, c) for r, c in (*pairs, *ends)):
            return None
        results = frozenset(k for n in inside for k in n.results)
        heads, incoming = zip(*pairs, strict=True) if pairs else ((), ())
        sources, outgoing = zip(*ends, strict=True)
        return CustomUnit(_name(node), self._line(node), results, heads, incoming, sources, outgoing)

    def _line(self, node: PulledValues) -> SourceLine | None:
        """The user's line of a node's forward operation."""
        nodes = (n for n in self._step.graph.nodes if n.phase == FORWARD and n.tags.get("sequence") == node.sequence)
        return next((n.source for n in nodes if n.source is not None), None)

    def _fit(self, value: int | None, cotangent: int | None) -> bool:
        """Whether a value is known, and its cotangent has its size."""
        shapes = [self._step.graph.values[k].shape for k in (value, cotangent) if k is not None]
        return value is not None and len({prod(shape) for shape in shapes}) == 1

    def answers(self) -> Iterator[ModeAnswer]:
        for mode in self._modes:
            yield self._answer(mode)

    def _run(self, mode: str) -> Any:
        return run(COMPILERS[mode](self._loss), prepared(self._first, self._rest))

    def _answer(self, mode: str) -> ModeAnswer:
        try:
            _, gradients = foreign(partial(self._run, mode), self.notes.append)
        except UsageError as error:
            return ModeAnswer(mode, failure=str(error))
        return ModeAnswer(mode, tuple(None if g is None else _numbers(g) for g in gradients))


def _not_run(first: Any) -> Iterator[str]:
    held = first.parameters() if isinstance(first, torch.nn.Module) else torch.utils._pytree.tree_leaves(first)
    if any(getattr(p, "_post_accumulate_grad_hooks", None) for p in held):
        yield "hooks on accumulated gradients, as optimisers set them, are not run"


def _name(node: PulledValues) -> str:
    return node.name.removesuffix("Backward0").removesuffix("Backward")


def _numbers(tensor: Any) -> Any:
    held = tensor.detach().cpu()
    return np.asarray((held.float() if held.dtype == torch.bfloat16 else held).numpy())


def _check(names: Sequence[str], parameters: Sequence[Any], first: Any) -> None:
    if not names:
        integers = not isinstance(first, torch.nn.Module) and any(
            isinstance(x, torch.Tensor) for x in torch.utils._pytree.tree_leaves(first)
        )
        said = "only integers" if integers else "no parameters that need a gradient"
        raise UsageError(f"the first argument has {said}: floating-point tensors are needed")
    for name, parameter in zip(names, parameters, strict=True):
        dtype = str(parameter.dtype).removeprefix("torch.")
        if dtype not in FLOATS:
            raise UsageError(f"parameter {name} is {dtype}: {', '.join(FLOATS)} are judged")
        if parameter.device.type == "meta":
            raise UsageError(f"parameter {name} is on the device meta, which holds no numbers")


def _notes(recorded: Recorded, graph: Any) -> Iterator[str]:
    yield from (f"no gradient passes at {node.source}" for node in graph.stops if node.phase == FORWARD)
    names = [call.name.partition(".")[0] for call in recorded.recording.calls]
    if any("bernoulli" in n or "dropout" in n or n.startswith(("rand", "rrelu")) for n in names):
        yield "random numbers are taken as executed"
    if "_local_scalar_dense" in names:
        yield "a tensor's value is read into Python (.item(), if): the branch that was taken is judged"
