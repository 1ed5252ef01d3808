"""The verdict per equation: every answer held against the certified truth, each equation from the
subject's own δ where that can be had, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ...manual.backprop import backprop, hidden_activation
from ...manual.case import Case, Pack
from ...manual.equations import bp2
from ...manual.gradients import Gradients, Place, Quantity
from ...manual.shapes import Array
from ...reference.protocol import Architecture, Traits
from ..catalogue.trace import examples
from ..judging.judge import Finding, Judge
from ..judging.verdict import Verdict
from .inference.conventions import Convention
from .inference.matching import SAME
from .inference.reading import Observed

EQUATIONS = ("BP1", "BP2", "BP3", "BP4")


class Status(IntEnum):
    """What is said of an equation, from best to worst."""

    UNSEEN = 0
    RIGHT = 1
    INEXACT = 2
    WRONG = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Failure:
    """An entry of an answer that is wrong, or a part of the wrong shape (got and true are arrays then)."""

    case: Case
    regime: str
    equation: str
    layer: int
    index: tuple[int, ...]
    got: float
    true: float
    bound: float
    shape: tuple[int, ...] | None = None
    raised: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a subject answered to a case, and to each of its examples alone (none where that is unknown)."""

    case: Case
    regime: str
    observed: Observed | None
    raised: str | None
    singles: tuple[Observed | None, ...]


@dataclass(frozen=True)
class _Subject:
    name: str = "subject"
    version: str = "own"
    traits: Traits = Traits()

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        return backprop(pack)


@dataclass(frozen=True)
class Ruling:
    """The statuses of the four equations on one case, and the worst entry of each that is wrong."""

    statuses: dict[str, Status]
    failures: dict[str, Failure]

    @property
    def wrong(self) -> int:
        return sum(status is Status.WRONG for status in self.statuses.values())


def rule(answer: Answer, convention: Convention) -> Ruling:
    """Judge one answer, with the δ under which the fewest equations are wrong."""
    case = convention.adapt(answer.case)
    if answer.observed is None:
        failure = Failure(case, answer.regime, "", 0, (), np.nan, np.nan, np.nan, raised=answer.raised)
        return Ruling({}, {"": failure})
    judge = Judge(Pack.of([case]))
    best: Ruling | None = None
    for deltas in _deltas(answer, case, convention):
        ruling = _with(judge, answer, convention, deltas)
        best = ruling if best is None or ruling.wrong < best.wrong else best
        if not best.wrong:
            break
    assert best is not None
    return best


def _deltas(answer: Answer, case: Case, convention: Convention) -> Sequence[tuple[Array, ...] | None]:
    """The δ that a subject shows, or lets see: its ∂C/∂b of one example, or its ∂C/∂W of one over a."""
    scale = convention.scale(case.architecture.widths)
    found: list[tuple[Array, ...] | None] = []
    shown = answer.observed.delta if answer.observed else None
    if shown is not None and _fit(shown, [(len(b), case.examples) for b in case.biases]):
        found += [tuple(layer / scale * late for layer in shown) for late in {1.0, case.share}]
    found += [
        tuple(np.stack(columns, axis=-1) * case.share / scale for columns in zip(*singles, strict=True))
        for singles in (_from_biases(answer, case), _from_weights(answer, case, scale))
        if singles is not None
    ]
    return found or [None]


def _from_biases(answer: Answer, case: Case) -> list[tuple[Array, ...]] | None:
    shapes = [b.shape for b in case.biases]
    singles = [one.nabla_b for one in answer.singles if one is not None and _fit(one.nabla_b, shapes)]
    return singles if len(singles) == case.examples else None


def _from_weights(answer: Answer, case: Case, scale: float) -> list[tuple[Array, ...]] | None:
    shapes = [w.shape for w in case.weights]
    singles = []
    for i, one in enumerate(answer.singles):
        if one is None or not _fit(one.nabla_w, shapes):
            return None
        with np.errstate(all="ignore"):
            singles.append(_divided(one.nabla_w, examples(case)[i], scale))
    return singles if len(singles) == case.examples else None


def _divided(nabla_w: Sequence[Array], case: Case, scale: float) -> tuple[Array, ...]:
    """The δ of one example: ∂C/∂W over a; where a is 0, what the right equation makes of the next δ."""
    right = backprop(case)
    assert right.a is not None
    assert right.z is not None
    assert right.delta is not None
    columns: list[Array] = [right.delta[-1][:, 0] * scale]
    for layer in range(case.architecture.depth, 0, -1):
        x = (case.x, *right.a)[layer - 1][:, 0]
        if layer < case.architecture.depth:
            sigma = hidden_activation(case.architecture.activations[layer - 1])
            back = bp2(case.weights[layer], columns[0][:, None], sigma, right.z[layer - 1])
            columns.insert(0, back[:, 0])
        if x.any():
            columns[0] = nabla_w[layer - 1] @ x / (x @ x)
    return tuple(columns)


def _fit(parts: Sequence[Array], shapes: Sequence[tuple[int, ...]]) -> bool:
    return len(parts) == len(shapes) and all(part.shape == shape for part, shape in zip(parts, shapes, strict=True))


def _with(judge: Judge, answer: Answer, convention: Convention, deltas: tuple[Array, ...] | None) -> Ruling:
    case, seen = judge.pack[0], answer.observed
    assert seen is not None
    scale = convention.scale(case.architecture.widths)
    right = backprop(case)
    statuses: dict[str, Status] = {}
    failures: dict[str, Failure] = {}

    def fitted(equation: str, parts: tuple[Array, ...], wanted: tuple[Array, ...]) -> tuple[Array, ...]:
        """The parts, with the right ones in place of those of a wrong shape."""
        whole = []
        for layer, want in enumerate(wanted, start=1):
            part = parts[layer - 1] if layer <= len(parts) else np.zeros(0)
            if part.shape != want.shape and not (part.size == want.size == 1):
                statuses[equation] = Status.WRONG
                shape = part.shape
                failures.setdefault(
                    equation, Failure(case, answer.regime, equation, layer, (), np.nan, np.nan, np.nan, shape)
                )
                whole.append(want)
            else:
                whole.append(part.reshape(want.shape) / scale)
        return tuple(whole)

    got = Gradients(
        fitted("BP4", seen.nabla_w, right.nabla_w), fitted("BP3", seen.nabla_b, right.nabla_b), delta=deltas
    ).map(lambda part: part[None])
    for finding in judge.findings(_Subject(), got):
        _take_in(finding, case, answer.regime, scale, statuses, failures)
    return Ruling(statuses, failures)


def _take_in(
    finding: Finding, case: Case, regime: str, scale: float, statuses: dict[str, Status], failures: dict[str, Failure]
) -> None:
    side = finding.step or finding.whole
    place: Place = finding.place
    equation = place.quantity.value
    error, truth = np.abs(side.error[0]), side.truth.hi[0]
    wrong = side.verdict[0] == Verdict.WRONG
    # Digits only: another right formula, or, where the whole answer is within its bound, a δ that we had to infer.
    digits = error <= SAME * np.abs(truth).max(initial=0.0)
    wrong &= ~(digits & (finding.whole.verdict[0] < Verdict.WRONG))
    status = (
        Status.WRONG
        if (wrong & ~digits).any()
        else Status.INEXACT
        if wrong.any()
        else Status.RIGHT
        if (side.verdict[0] <= Verdict.WRONG).any()
        else Status.UNSEEN
    )
    if status is Status.WRONG and equation not in failures and place.quantity in Quantity:
        worst = np.unravel_index(int(np.where(wrong, np.nan_to_num(error, nan=np.inf), -1).argmax()), error.shape)
        index = tuple(map(int, worst))
        got = float(np.asarray(finding.got)[0][index]) * scale
        failures[equation] = Failure(
            case,
            regime,
            equation,
            place.layer,
            index,
            got,
            float(truth[index]) * scale,
            float(side.bounds.open[0][index]) * scale,
        )
    statuses[equation] = max(status, statuses.get(equation, Status.UNSEEN))
