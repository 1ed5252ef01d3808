"""The result of a run: cells, counts, and the wrong entries."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ...manual.case import Case, Pack
from ..cases import corpus
from ..cases.layouts import CONTIGUOUS
from ..cases.product_json import DirectedPack
from ..judging.discrepancy import GRADIENTS, MINIMISED, PRODUCTS, Discrepancy, origin
from ..judging.finding import Finding
from ..judging.judge import Judge
from ..judging.verdict import DECIDED, Verdict
from .cells import Cells
from .counts import GroupCounts, Groups
from .distinct_count import Distinct
from .figure_data import Pictures
from .hero import SHARPEST
from .log_histogram import Histogram
from .top_n import TopN, sentences

MOST_DISCREPANCIES = 12
"""The worst of each backend, quantity and regime."""


def _worst_of_each() -> TopN[Discrepancy]:
    return TopN(
        MOST_DISCREPANCIES,
        kind=lambda one: (one.regime != MINIMISED, one.backend, one.place.quantity.value, one.regime),
        order=lambda one: (-one.ratio, one.case, one.place.layer, one.index),
    )


class Tally:
    """Counts that only grow; `stale`, `failures`, `unjudged` and `unsteady` are sentences for the
    reader.

    Merging is associative and commutative, and what is kept stays small: a sweep of any length comes to
    the same tally in any order and grouping of its packs.
    """

    def __init__(self) -> None:
        self.cells = Cells()
        self.verdicts: Counter[Verdict] = Counter()
        self.decided: Counter[str] = Counter()
        self.regimes: Counter[str] = Counter()
        self.architectures = Distinct()
        self.visible = Histogram()
        self.wrong_cases = 0
        self.discrepancies = _worst_of_each()
        self.quarantined: set[str] = set()
        self.unsupported: Counter[tuple[str, str]] = Counter()
        self.failures = sentences()
        self.unjudged = sentences()
        self.stale = sentences()
        self.unsteady = sentences()
        self.marks = 0
        self.pictures = Pictures()
        self.cases_by_id: dict[str, Case] = {}

    @property
    def cases(self) -> int:
        return sum(self.regimes.values())

    @property
    def named_cases(self) -> dict[str, Case]:
        """The cases that a cell or a discrepancy names, and those in quarantine."""
        named = self.cells.worst_cases() | {one.case for one in self.discrepancies} | self.quarantined
        return {id: case for id, case in self.cases_by_id.items() if id in named}

    @property
    def disagrees(self) -> bool:
        """Whether anything was found that should fail a build."""
        return bool(self.wrong_cases or self.failures or self.stale)

    def merge(self, other: Tally) -> None:
        """Take in another's counts."""
        self.cells.merge(other.cells)
        for mine, theirs in zip(self._counters(), other._counters(), strict=True):
            mine.update(theirs)
        self.architectures.merge(other.architectures)
        self.visible.merge(other.visible)
        self.wrong_cases += other.wrong_cases
        self.discrepancies.update(other.discrepancies)
        self.quarantined |= other.quarantined
        self.failures.update(other.failures)
        self.unjudged.update(other.unjudged)
        self.stale.update(other.stale)
        self.unsteady.update(other.unsteady)
        self.marks += other.marks
        self.pictures.merge(other.pictures)
        self.cases_by_id |= other.cases_by_id
        self.cases_by_id = self.named_cases

    def _counters(self) -> tuple[Counter[Any], ...]:
        return (self.verdicts, self.decided, self.regimes, self.unsupported)

    def count(self, pack: Pack, regimes: tuple[str, ...]) -> None:
        """Note the cases of a pack, whatever is found in them."""
        self.architectures.add(str(pack.architecture))
        self.regimes.update(regimes)
        self.marks += corpus.mark(pack, regimes)

    def add(
        self, pack: Pack, regimes: tuple[str, ...], findings: list[Finding], layout: str = CONTIGUOUS
    ) -> list[Discrepancy]:
        """Take in one backend's findings in a pack; returns what was wrong, at most one for each case."""
        ids, groups = [case.id for case in pack], Groups.by(regimes)
        figures = [GroupCounts.of(finding, groups) for finding in findings]
        self.cells.add(findings, figures, pack, groups)
        for finding, of in zip(findings, figures, strict=True):
            counts = of.verdicts.sum(axis=0)
            self.verdicts.update(dict(zip(Verdict, counts.tolist(), strict=True)))
            self.decided[finding.backend] += int(counts[list(DECIDED)].sum())
            if (finding.place.quantity, pack.dtype.name) == SHARPEST[:2] and SHARPEST[2] in groups.names:
                calm = groups.names.index(SHARPEST[2])
                self.visible.count(of.visible[calm])
                self.pictures.hero.add(finding, groups.of == calm, ids)
        judged = PRODUCTS if isinstance(pack, DirectedPack) else GRADIENTS
        about = {"architecture": str(pack.architecture), "dtype": pack.dtype.name, "judged": judged, "layout": layout}
        found = [origin(findings, k, **about, regime=regimes[k], case=ids[k]) for k in _wrong(findings)]
        wrong = [discrepancy for discrepancy in found if discrepancy is not None]
        self.wrong_cases += len(wrong)
        self.discrepancies.update(wrong)
        self.cases_by_id |= dict(zip(ids, pack, strict=True))
        self.cases_by_id = self.named_cases
        return wrong

    def add_unsupported(self, judge: Judge, backend: str, regimes: tuple[str, ...], reason: str) -> None:
        """Count every entry of a pack that a backend does not take, and why."""
        self.unsupported[backend, reason] += len(judge.pack)
        for place, enclosure in judge.truth.items():
            self.verdicts[Verdict.UNSUPPORTED] += enclosure.hi.size
            self.cells.add_unsupported(backend, place, enclosure.hi[0].size, judge.pack, regimes)


def _wrong(findings: list[Finding]) -> list[int]:
    """The cases with a wrong entry."""
    wrong = [(finding.verdict == Verdict.WRONG).reshape(len(finding.verdict), -1).any(axis=1) for finding in findings]
    cases: list[int] = np.flatnonzero(np.any(wrong, axis=0)).tolist()
    return cases
