"""Certificate 1: is the gradient program right? Our own pullbacks against the framework's, exact, no tolerance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flint import ctx

from ...reference.graph.adjoint import adjoint
from ...reference.graph.arrays import filled, magnitudes, zeros_like
from ...reference.graph.exact import walk
from ...reference.graph.graph import FORWARD, Graph
from ..judging.verdict import Verdict
from .digits import Agreement, agreement
from .subject import CustomUnit, StepGraphs, StepSubject

BITS = (400, 1600)
"""Working precision, and what is tried where that says nothing."""
DIGITS = 60.0
"""What two enclosures of the same number agree to."""


@dataclass(frozen=True)
class ExactValues:
    """The exact values: of the forward program, their own cotangents, and of the gradient program."""

    values: Sequence[Any]
    cotangents: Mapping[int, Any]
    theirs: Sequence[Any]
    bits: int


@dataclass(frozen=True)
class ParameterAgreement:
    """One parameter's gradient: ours against the framework's program."""

    name: str
    agreement: Agreement

    @property
    def verdict(self) -> Verdict:
        if self.agreement.apart:
            return Verdict.WRONG
        return Verdict.UNDETERMINED if self.agreement.unclear else Verdict.ACCURATE


@dataclass(frozen=True)
class Culprit:
    """An operation whose own backward differs from its pullback at the exact operands."""

    name: str
    where: str
    difference: float
    allowed: bool = False
    hook: bool = False
    """Whether it is what hangs on the value of this name that changes the cotangent."""

    def __str__(self) -> str:
        where = f" at {self.where}" if self.where else ""
        if self.hook:
            return f"a hook on {self.name}{where} changes the cotangent"
        return f"the backward of {self.name}{where} is not its pullback"


@dataclass(frozen=True)
class ProgramCertificate:
    """What two exact walks say of each parameter; `culprits` are the operations whose backward differs."""

    parameters: tuple[ParameterAgreement, ...]
    culprits: tuple[Culprit, ...]
    bits: int
    truth: tuple[Any, ...]
    """The exact gradient by our own pullbacks, arrays of balls."""

    @property
    def digits(self) -> float:
        """The least number of digits that a parameter agrees to."""
        return min((p.agreement.digits for p in self.parameters), default=float("inf"))

    @property
    def verdict(self) -> Verdict:
        found = {p.verdict for p in self.parameters}
        return next((v for v in (Verdict.WRONG, Verdict.UNDETERMINED) if v in found), Verdict.ACCURATE)


def forward_only(graph: Graph) -> Graph:
    """Without the nodes of the backward pass."""
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.phase == FORWARD))


def walked(program: StepGraphs, bits: int) -> ExactValues:
    """Both walks, at the precision in force."""
    same = program.gradient is program.forward
    values = walk(program.forward, program.inputs)
    seed = {program.loss: filled(np.shape(values[program.loss]), 1)}
    ours = adjoint(forward_only(program.forward), values, seed)
    theirs = values if same else walk(program.gradient, program.inputs)
    return ExactValues(values, ours, theirs, bits)


def certify_program(subject: StepSubject, allow: Sequence[str] = ()) -> ProgramCertificate:
    """At more digits where fewer do not decide."""
    found = _at(subject, BITS[0], allow)
    return found if found.verdict != Verdict.UNDETERMINED else _at(subject, BITS[1], allow)


def _at(subject: StepSubject, bits: int, allow: Sequence[str]) -> ProgramCertificate:
    with ctx.workprec(bits):
        exact = walked(subject.program, bits)
        exact, allowed = _allowing(subject, exact, allow) if allow else (exact, ())
        truth = tuple(_ours(subject.program, exact, k) for k in subject.program.parameters)
        parameters = tuple(_compare(subject, exact, truth))
        apart = any(p.agreement.apart for p in parameters)
        culprits = tuple(_culprits(subject, exact)) if apart else ()
    return ProgramCertificate(parameters, (*culprits, *allowed), bits, truth)


def _ours(program: StepGraphs, exact: ExactValues, number: int) -> Any:
    value = exact.values[program.forward.inputs[number]]
    return exact.cotangents.get(program.forward.inputs[number], zeros_like(value))


def _compare(subject: StepSubject, exact: ExactValues, truth: Sequence[Any]) -> list[ParameterAgreement]:
    scale = max((float(magnitudes(ours).max(initial=0.0)) for ours in truth), default=1.0)
    found = []
    for name, number, ours in zip(subject.names, subject.program.gradients, truth, strict=True):
        theirs = zeros_like(ours) if number is None else np.reshape(exact.theirs[number], np.shape(ours))
        found.append(ParameterAgreement(name, agreement(ours, theirs, DIGITS, scale or 1.0)))
    return found


def _culprits(subject: StepSubject, exact: ExactValues) -> list[Culprit]:
    """The operations that pass on something else than their own pullback does, first in the backward pass first."""
    forward = forward_only(subject.program.forward)
    found = []
    for unit, theirs in subject.units(exact.values):
        difference = _difference(unit, forward, exact.values, theirs(exact.cotangents))
        if difference is not None:
            found.append(Culprit(unit.name, str(unit.source or ""), difference, hook=not unit.nodes))
    return found


def _difference(unit: CustomUnit, forward: Graph, values: Sequence[Any], theirs: Sequence[Any]) -> float | None:
    nodes = tuple(node for node in forward.nodes if unit.nodes.intersection(node.results))
    given = {k: np.reshape(theirs[c], np.shape(values[k])) for k, c in zip(unit.results, unit.incoming, strict=True)}
    pulled = adjoint(replace(forward, nodes=nodes), list(values), given)
    apart = []
    for source, number in zip(unit.sources, unit.outgoing, strict=True):
        ours = pulled.get(source, zeros_like(values[source]))
        gave = zeros_like(ours) if number is None else np.reshape(theirs[number], np.shape(ours))
        seen = agreement(ours, gave, 0.0, 1.0)
        apart += [seen.difference] if seen.apart else []
    return max(apart, default=None)


def _allowing(
    subject: StepSubject, exact: ExactValues, allow: Sequence[str]
) -> tuple[ExactValues, tuple[Culprit, ...]]:
    """Our own cotangents with the rules that are meant to differ in the place of their pullbacks."""
    forward, listed = forward_only(subject.program.forward), []
    remaining, found = forward.nodes, _seed(subject.program, exact)
    for unit, rule in subject.units(exact.values):
        inside = [k for k, node in enumerate(remaining) if unit.nodes.intersection(node.results)]
        if unit.name not in allow or not inside:
            continue
        found = adjoint(replace(forward, nodes=remaining[inside[-1] + 1 :]), list(exact.values), found)
        theirs = rule(found)
        difference = _difference(unit, forward, exact.values, theirs)
        listed.append(Culprit(unit.name, str(unit.source or ""), difference or 0.0, allowed=True))
        _add_outgoing(unit, exact.values, theirs, found)
        remaining = tuple(node for k, node in enumerate(remaining[: inside[-1]]) if k not in inside)
    found = adjoint(replace(forward, nodes=remaining), list(exact.values), found)
    return replace(exact, cotangents=found), tuple(listed)


def _add_outgoing(unit: CustomUnit, values: Sequence[Any], theirs: Sequence[Any], found: dict[int, Any]) -> None:
    for source, number in zip(unit.sources, unit.outgoing, strict=True):
        if number is not None:
            part = np.reshape(theirs[number], np.shape(values[source]))
            found[source] = found[source] + part if source in found else part


def _seed(program: StepGraphs, exact: ExactValues) -> dict[int, Any]:
    return {program.loss: filled(np.shape(exact.values[program.loss]), 1)}
