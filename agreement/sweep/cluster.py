"""Workers on a Dask cluster: the same jobs, each done by a worker process of ours that a Dask worker keeps.

So a job that crashes or hangs costs its own process only, has one thread, and takes no part in Dask's threads:
precision in python-flint belongs to a process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from ..errors import UsageError
from .jobs import Job
from .worker_process import JobResult, WorkerProcess

T = TypeVar("T")
AHEAD = 2
"""Jobs handed out for each thread of the cluster."""
LOGGERS = ("distributed", "distributed.client", "distributed.core", "tornado.application")
CONNECT_SECONDS, WORKER_SECONDS, CLOSE_SECONDS = 20.0, 30.0, 5.0
"""How long a scheduler, its first worker and its goodbye are waited for."""

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
        for logger in LOGGERS:
            logging.getLogger(logger).setLevel(logging.CRITICAL)  # what goes wrong is said once, by us
        try:
            connect: Any = Client  # its signature is without annotations
            self._client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"no scheduler answers at {address!r}: {error}") from None
        self._plan, self._seconds, self._address = plan, seconds, address
        self._as_completed: Any = as_completed
        self._died: type[BaseException] = KilledWorker
        self._wait_for_a_worker()

    def _wait_for_a_worker(self) -> None:
        """UsageError where none joins in time: its jobs would wait for ever."""
        try:
            self._client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except (OSError, TimeoutError) as error:
            self.close()
            gone = "the scheduler is gone" if not isinstance(error, TimeoutError) else "no worker joined"
            said = f"{gone}, {WORKER_SECONDS:g} s were waited: dask worker {self._address}"
            raise UsageError(f"{self._address!r}: {said}") from None

    def answers(self, jobs: Iterable[tuple[T, Job]]) -> Iterator[tuple[T, JobResult]]:
        waiting, tags = iter(jobs), dict[str, T]()
        with self._held():
            running = self._as_completed(loop=self._client.loop)
            for tag, job in islice(waiting, AHEAD * self._threads()):
                running.add(self._submitted(tag, job, tags))
            for future in running:
                yield tags.pop(future.key), self._answer(future)
                for tag, job in islice(waiting, 1):
                    running.add(self._submitted(tag, job, tags))

    def alone(self, job: Job) -> JobResult:
        with self._held():
            return self._answer(self._client.submit(ask, self._plan, self._seconds, job, pure=False))

    @contextmanager
    def _held(self) -> Iterator[None]:
        """UsageError where the scheduler is lost: its futures are cancelled, its connection is closed."""
        try:
            yield
        except (CancelledError, asyncio.CancelledError, OSError, TimeoutError) as error:
            if isinstance(error, OSError) and self._client.status == "running":
                raise  # a file of ours
            said = f"the scheduler at {self._address!r} is lost; what is done is kept: backproof sweep --resume DIR"
            raise UsageError(said) from None

    def close(self) -> None:
        """Let the scheduler go, within seconds where it is gone already."""
        with contextlib.suppress(OSError, TimeoutError, CancelledError, asyncio.CancelledError):
            self._client.close(timeout=CLOSE_SECONDS)

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
