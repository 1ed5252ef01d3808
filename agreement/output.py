"""Where a command's own words go: its stdout is kept for them, and what anything else prints goes to stderr.

A backend that prints, in Python or from C, must not spoil the JSON that a program reads.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_stdouts: list[TextIO] = []
"""The stdouts that are kept, the innermost last."""


def stream() -> TextIO:
    """What a command writes to: the stdout that is kept for it, else sys.stdout."""
    return _stdouts[-1] if _stdouts else sys.stdout


def held_descriptors() -> None:
    """Lead a standard descriptor that came closed to the null device.

    The next file that is opened would take its place, and be printed into: a journal or a record.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free: this one
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace")


def say(text: object = "", end: str = "\n") -> None:
    """Print on the stdout that is kept, at once."""
    print(text, end=end, file=stream(), flush=True)


def columns() -> int | None:
    """How wide the terminal is that a command writes to; None where it writes to none."""
    if not stream().isatty():
        return None
    try:
        shown = os.get_terminal_size(stream().fileno()).columns
    except OSError:
        shown = 0
    return int(os.environ.get("COLUMNS") or 0) or shown or 80


@contextmanager
def kept_stdout() -> Iterator[None]:
    """Keep stdout for `say`; inside, `print` and file descriptor 1 lead to stderr.

    What the kept stdout cannot encode, a lone surrogate or all but ASCII, is written as Python escapes it.
    """
    before = sys.stdout
    with _duplicated(before) as stdout:
        _stdouts.append(stdout)
        sys.stdout = sys.stderr
        try:
            yield
        finally:
            sys.stdout = before
            _stdouts.pop()


@contextmanager
def _duplicated(before: TextIO) -> Iterator[TextIO]:
    """The process's stdout under another descriptor, while 1 is stderr's; as it is where 1 is not its descriptor."""
    try:
        its_own = before.fileno() == 1
    except (OSError, ValueError, AttributeError):  # a test's, or closed
        its_own = False
    if not its_own:
        yield before
        return
    before.flush()
    stdout = os.fdopen(os.dup(1), "w", encoding=before.encoding, errors="backslashreplace")
    os.dup2(2, 1)
    try:
        yield stdout
    finally:
        with contextlib.suppress(OSError, AttributeError):  # what C has buffered is no word of ours
            ctypes.CDLL(None).fflush(None)
        os.dup2(stdout.fileno(), 1)
        with contextlib.suppress(OSError):  # nobody reads it any more
            stdout.close()
