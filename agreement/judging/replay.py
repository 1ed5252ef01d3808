"""One case again: every entry of every backend with its truth, bound and verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...manual.case import Case, Pack
from ...manual.gradients import Place
from ...reference.protocol import Backend
from ..cases.layouts import CONTIGUOUS
from .backends import answer, reason_against
from .discrepancy import Discrepancy, origin
from .entry import JudgedEntry
from .finding import Finding
from .judge import Judge
from .verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class ReplayEntry(JudgedEntry):
    """One number of one backend; bound is the sharper of the two that it was held against."""

    backend: str
    place: Place
    ulps: float
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        """Numbers as hex floats, exact."""
        numbers = {**self.hex_numbers, "ulps": float(self.ulps).hex()}
        place = {"quantity": self.place.quantity.value, "layer": self.place.layer, "index": list(self.index)}
        return {"backend": self.backend, **place, **numbers, "verdict": self.verdict.word}


@dataclass(frozen=True)
class Replay:
    """All entries of a case, and for each backend that is wrong where that comes from."""

    entries: list[ReplayEntry]
    discrepancies: list[Discrepancy]

    @property
    def decided(self) -> bool:
        return any(entry.verdict <= Verdict.WRONG for entry in self.entries)


def replay(case: Case, backends: Sequence[Backend], layout: str = CONTIGUOUS) -> Replay:
    """Judge one case, its operands in a layout; BackendFailed where a backend raises or answers in other shapes."""
    pack = Pack.of([case])
    judge = Judge(pack)
    about = {"architecture": str(case.architecture), "dtype": case.dtype.name, "regime": "replay", "case": case.id}
    about |= {"layout": layout}
    entries: list[ReplayEntry] = []
    discrepancies: list[Discrepancy] = []
    for backend in backends:
        if reason_against(backend, case.architecture, case.dtype.name) is not None:
            continue
        findings = judge.findings(backend, answer(backend, pack, layout=layout))
        entries += [entry for finding in findings for entry in _entries(finding)]
        wrong = origin(findings, 0, **about)
        discrepancies += [wrong] if wrong else []
    return Replay(entries, discrepancies)


def _entries(finding: Finding) -> Iterator[ReplayEntry]:
    ratio, ulps, bound = np.fmax(finding.ratio, finding.step_ratio), finding.ulps, finding.bound
    for at in np.ndindex(finding.verdict.shape):
        yield ReplayEntry(
            backend=finding.backend,
            place=finding.place,
            index=at[1:],
            got=float(finding.got[at]),
            truth=float(finding.whole.truth.hi[at]),
            bound=float(bound[at]),
            ratio=float(ratio[at]),
            ulps=float(ulps[at]),
            verdict=Verdict(int(finding.verdict[at])),
        )
