"""The largest errors that a search finds: at random first, then around the worst. Lower bounds, all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...manual.case import Pack
from ...manual.gradients import Quantity
from ...manual.rounding.formats import FORMATS
from ...manual.shapes import Array
from ...reference.protocol import Backend
from ..judging.backends import answer, reason_against
from ..judging.finding import Finding
from ..judging.judge import Judge
from ..judging.verdict import Verdict
from .probes import Probe

BATCH = 64
"""Points in a call."""
WORST_POINTS = 8
"""The worst points that are refined."""


@dataclass
class Worst:
    """The worst of one measure so far, and where; ∞ where no number came out."""

    points: list[tuple[float, tuple[float, ...]]] = field(default_factory=list)

    def note(self, values: Array, points: Array) -> None:
        """Take in what the points of one call came to."""
        for i in np.argsort(-np.nan_to_num(values, nan=-1.0, posinf=np.inf))[:WORST_POINTS]:
            if values[i] > 0:
                self.points.append((float(values[i]), tuple(points[i].tolist())))
        self.points = sorted(set(self.points), reverse=True)[:WORST_POINTS]

    @property
    def value(self) -> float:
        return self.points[0][0] if self.points else 0.0

    @property
    def at(self) -> tuple[float, ...] | None:
        return self.points[0][1] if self.points else None


@dataclass
class WorstErrors:
    """One quantity of one probe: the largest error in ulp, in ε and over the bound, and the worst verdict.

    Ulps are counted where the truth is a normal number: below, the bound alone knows what may be lost. ε are
    of the value, but at least of 1 (for a neuron's gradient, of |a − y|): what is seen where a value passes 0.
    """

    backend: str
    probe: str
    quantity: Quantity
    dtype: str
    ulps: Worst = field(default_factory=Worst)
    eps: Worst = field(default_factory=Worst)
    ratio: Worst = field(default_factory=Worst)
    decided: int = 0
    verdict: Verdict | None = None
    reason: str | None = None

    def note(self, finding: Finding, probe: Probe, points: Array) -> None:
        """Take in one finding."""
        verdict = finding.verdict[0]
        broken = (verdict <= Verdict.WRONG) & ~np.isfinite(finding.whole.error[0])
        normal = np.abs(finding.whole.truth.hi[0]) >= FORMATS[self.dtype].smallest_normal
        ulps = np.where(normal, np.where(broken, np.inf, np.abs(finding.ulps[0])), np.nan)
        ratio = np.where(np.isnan(finding.step_ratio[0]), finding.ratio[0], finding.step_ratio[0])
        self.ulps.note(_most(probe.each(ulps)), points)
        self.eps.note(_most(self._in_eps(finding, probe, points)), points)
        self.ratio.note(_most(probe.each(ratio)), points)
        decided = verdict[verdict <= Verdict.WRONG]
        self.decided += decided.size
        if decided.size:
            self.verdict = Verdict(max(int(decided.max()), self.verdict or 0))

    def _in_eps(self, finding: Finding, probe: Probe, points: Array) -> Array:
        scale = 1.0 if self.quantity == Quantity.A else probe.scale(points)
        error, truth = probe.each(finding.whole.error[0]), probe.each(finding.whole.truth.hi[0])
        decided = probe.each(finding.verdict[0]) <= Verdict.WRONG
        with np.errstate(all="ignore"):
            eps = np.abs(error) / np.maximum(scale, np.abs(truth)) / FORMATS[self.dtype].eps
        return np.where(decided, np.where(np.isnan(eps), np.inf, eps), np.nan)


def _most(rows: Array) -> Array:
    return np.asarray(np.where(np.isnan(rows), -1.0, rows).max(axis=1))


def search(
    backends: Sequence[Backend], probe: Probe, dtype: str, budgets: Mapping[str, int], seed: int
) -> list[WorstErrors]:
    """What is found of each backend, half of its budget at random, the other half around the worst."""
    rng = np.random.default_rng([seed, sum(map(ord, probe.name))])
    found = {
        one.name: [WorstErrors(one.name, probe.name, quantity, dtype) for quantity in probe.quantities]
        for one in backends
    }
    able = []
    for backend in backends:
        reason = reason_against(backend, probe.architecture(BATCH), dtype)
        able += [backend] if reason is None else []
        for part in found[backend.name]:
            part.reason = reason
    rounds = {name: max(1, budget // BATCH // 2) for name, budget in budgets.items()}
    for number in range(max(rounds.values())):
        still = [backend for backend in able if number < rounds[backend.name]]
        _evaluate(still, probe, probe.draw(rng, BATCH, dtype), found)
    for backend in able:
        for _ in range(rounds[backend.name]):
            centres = [
                at
                for part in found[backend.name]
                for worst in (part.ulps, part.eps, part.ratio)
                for _, at in worst.points
            ]
            if centres:
                chosen = np.array(centres, dtype)[rng.integers(0, len(centres), BATCH)]
                _evaluate([backend], probe, probe.near(rng, chosen), found)
    return [part for parts in found.values() for part in parts]


def _evaluate(backends: Sequence[Backend], probe: Probe, points: Array, found: dict[str, list[WorstErrors]]) -> None:
    """One call of each backend on the same points."""
    points = points[np.isfinite(points).all(axis=1)]
    points = np.concatenate([points, points[:1].repeat(BATCH - len(points), axis=0)])
    judge = Judge(Pack.of([probe.case(points)]))
    for backend in backends:
        findings = {finding.place.quantity: finding for finding in judge.findings(backend, answer(backend, judge.pack))}
        for part in found[backend.name]:
            finding = findings.get(part.quantity)
            if finding is None:
                part.reason = "it does not show δ"
            else:
                part.note(finding, probe, points)
