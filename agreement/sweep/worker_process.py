"""One worker process as seen from here: asked, waited for, killed when it hangs, replaced when it is lost or old."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any, NamedTuple

from ..errors import UsageError
from .jobs import Job

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NPROC")
"""NPROC is what XLA sizes its thread pool by."""
NO_EIGEN_THREADS = "--xla_cpu_multi_thread_eigen=false"
UNCACHED = {"BACKPROOF_JAX_CACHE": "off"}
"""Every pack has a shape of its own: what is compiled for it is of no use to anybody else."""
MALLOC_THRESHOLDS = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
"""Below these sizes glibc keeps freed memory; handing arrays back to the kernel takes a fifth of the time."""
START_SECONDS = 300.0
STARTS = 3
"""A worker that is killed while it starts is started again, so many times in all."""
REPLACED_AFTER = 100
"""Jobs: whatever a library leaks in so many is given back."""


class JobResult(NamedTuple):
    """The result of a job: a document, or how the worker was lost (`reason`, which follows a name)."""

    document: dict[str, Any]
    reason: str | None = None


def environment() -> dict[str, str]:
    """A worker's environment."""
    flags = " ".join(filter(None, (os.environ.get("XLA_FLAGS"), NO_EIGEN_THREADS)))
    fixed = {**dict.fromkeys(ONE_THREAD, "1"), **dict.fromkeys(MALLOC_THRESHOLDS, str(2**30))}
    return {**UNCACHED, **os.environ, **fixed, "XLA_FLAGS": flags}


class WorkerProcess:
    """A place for one worker at a time."""

    def __init__(self, plan: str, seconds: float) -> None:
        self._plan, self._seconds = plan, seconds
        self._process: subprocess.Popen[str] | None = None
        self._requested, self._retired = 0, False

    def ask(self, job: Job) -> JobResult:
        """The worker's answer to a job; UsageError where it cannot be had as the plan says."""
        if self._process is None or self._requested >= REPLACED_AFTER:
            self._start()
        self._requested += 1
        line = self._exchange(json.dumps(job.as_json()), self._seconds)
        if not line.endswith("\n"):
            return JobResult({}, self._buried(line))
        words = json.loads(line)
        return JobResult({}, f"raised {words['raised']}") if "raised" in words else JobResult(words["answer"])

    def _start(self) -> None:
        for _ in range(STARTS):
            line = self._launched()
            if line.endswith("\n"):
                break
            reason = self._buried(line)
            if self._retired or not reason.startswith(KILLED):
                raise UsageError(f"a worker could not start: it {reason}")
        else:
            raise UsageError(f"a worker could not start, {STARTS} times: it {reason}")
        words = json.loads(line)
        if "refused" in words:
            raise UsageError(f"a worker refuses: {words['refused']}")

    def _launched(self) -> str:
        """A new worker's answer to the plan."""
        self.close()
        command = [sys.executable, "-P", "-m", f"{__package__}.worker"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment(),
            start_new_session=True,
        )
        self._requested = 0
        return self._exchange(self._plan, START_SECONDS)

    def _exchange(self, line: str, seconds: float) -> str:
        """The worker's next line; "" or less than a line where it died, HUNG where it had to be killed."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        hung = threading.Event()

        def give_up() -> None:
            hung.set()
            self.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except OSError:
            answer = ""
        finally:
            timer.cancel()
        return HUNG if hung.is_set() and not answer.endswith("\n") else answer

    def _buried(self, line: str) -> str:
        assert self._process is not None
        process = self._process
        if line == HUNG:
            self.close()
            return f"gave no answer within {self._seconds:g} s"
        code = process.wait()
        self.close()
        return f"{KILLED}{signal.Signals(-code).name}" if code < 0 else f"ended its process with exit code {code}"

    def kill(self) -> None:
        """The worker and whatever it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def retire(self) -> None:
        """Kill the worker, and start no other."""
        self._retired = True
        self.kill()

    def close(self) -> None:
        """Let the worker go."""
        if self._process is not None:
            self.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):  # what was not yet written when it died
                    pipe.close()  # type: ignore[union-attr]  # both are pipes
            self._process = None


HUNG = "hung"
KILLED = "died of "
