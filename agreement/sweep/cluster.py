"""Workers on a Dask cluster: the same jobs, each done by a worker process of ours that a Dask worker keeps.

So a job that crashes or hangs costs its own process only, has one thread, and takes no part in Dask's threads:
precision in python-flint belongs to a process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from ..errors import UsageError
from .jobs import Job
from .worker_process import JobResult, WorkerProcess

T = TypeVar("T")
AHEAD = 2
"""Jobs handed out for each thread of the cluster."""
CONNECT_SECONDS = 20

_here = threading.local()


def ask(plan: str, seconds: float, job: Job) -> JobResult:
    """Runs in a thread of a Dask worker: the lane of this thread is asked."""
    if getattr(_here, "plan", None) != (plan, seconds):
        _here.process, _here.plan = WorkerProcess(plan, seconds), (plan, seconds)
    answer: JobResult = _here.process.ask(job)
    return answer


class Cluster:
    """The workers of a scheduler."""

    def __init__(self, plan: str, address: str, seconds: float) -> None:
        try:
            from distributed import Client, KilledWorker, as_completed
        except ImportError as error:
            raise UsageError(f"--scheduler needs Dask ({error}): pip install 'backproof[cluster]'") from None
        try:
            connect: Any = Client  # its signature is without annotations
            self._client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"no scheduler answers at {address!r}: {error}") from None
        self._plan, self._seconds = plan, seconds
        self._as_completed: Any = as_completed
        self._died: type[BaseException] = KilledWorker

    def answers(self, jobs: Iterable[tuple[T, Job]]) -> Iterator[tuple[T, JobResult]]:
        waiting, tags = iter(jobs), dict[str, T]()
        running = self._as_completed(loop=self._client.loop)
        for tag, job in islice(waiting, AHEAD * self._threads()):
            running.add(self._submitted(tag, job, tags))
        for future in running:
            yield tags.pop(future.key), self._answer(future)
            for tag, job in islice(waiting, 1):
                running.add(self._submitted(tag, job, tags))

    def alone(self, job: Job) -> JobResult:
        return self._answer(self._client.submit(ask, self._plan, self._seconds, job, pure=False))

    def close(self) -> None:
        self._client.close()

    def _threads(self) -> int:
        return max(1, sum(self._client.nthreads().values()))

    def _submitted(self, tag: T, job: Job, tags: dict[str, T]) -> Any:
        future = self._client.submit(ask, self._plan, self._seconds, job, pure=False)
        tags[future.key] = tag
        return future

    def _answer(self, future: Any) -> JobResult:
        """A Dask worker that dies takes no answer with it: the scheduler gives the job to another, a few times."""
        try:
            return future.result()
        except self._died:
            return JobResult({}, "killed several workers of the cluster")
