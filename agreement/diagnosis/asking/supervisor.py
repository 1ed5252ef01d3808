"""Runs as a process of its own, between us and a submission: nothing that it started outlives it.

Standard library only, and no site: it starts in 20 ms. It holds the child to time and output,
discards what the child prints, passes its answers on, and says last how it ended.

Where the kernel lets it, it is the first process of a PID namespace: what is in there can neither
see nor signal what is outside, nor stop its first process, and ends with it. Elsewhere the child is
killed with its supervisor, and the parent, which has a deadline of its own, ends what is left.
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
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
START_SECONDS = 60.0
"""For the child to import what it needs; the submission's own time starts when it has."""
ANSWER_BYTES = 64 << 20
CHILD = "backproof.agreement.diagnosis.asking.child"
START = f"import sys; sys.path[:] = {{path!r}}; from {CHILD} import main; main({{descriptor}})"


def _control(option: int, value: int) -> None:
    """prctl, where there is one."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _die_with_parent() -> None:
    _control(PR_SET_PDEATHSIG, signal.SIGKILL)


def _apart() -> bool:
    """Whether our children are in a PID namespace from now on."""
    uid, gid = os.getuid(), os.getgid()
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        if libc.unshare(CLONE_NEWPID) == 0:
            return True
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0:
            with contextlib.suppress(OSError):  # it is nobody in there, which does as well
                for file, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
                    Path("/proc/self", file).write_text(line, "utf-8")
            return True
    return False


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
    if os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        return
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
    """Pass answers on until the child is done, or for as long as it may; how it ended.

    Its first answer says that it is ready: its time starts then.
    """
    printed = answered = 0
    until = time.monotonic() + START_SECONDS
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
                    until = until if answered else time.monotonic() + seconds
                    answered += len(data)
                    sys.stdout.buffer.write(data)
                    sys.stdout.buffer.flush()
                else:
                    printed += len(data)
            if printed > output or answered > ANSWER_BYTES:
                return "output"
            if child.poll() is not None and (answers not in selector.get_map() or time.monotonic() > until):
                return f"signal {-child.returncode}" if child.returncode < 0 else f"exit {child.returncode}"
            if time.monotonic() > until:
                return "time" if answered else "start"


def main() -> None:
    """The request's limits are in our arguments; the request itself goes on to the child's stdin."""
    given = json.loads(sys.argv[1])
    _die_with_parent()
    if given["apart"] and _apart() and (inner := os.fork()):
        os._exit(os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1]) % 256)
    _die_with_parent()
    _control(PR_SET_CHILD_SUBREAPER, 1)
    _supervise(given)


def _supervise(given: dict[str, Any]) -> None:
    answers, into = os.pipe()
    start = START.format(path=given["path"], descriptor=into)
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", start],
        stdin=sys.stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(into,),
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )
    os.close(into)
    try:
        end = _watch(child, answers, given["seconds"], given["output"])
    finally:
        _end_all()
    sys.stdout.buffer.write(b"\n" + json.dumps({"end": end}).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
