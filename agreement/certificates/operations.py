"""Certificate 2: is each executed operation right, from the very floats that it was given?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from flint import arb, ctx

from ...reference.graph.exact import walk
from ...reference.graph.graph import Graph, OpenBranch, Unsupported
from ...reference.graph.rounding import FORMATS, as_read, widen, with_rounded_literals
from ..judging.entry import JudgedEntry
from ..judging.judge import BLIND_FROM
from ..judging.verdict import Verdict, tallied
from .subject import ExecutedOperation

BITS = 128


class JudgedResult(NamedTuple):
    """One result's entries: a verdict and error/bound each."""

    verdict: Any
    ratio: Any
    truth: Any
    bound: Any


@dataclass
class OperationRow:
    """All calls of one operation."""

    name: str
    calls: int = 0
    entries: int = 0
    worst_ratio: float = 0.0
    verdicts: Counter[Verdict] = field(default_factory=Counter)


@dataclass(frozen=True)
class WrongOperation:
    """An operation that its own operands don't explain."""

    name: str
    phase: str
    where: str
    entry: JudgedEntry


@dataclass
class OperationsCertificate:
    """Every executed operation, by name; `wrong` in the order of execution."""

    rows: dict[str, OperationRow] = field(default_factory=dict)
    wrong: list[WrongOperation] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Operations that could not be judged, and why."""

    @property
    def verdicts(self) -> Counter[Verdict]:
        return sum((row.verdicts for row in self.rows.values()), Counter())

    @property
    def entries(self) -> int:
        return sum(row.entries for row in self.rows.values())

    @property
    def worst_ratio(self) -> float:
        return max((row.worst_ratio for row in self.rows.values()), default=0.0)

    def add(self, operation: ExecutedOperation, judged: Iterable[tuple[JudgedResult, Any]]) -> None:
        """Take in one operation's results."""
        row = self.rows.setdefault(operation.name, OperationRow(operation.name))
        row.calls += 1
        for result, got in judged:
            row.entries += result.verdict.size
            finite = result.ratio[np.isfinite(result.ratio) & (result.verdict <= Verdict.WRONG)]
            row.worst_ratio = max(row.worst_ratio, float(finite.max(initial=0.0)))
            row.verdicts += tallied(result.verdict)
            if np.any(result.verdict == Verdict.WRONG):
                where = str(operation.source or "")
                self.wrong.append(WrongOperation(operation.name, operation.phase, where, _worst(result, got)))


def _worst(result: JudgedResult, got: Any) -> JudgedEntry:
    ratio = np.where(result.verdict == Verdict.WRONG, np.nan_to_num(result.ratio, nan=np.inf, posinf=np.inf), -1.0)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
    values = {"got": np.asarray(got), "truth": result.truth, "bound": result.bound, "ratio": result.ratio}
    return JudgedEntry(index=index, **{name: float(part[index]) for name, part in values.items()})


def certify_operations(operations: Iterable[ExecutedOperation], flushes: bool) -> OperationsCertificate:
    """Each from its own operands: within what its primitives may round, in any order of summation."""
    found = OperationsCertificate()
    with ctx.workprec(BITS):
        for operation in operations:
            try:
                found.add(operation, _judged(operation, flushes))
            except (OpenBranch, Unsupported) as error:
                found.unread.append(str(error))
    return found


def _judged(operation: ExecutedOperation, flushes: bool) -> list[tuple[JudgedResult, Any]]:
    judged = _by(operation, operation.graph, flushes)
    for verdict, make in operation.otherwise.items():
        if not any(np.any(found.verdict == Verdict.WRONG) for found, _ in judged):
            break
        graph = make()
        if graph is not None:
            other = _by(operation, graph, flushes)
            judged = [(excused(a, b, verdict), got) for (a, got), (b, _) in zip(judged, other, strict=True)]
    return judged


def excused(first: JudgedResult, other: JudgedResult, verdict: Verdict) -> JudgedResult:
    """What only the other formula explains gets this verdict; its bound is the one to be held against.

    Where the other formula has no bound, nothing is decided.
    """
    saved = (first.verdict == Verdict.WRONG) & (other.ratio <= 1)
    plain, ratio, truth, bound = (np.where(saved, b, a) for a, b in zip(first, other, strict=True))
    unbounded = saved & (other.verdict == Verdict.UNDETERMINED)
    word = np.where(unbounded, np.int8(Verdict.BLIND), np.where(saved, np.int8(verdict), plain))
    return JudgedResult(word.astype(np.int8), ratio, truth, bound)


def _by(operation: ExecutedOperation, graph: Graph, flushes: bool) -> list[tuple[JudgedResult, Any]]:
    """Every result judged by this graph's roundings."""
    graph, found = with_rounded_literals(graph), []
    values = walk(graph, as_read(graph, operation.given, flushes), adjust=widen(graph, flushes))
    for number, got in zip(graph.outputs, operation.gave, strict=True):
        dtype = graph.values[number].dtype
        if dtype in FORMATS:
            found.append((judge(values[number], np.asarray(got).astype(np.float64), FORMATS[dtype].largest), got))
        elif dtype == "bool":
            found.append((_judge_truths(values[number], got), got))
    return found


def judge(enclosed: Any, got: Any, largest: float) -> JudgedResult:
    """Balls that hold every correct result, against what came."""
    balls, came = np.ravel(enclosed).tolist(), np.ravel(got)
    truth = np.array([*map(float, map(arb.mid, balls))])
    bound = np.array([*map(float, map(arb.rad, balls))])
    error = np.array([float(abs((x - y).mid())) for x, y in zip(balls, came.tolist(), strict=True)])
    error[~np.isfinite(came)] = np.inf
    with np.errstate(all="ignore"):
        ratio = np.where(bound > 0, error / bound, np.where(error > 0, np.inf, 0.0))
        verdict = _verdicts(ratio, np.abs(truth), bound, largest)
    for k in np.flatnonzero(~(np.array([*map(arb.is_finite, balls)], dtype=bool) & (bound < np.inf))).tolist():
        x, ratio[k] = balls[k], 0.0
        exact = not x.is_finite() and x.rad().is_finite() and not x.is_nan() and truth[k] == came[k]
        verdict[k] = Verdict.ACCURATE if exact else Verdict.UNDETERMINED
    shape = np.shape(got)
    return JudgedResult(*(part.reshape(shape) for part in (verdict, ratio, truth, bound)))


def _verdicts(ratio: Any, size: Any, bound: Any, largest: float) -> Any:
    found = [
        (size + np.minimum(bound, size) > largest, Verdict.OUT_OF_RANGE),
        (~(ratio <= 1), Verdict.WRONG),
        ((bound >= BLIND_FROM * size) & (bound > 0), Verdict.BLIND),
    ]
    conditions, words = zip(*found, strict=True)
    return np.select(conditions, [np.int8(word) for word in words], np.int8(Verdict.ACCURATE))


def _judge_truths(decided: Any, got: Any) -> JudgedResult:
    said = np.where(np.asarray(got, dtype=bool), 1, -1)
    wrong = (decided != 0) & (decided != said)
    verdict = np.where(decided == 0, Verdict.UNDETERMINED, np.where(wrong, Verdict.WRONG, Verdict.ACCURATE))
    ratio = np.where(wrong, np.inf, 0.0)
    return JudgedResult(verdict.astype(np.int8), ratio, np.asarray(decided, dtype=float), np.zeros(np.shape(got)))
