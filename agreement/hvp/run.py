"""Hessian-vector products judged, and counted in a tally like gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...reference.product import Product
from ...reference.protocol import traits
from ..cases.generate import DrawnUnit
from ..judging.backends import BackendFailed
from ..tally.tally import Tally
from .judge import ProductJudge
from .problem import Problem, drawn


def run(
    units: Sequence[DrawnUnit], backends: Sequence[Product], progress: Callable[[int], None] = lambda cases: None
) -> Tally:
    """Judge every backend on every unit; `progress` is called with the number of cases of each."""
    tally = Tally()
    for unit in units:
        limits = {backend: traits(backend).architectures for backend in backends}
        requested = [backend for backend, limit in limits.items() if limit is None or unit.number < limit]
        judge_problem(drawn(unit), requested, tally)
        progress(unit.cases)
    return tally


def judge_problem(problem: Problem, backends: Iterable[Product], tally: Tally) -> None:
    """Every backend on one problem: its findings, or why there are none, go into the tally."""
    judge = ProductJudge(problem)
    tally.count(problem.directed, problem.regimes)
    for backend in backends:
        reason = judge.refuses(backend)
        if reason is not None:
            tally.unsupported[backend.name, reason] += len(problem.pack)
            continue
        try:
            findings = judge.findings(backend)
        except BackendFailed as failure:
            tally.failures.update([str(failure)])
            continue
        tally.add(problem.directed, problem.regimes, findings)
