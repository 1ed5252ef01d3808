"""Workers on this machine: as many lanes as asked for, a thread each, fed from one list."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, TypeVar

from .jobs import Job
from .worker_process import JobResult, WorkerProcess

T = TypeVar("T")
CLOSE_SECONDS = 2.0


class Workers(Protocol):
    """Whoever does the jobs, here or elsewhere."""

    def answers(self, jobs: Iterable[tuple[T, Job]]) -> Iterator[tuple[T, JobResult]]:
        """The answers in the order in which they come, each with the tag of its job."""

    def alone(self, job: Job) -> JobResult:
        """One answer, while nothing else is under way."""

    def close(self) -> None:
        """Let all workers go."""


class Pool:
    """Local processes."""

    def __init__(self, plan: str, workers: int, seconds: float) -> None:
        self._processes = [WorkerProcess(plan, seconds) for _ in range(workers)]
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()

    def answers(self, jobs: Iterable[tuple[T, Job]]) -> Iterator[tuple[T, JobResult]]:
        waiting, lock = iter(jobs), threading.Lock()
        done: queue.Queue[tuple[T, JobResult] | Ended] = queue.Queue()
        room = threading.Semaphore(2 * len(self._processes))

        def work(process: WorkerProcess) -> None:
            try:
                while room.acquire() and not self._stopped.is_set():
                    with lock:
                        tag, job = next(waiting)
                    done.put((tag, process.ask(job)))
            except StopIteration:
                done.put(Ended())
            except BaseException as error:
                done.put(Ended(error))

        self._threads = [threading.Thread(target=work, args=(process,), daemon=True) for process in self._processes]
        for thread in self._threads:
            thread.start()
        yield from _until_all_end(done, room, len(self._processes))

    def alone(self, job: Job) -> JobResult:
        return self._processes[0].ask(job)

    def close(self) -> None:
        self._stopped.set()
        for process in self._processes:
            process.retire()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)
        for process in self._processes:
            process.close()


class Ended(NamedTuple):
    """A thread has no more to do, or cannot go on."""

    error: BaseException | None = None


def _until_all_end(
    done: queue.Queue[tuple[T, JobResult] | Ended], room: threading.Semaphore, working: int
) -> Iterator[tuple[T, JobResult]]:
    while working:
        item = done.get()
        if not isinstance(item, Ended):
            yield item
            room.release()
        elif item.error is not None:
            raise item.error
        else:
            working -= 1
            room.release()
