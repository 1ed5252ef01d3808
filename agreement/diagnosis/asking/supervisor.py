"""Runs as a process of its own, between us and a submission: nothing that it started outlives it.

Standard library only, and no site: it starts in 20 ms. It holds the child to time and output,
discards what the child prints, passes its answers on, and says last how it ended.
"""

import contextlib
import ctypes
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
ANSWER_BYTES = 64 << 20
CHILD = "backproof.agreement.diagnosis.asking.child"
START = f"import sys; sys.path[:] = {{path!r}}; from {CHILD} import main; main({{descriptor}})"


def _adopt_orphans() -> None:
    """Grandchildren whose parent ends become ours, so that they can be found and ended."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _descendants() -> set[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        new = [pid for pid in children.get(waiting.pop(), []) if pid not in found]
        found.update(new)
        waiting += new
    return found


def _end_all() -> None:
    """Stop, then kill, whatever is left below us, until nothing is."""
    until = time.monotonic() + 1.0
    while (left := _descendants()) and time.monotonic() < until:
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _watch(child: "subprocess.Popen[bytes]", answers: int, seconds: float, output: int) -> str:
    """Pass answers on until the child is done, or for as long as it may; how it ended."""
    printed = answered = 0
    until = time.monotonic() + seconds
    assert child.stdout is not None
    with selectors.DefaultSelector() as selector:
        for descriptor in (child.stdout.fileno(), answers):
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select(min(0.05, max(0.0, until - time.monotonic()))):
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fd)
                elif key.fd == answers:
                    answered += len(data)
                    sys.stdout.buffer.write(data)
                else:
                    printed += len(data)
            if printed > output or answered > ANSWER_BYTES:
                return "output"
            if child.poll() is not None and (answers not in selector.get_map() or time.monotonic() > until):
                return f"signal {-child.returncode}" if child.returncode < 0 else f"exit {child.returncode}"
            if time.monotonic() > until:
                return "time"


def main() -> None:
    """The request's limits are in our arguments; the request itself goes on to the child's stdin."""
    given = json.loads(sys.argv[1])
    _adopt_orphans()
    answers, into = os.pipe()
    start = START.format(path=given["path"], descriptor=into)
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", start],
        stdin=sys.stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(into,),
        start_new_session=True,
    )
    os.close(into)
    try:
        end = _watch(child, answers, given["seconds"], given["output"])
    finally:
        _end_all()
    sys.stdout.buffer.write(b"\n" + json.dumps({"end": end}).encode() + b"\n")


if __name__ == "__main__":
    main()
