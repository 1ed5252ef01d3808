"""The parent's patience: a supervisor is heard until a deadline of our own, and nothing of it is left.

A submission may stop, kill or fill its supervisor where there are no namespaces; we hold it to time
and size all the same, and end by its mark, a variable in its environment, whatever it left behind.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from pathlib import Path

from .supervisor import ANSWER_BYTES, START_SECONDS

MARK = "BACKPROOF_RUN"
GRACE = 1.5
"""Seconds more than the supervisor has: it ends everything itself, if it can."""


def heard(supervisor: subprocess.Popen[bytes], seconds: float) -> str:
    """What a supervisor says until it ends, or until its time is up; the time starts with its first word."""
    assert supervisor.stdout is not None
    said, until = bytearray(), time.monotonic() + START_SECONDS + GRACE
    with selectors.DefaultSelector() as selector:
        selector.register(supervisor.stdout, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0 and len(said) <= 2 * ANSWER_BYTES:
            if selector.select(left):
                data = os.read(supervisor.stdout.fileno(), 1 << 16)
                if not data:
                    break
                until = until if said else time.monotonic() + seconds + GRACE
                said += data
    return said.decode("utf-8", "replace")


def end_all(mark: str) -> None:
    """Kill whatever has this mark in the environment that it started with, until nothing has."""
    until = time.monotonic() + 1.0
    while (left := _marked(f"{MARK}={mark}".encode())) and time.monotonic() < until:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _marked(words: bytes) -> list[int]:
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if words in file.read_bytes().split(b"\0"):
                found.append(int(file.parent.name))
    return found
