"""The columns that stand side by side: by hand, torch, jax, the reader's own, and the certified truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...manual.case import Case, Pack
from ...manual.gradients import Place
from ...reference import registry
from ...reference.protocol import Backend
from ...reference.truth.enclosure import Enclosure
from ..errors import UsageError
from ..judging.backends import BackendFailed, answer
from ..judging.finding import Finding
from ..judging.judge import Judge
from ..judging.verdict import Verdict
from . import numbers

LIBRARIES = ("numpy", "torch", "jax")


@dataclass(frozen=True)
class Column:
    """One way of getting the numbers; without findings, the reason why there are none."""

    name: str
    version: str
    findings: dict[Place, Finding]
    reason: str | None = None


@dataclass(frozen=True)
class Number:
    """One number of one column: the digits that agree with the truth, the rest, ulps and verdict."""

    agreeing: str
    rest: str
    ulps: str
    verdict: str


@dataclass(frozen=True)
class ColumnRow:
    """One entry in every column; a column that doesn't show it has None."""

    index: tuple[int, ...]
    truth: str
    numbers: tuple[Number | None, ...]


@dataclass(frozen=True)
class Columns:
    """All columns of a case."""

    columns: tuple[Column, ...]
    truth: dict[Place, Enclosure]
    dtype: str

    def rows(self, place: Place) -> list[ColumnRow]:
        """The entries of a part, in order."""
        truth, rows = self.truth[place].hi[0], []
        for at in np.ndindex(truth.shape):
            true = numbers.full(truth[at], self.dtype)
            rows.append(ColumnRow(at, true, tuple(self._number(column, place, at, true) for column in self.columns)))
        return rows

    def _number(self, column: Column, place: Place, at: tuple[int, ...], true: str) -> Number | None:
        finding = column.findings.get(place)
        if finding is None:
            return None
        text, here = numbers.full(finding.got[0][at], self.dtype), (0, *at)
        split = numbers.common(text, true)
        verdict = Verdict(int(finding.verdict[here])).word
        return Number(text[:split], text[split:], numbers.ulps(float(finding.ulps[here])), verdict)

    @property
    def shown(self) -> tuple[Column, ...]:
        """Those that have numbers."""
        return tuple(column for column in self.columns if column.reason is None)


def consult(case: Case, subject: Backend | None = None, names: Sequence[str] = LIBRARIES) -> Columns:
    """Ask the libraries, and the reader's own function if there is one, and judge what they say."""
    pack = Pack.of([case])
    judge = Judge(pack)
    columns = [_library(name, pack, judge) for name in names]
    if subject is not None:
        try:
            columns.append(_column(subject, pack, judge))
        except BackendFailed as failure:
            raise UsageError(str(failure)) from None
    return Columns(tuple(columns), dict(judge.truth.items()), case.dtype.name)


def _library(name: str, pack: Pack, judge: Judge) -> Column:
    try:
        return _column(registry.load(name), pack, judge)
    except (registry.Unavailable, BackendFailed) as reason:
        return Column(name, "", {}, str(reason))


def _column(backend: Backend, pack: Pack, judge: Judge) -> Column:
    findings = judge.findings(backend, answer(backend, pack))
    return Column(backend.name, backend.version, {finding.place: finding for finding in findings})
