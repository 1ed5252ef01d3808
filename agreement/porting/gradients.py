"""Are the gradients the same? Exactly, by our own pullbacks; and as the frameworks give them, within their bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ...reference.graph.adjoint import adjoint
from ...reference.graph.arrays import filled, to_floats, zeros_like
from ...reference.graph.graph import STOP, SourceLine
from ..certificates.answer import NOTHING, PASSES, ParameterAnswer, certify_answers
from ..certificates.digits import Agreement, agreement, largest_finite
from ..certificates.program import DIGITS, ProgramCertificate, certify_program
from ..certificates.subject import StepSubject
from ..judging.verdict import Verdict
from .parameters import Match
from .program import WalkedProgram
from .sides import PortedStep
from .sides.side import PARAMETER

SHARP = 0.125
"""A bound beyond this share of the gradient says nothing."""


@dataclass(frozen=True)
class ParameterGradient:
    """One parameter on both sides: exact agreement, how far the answers are apart, and the share of what is allowed.

    `difference` is relative to the largest entry. `first_order` says that the bound is the signed one.
    """

    first: str
    second: str
    exact: Agreement
    difference: float | None
    share: float | None
    first_order: bool = False

    @property
    def compared(self) -> Literal["same", "apart", "open"]:
        """Open: some entry has no one gradient, at a kink or where it is infinite, and none is apart."""
        return "apart" if self.exact.apart else "open" if self.exact.unclear else "same"

    @property
    def answers_agree(self) -> bool:
        """Whether the frameworks' answers are within what rounding allows of each other."""
        return self.difference is not None and (self.difference == 0 or (self.share is not None and self.share <= 1))


@dataclass(frozen=True)
class StoppedCotangent:
    """A place that passes no cotangent, and without which the gradients are the same."""

    side: int
    source: SourceLine | None


@dataclass(frozen=True)
class PortGradients:
    """What both gradients say together; `wrong` are sentences about a framework's own gradient.

    No parameter stands here where the two were not compared.
    """

    parameters: tuple[ParameterGradient, ...]
    stopped: tuple[StoppedCotangent, ...]
    wrong: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether no exact gradient is apart: all overlap to 60 digits, but for entries that have no one gradient."""
        return all(p.compared != "apart" for p in self.parameters)

    @property
    def open(self) -> tuple[ParameterGradient, ...]:
        """Those with entries that have no one gradient."""
        return tuple(p for p in self.parameters if p.compared == "open")

    @property
    def difference(self) -> float | None:
        """The largest difference of the answers, relative."""
        return max((p.difference for p in self.parameters if p.difference is not None), default=None)

    @property
    def share(self) -> float | None:
        """The largest share of what the dtype allows."""
        return max((p.share for p in self.parameters if p.share is not None), default=None)


Exact = Mapping[str, Any]


def exact_gradients(program: WalkedProgram, passing: Sequence[int] = ()) -> Exact:
    """The gradient in every leaf by name, by our own pullbacks; stops at these places pass."""
    nodes = [replace(n, primitive=PASSES) if k in passing else n for k, n in enumerate(program.graph.nodes)]
    graph = replace(program.graph, nodes=tuple(nodes))
    values = list(program.values)
    found = adjoint(graph, values, {program.output: filled(np.shape(values[program.output]), 1)})
    return {leaf.name: found.get(k, zeros_like(values[k])) for k, leaf in program.inputs.items()}


def same_exactly(matches: Sequence[Match], first: Exact, second: Exact) -> list[Agreement]:
    """Parameter by parameter."""
    scale = max(map(largest_finite, first.values()), default=1.0) or 1.0
    return [agreement(_of(first, m.first.name, m.of_first), _of(second, m.second.name, m.of_second), DIGITS, scale)
            for m in matches]  # fmt: skip


def _of(exact: Exact, name: str, places: Any) -> Any:
    return np.ravel(exact[name])[places]


def stops_that_matter(matches: Sequence[Match], first: WalkedProgram, second: WalkedProgram) -> list[StoppedCotangent]:
    """Stops without which the gradients agree: one of either side, or all of one side."""
    places = [[k for k, n in enumerate(p.graph.nodes) if n.primitive == STOP] for p in (first, second)]
    tries = [(side, [k]) for side in (0, 1) for k in places[side]]
    tries += [(side, places[side]) for side in (0, 1) if len(places[side]) > 1]
    programs = (first, second)
    exact = [exact_gradients(p) for p in programs]
    for side, passing in tries:
        moved = exact_gradients(programs[side], passing)
        pair = (moved, exact[1]) if side == 0 else (exact[0], moved)
        if not any(a.apart for a in same_exactly(matches, *pair)):
            sources = dict.fromkeys(programs[side].graph.nodes[k].source for k in passing)
            return [StoppedCotangent(side, source) for source in sources]
    return []


def compare_gradients(
    matches: Sequence[Match], sides: tuple[PortedStep, PortedStep], programs: tuple[WalkedProgram, WalkedProgram]
) -> PortGradients:
    """Everything about the gradients of two steps of one function, at the user's own parameters."""
    exact = same_exactly(matches, *(exact_gradients(p) for p in programs))
    stopped = stops_that_matter(matches, *programs) if any(a.apart for a in exact) else []
    judged = [_judged(side) for side in sides]
    scale = max(judged[0].sizes.values(), default=0.0)
    rows = [_row(m, a, scale, judged[0], judged[1]) for m, a in zip(matches, exact, strict=True)]
    wrong = [sentence for side, one in zip(sides, judged, strict=True) for sentence in _wrong(side, one)]
    return PortGradients(tuple(rows), tuple(stopped), tuple(wrong))


def each_alone(sides: tuple[PortedStep, PortedStep]) -> PortGradients:
    """Each framework's gradient against its own step: of steps with constants rounded otherwise nothing is the same."""
    return PortGradients((), (), tuple(sentence for side in sides for sentence in _wrong(side, _judged(side))))


@dataclass(frozen=True)
class SideGradient:
    """One side's gradient program, its answer by parameter, and the bounds of it."""

    program: ProgramCertificate
    answers: Mapping[str, Any]
    rows: Mapping[str, ParameterAnswer]
    sizes: Mapping[str, float]
    """The largest finite entry of each exact gradient."""
    failure: str


def _judged(side: PortedStep) -> SideGradient:
    subject: StepSubject = side.subject()
    program = certify_program(subject)
    certificates = certify_answers(subject, program.truth)
    answers = list(subject.answers())
    names = [leaf.name for leaf in side.leaves if leaf.role == PARAMETER]
    if not answers or answers[0].failure:
        return SideGradient(program, {}, {}, {}, answers[0].failure if answers else "")
    held = dict(zip(names, answers[0].gradients, strict=True))
    rows = dict(zip(names, certificates[0].parameters, strict=True))
    sizes = map(largest_finite, program.truth)
    return SideGradient(program, held, rows, dict(zip(names, sizes, strict=True)), "")


def _row(m: Match, exact: Agreement, scale: float, first: SideGradient, second: SideGradient) -> ParameterGradient:
    if not (first.answers and second.answers):
        return ParameterGradient(m.first.name, m.second.name, exact, None, None)
    a, b = first.answers[m.first.name], second.answers[m.second.name]
    of_first, of_second = (_entries(x, places) for x, places in ((a, m.of_first), (b, m.of_second)))
    size = first.sizes[m.first.name]
    size = size if size > scale * NOTHING else scale  # a gradient of 0 is measured by the others
    off = _off(of_first, of_second)
    relative = float(off.max(initial=0.0)) / size if size else 0.0
    share, first_order = _share(off, size, first.rows[m.first.name], second.rows[m.second.name])
    return ParameterGradient(m.first.name, m.second.name, exact, relative, share, first_order)


def _off(a: Any, b: Any) -> Any:
    """|a − b|: 0 for the same infinity, and for two that are no numbers; ∞ for one that is none."""
    with np.errstate(invalid="ignore"):
        return np.where(
            (a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.nan_to_num(np.abs(a - b), nan=np.inf, posinf=np.inf)
        )


def _entries(gradient: Any, places: Any) -> Any:
    return np.zeros(len(places)) if gradient is None else to_floats(np.ravel(gradient)[places]).astype(np.float64)


def _share(off: Any, size: float, a: ParameterAnswer, b: ParameterAnswer) -> tuple[float | None, bool]:
    """Of the sum of both bounds; of the signed ones, to first order, where the enclosures say nothing."""
    if not size:
        return None, False
    if a.bound < SHARP and b.bound < SHARP:
        allowed = a.bound + b.bound
        return (float(off.max(initial=0.0)) / size / allowed if allowed else None), False
    signed = [x.signed_bound for x in (a, b) if x.signed_bound is not None and 0 < x.signed_bound < np.inf]
    if len(signed) == 2:
        return float(np.sqrt(np.mean(off**2))) / size / sum(signed), True
    return None, False


def _wrong(side: PortedStep, judged: SideGradient) -> list[str]:
    found = [f"the gradient of {side.framework} {judged.failure}"] if judged.failure else []
    if judged.program.verdict == Verdict.WRONG and judged.answers:
        found += [f"{c} ({side.framework})" for c in judged.program.culprits] or [
            f"the gradient program of {side.framework} is wrong"
        ]
    names = [name for name, row in judged.rows.items() if row.verdicts[Verdict.WRONG]]
    if names:
        found.append(f"{side.framework}'s gradient of {', '.join(names[:3])} is wrong: beyond what its dtype allows")
    return found
