"""What a run over products has come to, by way and dtype."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...reference.product import Product
from ...reference.protocol import traits
from ..cases.generate import Unit
from ..judging.backends import BackendFailed
from ..judging.discrepancy import Discrepancy, origin
from ..judging.finding import Finding
from ..judging.verdict import DECIDED, Verdict
from ..tally.log_histogram import Histogram
from ..tally.top_n import Kept, sentences
from .judge import ProductJudge
from .problem import Problem, drawn

KEPT = 3
"""Discrepancies of each way and quantity that are spelled out and written."""


@dataclass
class Row:
    """One way in one dtype; ratio is error/bound, visible bound/|Hv|, both of what was decided."""

    cases: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    worst: float = 0.0
    ratio: Histogram = field(default_factory=Histogram)
    visible: Histogram = field(default_factory=Histogram)

    def add(self, findings: Sequence[Finding]) -> None:
        """Count the findings of one pack."""
        self.cases += len(findings[0].got)
        for finding in findings:
            counts = np.bincount(finding.verdict.ravel(), minlength=len(Verdict))
            self.verdicts.update({Verdict(i): int(n) for i, n in enumerate(counts) if n})
            judged = np.where(finding.verdict < Verdict.KNOWN, finding.ratio, np.nan)
            self.worst = max(self.worst, float(np.nanmax(judged, initial=0.0)))
            self.ratio.add(judged)
            self.visible.add(finding.visible)

    def as_json(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {
            "cases": self.cases,
            "verdicts": {verdict.word: self.verdicts[verdict] for verdict in Verdict},
            "worst_ratio": self.worst,
            "median_ratio": self.ratio.quantile(0.5),
            "visible": {"median": self.visible.quantile(0.5), "p99": self.visible.quantile(0.99)},
        }


class ProductTally:
    """Counts that only grow, with the problems that somebody got wrong."""

    def __init__(self) -> None:
        self.rows: defaultdict[tuple[str, str], Row] = defaultdict(Row)
        self.cases, self.architectures = 0, set[str]()
        self.unsupported: Counter[tuple[str, str]] = Counter()
        self.failures = sentences()
        self.discrepancies: Kept[Discrepancy] = Kept(
            KEPT,
            kind=lambda one: (one.backend, one.place.quantity.value),
            order=lambda one: (-one.ratio, one.case, one.place.layer, one.index),
        )
        self.problems: dict[str, dict[str, Any]] = {}

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many entries of each verdict there are."""
        return sum((row.verdicts for row in self.rows.values()), Counter())

    @property
    def decided(self) -> Counter[str]:
        """How many entries were decided of each way."""
        counts: Counter[str] = Counter()
        for (way, _), row in self.rows.items():
            counts[way] += sum(row.verdicts[verdict] for verdict in DECIDED)
        return counts

    @property
    def disagrees(self) -> bool:
        """Whether anything was found that should fail a build."""
        return bool(self.discrepancies or self.failures)

    def take_in(self, problem: Problem, ways: Iterable[Product]) -> None:
        """Judge every way on one problem, and count what is found."""
        judge, architecture = ProductJudge(problem), problem.pack.architecture
        self.cases += len(problem.pack)
        self.architectures.add(str(architecture))
        for way in ways:
            reason = judge.refuses(way)
            if reason is not None:
                self.unsupported[way.name, reason] += len(problem.pack)
                continue
            try:
                findings = judge.findings(way)
            except BackendFailed as failure:
                self.failures.update([str(failure)])
                continue
            self._add(problem, way, findings)

    def _add(self, problem: Problem, way: Product, findings: list[Finding]) -> None:
        dtype = problem.pack.dtype.name
        self.rows[way.name, dtype].add(findings)
        about = {"architecture": str(problem.pack.architecture), "dtype": dtype}
        for k, regime in enumerate(problem.regimes):
            wrong = origin(findings, k, **about, regime=regime, case=problem.id(k))
            if wrong is not None:
                self.discrepancies.update([wrong])
                self.problems[wrong.case] = problem.as_json(k)


def run(
    units: Sequence[Unit], ways: Sequence[Product], progress: Callable[[int], None] = lambda n: None
) -> ProductTally:
    """Judge every way on every unit; `progress` is told how many cases each had."""
    tally = ProductTally()
    for unit in units:
        limits = {way: traits(way).architectures for way in ways}
        asked = [way for way, limit in limits.items() if limit is None or unit.number < limit]
        tally.take_in(drawn(unit), asked)
        progress(unit.cases)
    return tally
