"""Sweeps without processes, and records without what differs between two runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from backproof.agreement.judging.backends import load_all
from backproof.agreement.record.record import Record
from backproof.agreement.running.check import Settings
from backproof.agreement.sweep.jobs import Job, answered
from backproof.agreement.sweep.worker_process import JobResult

T = TypeVar("T")
Loses = Callable[[Job], str | None]
"""How the worker of a job is lost, if it is."""


class Here:
    """Workers that are none: every job is done in this process, but those that lose theirs."""

    def __init__(self, settings: Settings, loses: Loses = lambda job: None) -> None:
        self._settings, self._loses = settings, loses
        self._backends, _ = load_all(settings.backends)
        self.requested: list[Job] = []

    def alone(self, job: Job) -> JobResult:
        self.requested.append(job)
        reason = self._loses(job)
        return JobResult({}, reason) if reason else JobResult(answered(job.as_json(), self._settings, self._backends))

    def answers(self, jobs: Iterable[tuple[T, Job]]) -> Iterator[tuple[T, JobResult]]:
        return ((tag, self.alone(job)) for tag, job in reversed(list(jobs)))

    def close(self) -> None:
        pass


def totals(folder: Path) -> dict[str, Any]:
    """The record of a folder but for when, where and how long."""
    document = Record.load(folder / "record.json").document
    summary = {key: part for key, part in document["summary"].items() if key != "seconds"}
    return {key: part for key, part in document.items() if key not in ("created", "environment")} | {"summary": summary}
