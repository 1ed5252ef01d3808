"""Certificate 3: the gradient as the user gets it, against the exact one, entry by entry.

Two bounds. What decides is an enclosure of every correct answer (`doubt`). The signed adjoint: for a functional
s = ⟨g, v⟩ of the gradient, Σ over all operations |∂s/∂(its result)| · its local rounding; cheap and sharp at any size,
but first order: it decides nothing.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from flint import ctx

from ...reference.graph.adjoint import Pull, adjoint, pulled
from ...reference.graph.arrays import from_list, lift, magnitudes, to_floats
from ...reference.graph.exact import walk
from ...reference.graph.graph import STOP, Graph, Node
from ...reference.graph.primitive import Arrays
from ...reference.graph.rounding import FORMATS, literal_errors, local
from ..judging.verdict import Verdict, tallied
from .doubt import AnswerDoubt, OtherFormulas
from .operations import JudgedResult, excused, judge
from .subject import ModeAnswer, StepSubject

BITS = 64
PASSES = "copy"
"""What a stop is to a rounding."""
SUMS_AND_PRODUCTS = (
    "dot_general",
    "add",
    "sub",
    "mul",
    "neg",
    "reduce_sum",
    "reshape",
    "transpose",
    "broadcast_in_dim",
)
"""Their pullbacks take floats as well."""
NOTHING = 1e-30
"""A gradient below this share of the largest is 0."""
FUNCTIONALS, FEWEST, WORK = 12, 2, 2 * 10**7
"""Parameters whose signed bound is worked out, evenly spread where there are more: a reverse walk each, fewer
where their entries would be more than WORK.
"""


Within = Iterator[tuple[Verdict, Any]]
"""Enclosures, and what an entry is that only this one holds."""


class Signed(NamedTuple):
    """⟨g, v⟩ for random signs v on one parameter: what it may be off to first order, and ‖g‖₁."""

    signs: Any
    bound: float


@dataclass(frozen=True)
class ParameterAnswer:
    """One parameter of one answer. `error` and `bound` are relative to its largest entry; `signed` is first order."""

    name: str
    entries: int
    verdicts: Counter[Verdict]
    error: float
    bound: float
    worst_ratio: float
    digits_lost: float
    signed_bound: float | None
    signed_ratio: float | None


@dataclass(frozen=True)
class AnswerCertificate:
    """One mode of getting the gradient."""

    mode: str
    parameters: tuple[ParameterAnswer, ...]
    failure: str = ""
    sharp: bool = True
    """Whether the bound is the sharp one; where a program is too large for that, it is the running one alone."""

    @property
    def verdicts(self) -> Counter[Verdict]:
        return sum((p.verdicts for p in self.parameters), Counter())

    @property
    def entries(self) -> int:
        return sum(p.entries for p in self.parameters)

    @property
    def digits_lost(self) -> float:
        """The most of a parameter; ∞ where an entry is no finite number and should be."""
        return max((p.digits_lost for p in self.parameters), default=0.0)


def certify_answers(subject: StepSubject, truth: Sequence[Any]) -> tuple[AnswerCertificate, ...]:
    """Every mode of the subject against the exact gradient (balls, one array a parameter)."""
    with ctx.workprec(BITS):
        doubts, signed = (AnswerDoubt(subject), OtherFormulas(subject)), _signed(subject)
        return tuple(_judged(subject, answer, truth, doubts, signed) for answer in subject.answers())


def _signed(subject: StepSubject) -> dict[int, Signed]:
    """The signed bound for some parameters."""
    program, rng = subject.program, np.random.default_rng(0)
    graph = without_stops(program.gradient)
    values = walk(graph, program.inputs)
    errors = local_errors(graph, values, subject.flushes)
    size = sum(int(np.size(value)) for value in values if value is not None)
    count = min(FUNCTIONALS, max(FEWEST, WORK // max(size, 1)))
    chosen = np.unique(np.linspace(0, len(program.gradients) - 1, count).astype(int))
    found, pull = {}, pullback_in_floats()
    for k in chosen.tolist():
        number = program.gradients[k]
        if number is not None:
            signs = rng.choice([-1.0, 1.0], np.shape(values[number]))
            found[k] = Signed(signs, signed_bound(graph, values, errors, {number: signs}, pull))
    return found


def without_stops(graph: Graph) -> Graph:
    """Roundings pass where cotangents of the loss are stopped."""
    nodes = (replace(node, primitive=PASSES) if node.primitive == STOP else node for node in graph.nodes)
    return replace(graph, nodes=tuple(nodes))


def local_errors(graph: Graph, values: Sequence[Any], flushes: bool) -> dict[int, Any]:
    """By value: what its operation may round, where that is not 0."""
    found = literal_errors(graph)
    for node in graph.nodes:
        operands, results = (tuple(values[k] for k in numbers) for numbers in (node.operands, node.results))
        found.update(zip(node.results, local(graph, node, operands, results, flushes), strict=True))
    return {number: error for number, error in found.items() if np.any(error)}


def signed_bound(
    graph: Graph, values: Sequence[Any], errors: dict[int, Any], seed: dict[int, Any], pull: Pull
) -> float:
    """Σ |∂s/∂value| · error over all values, first order as it is, in float64."""
    total = 0.0
    with np.errstate(all="ignore"):
        cotangents = adjoint(graph, list(values), seed, pull=pull)
        for number, error in errors.items():
            if number in cotangents:
                size = np.abs(cotangents[number])
                total += float(np.sum(np.where((size > 0) & (error > 0), size * error, 0.0)))
    return total


def pullback_in_floats() -> Pull:
    """Pull back float64 cotangents, at the values of one walk: sums and products as floats, others through balls."""
    middles: dict[int, Any] = {}  # each is worked out once

    def middle(value: Any) -> Any:
        if id(value) not in middles:
            middles[id(value)] = to_floats(value)
        return middles[id(value)]

    def pull(node: Node, operands: Arrays, results: Arrays, given: Arrays) -> Arrays:
        if node.primitive in SUMS_AND_PRODUCTS:
            return pulled(node, tuple(map(middle, operands)), tuple(map(middle, results)), given)
        left = pulled(node, operands, results, tuple(None if v is None else lift(v) for v in given))
        return tuple(None if part is None else to_floats(part) for part in left)

    return pull


def _judged(
    subject: StepSubject,
    answer: ModeAnswer,
    truth: Sequence[Any],
    doubts: tuple[AnswerDoubt, OtherFormulas],
    signed: dict[int, Signed],
) -> AnswerCertificate:
    if answer.failure:
        return AnswerCertificate(answer.mode, (), answer.failure)
    rows = []
    scale = max(map(_largest, truth), default=0.0)
    for k, (name, ours, got) in enumerate(zip(subject.names, truth, answer.gradients, strict=True)):
        held = np.zeros(np.shape(ours)) if got is None else np.asarray(got)
        within = itertools.chain(
            ((Verdict.WRONG, doubts[0].within(k, ours, answer.mode)),), doubts[1].within(k, ours, answer.mode)
        )
        judged = _by_any(within, held.astype(np.float64), FORMATS[subject.dtypes[k]].largest)
        unbounded = (judged.verdict == Verdict.UNDETERMINED) & np.isfinite(to_floats(ours))
        if np.any(unbounded):
            judged.verdict[unbounded] = Verdict.OUT_OF_RANGE if doubts[0].leaves_range else Verdict.BLIND
        rows.append(_parameter(name, FORMATS[subject.dtypes[k]].u, ours, held, judged, signed.get(k), scale))
    return AnswerCertificate(answer.mode, tuple(rows), sharp=doubts[0].is_sharp(answer.mode))


def _parameter(
    name: str, u: float, ours: Any, got: Any, judged: JudgedResult, signed: Signed | None, scale: float
) -> ParameterAnswer:
    floats, known, size = got.astype(np.float64), np.isfinite(to_floats(ours)), _largest(ours)
    size = size if size > scale * NOTHING else scale  # a gradient of 0 is measured by the others
    error = from_list([x - y for x, y in zip(np.ravel(ours), np.ravel(floats).tolist(), strict=True)], np.shape(ours))
    largest = float(magnitudes(error)[known].max(initial=0.0))
    relative = largest / size if size else largest
    return ParameterAnswer(
        name,
        int(np.size(ours)),
        tallied(judged.verdict),
        relative,
        _relative_bound(judged.bound, size),
        float(judged.ratio[np.isfinite(judged.ratio)].max(initial=0.0)),
        _digits(relative / u),
        *_first_order(signed, error, size),
    )


def _by_any(within: Within, got: Any, largest: float) -> JudgedResult:
    """By the first enclosure; what is wrong by that, by the next."""
    _, balls = next(within)
    judged = judge(balls, got, largest)
    while np.any(judged.verdict == Verdict.WRONG) and (other := next(within, None)) is not None:
        judged = excused(judged, judge(other[1], got, largest), other[0])
    return judged


def _largest(balls: Any) -> float:
    """The largest magnitude that is known."""
    sizes = magnitudes(balls)
    return float(sizes[np.isfinite(sizes)].max(initial=0.0))


def _digits(units: float) -> float:
    """Decimal digits of an error in units of rounding; ∞ where it is no number."""
    return 0.0 if units <= 1 else math.inf if math.isnan(units) else math.log10(units)


def _first_order(signed: Signed | None, error: Any, size: float) -> tuple[float | None, float | None]:
    """The bound of ⟨g, v⟩ relative to what random signs of the largest entry come to, and error/bound."""
    if signed is None:
        return None, None
    off = abs(float(np.sum(to_floats(error) * np.reshape(signed.signs, np.shape(error)))))
    ratio = off / signed.bound if signed.bound else 0.0
    return signed.bound / (size * max(1, np.size(error)) ** 0.5 or 1.0), ratio


def _relative_bound(bound: Any, size: float) -> float:
    most = float(np.max(bound, initial=0.0))
    return most / size if size else most
