"""The parent's side: a submission is only ever run in a process that cannot hurt us."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ....manual.case import Case
from ...cases import case_json
from ...documents import checked
from ...errors import UsageError, one_line
from .ask import Reply
from .deadline import MARK, end_all, heard
from .layout import Layout
from .lines import About, Fails, Refused, replies

SUPERVISOR = Path(__file__).with_name("supervisor.py")
FORGED = "it wrote into the pipe of its answers"
NAMESPACES = True
"""Whether a supervisor may ask for a PID namespace."""
READY = {"ready": True}
REMEMBERED = ("place", "limits", "through", "adapter", "sizes")
"""What a run is told of an earlier one."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use: seconds of wall-clock time, bytes of memory, bytes printed.

    `seconds` are what a run has, of a `whole` that several runs share where that is said.
    """

    seconds: float = 30.0
    memory: int = 1 << 30
    output: int = 1 << 20
    whole: float | None = None


class Stopped(Exception):
    """The submission did not get through: one sentence why, its line where that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


class NotUnderstood(Exception):
    """Nothing in the submission was understood as gradients: one sentence why, and the adapter to paste."""

    def __init__(self, reason: str, adapter: str) -> None:
        super().__init__(reason)
        self.adapter = adapter


@dataclass(frozen=True)
class Run:
    """What a run of a submission brought: what its source says, and its replies."""

    about: dict[str, Any]
    replies: list[Reply]


def run(
    path: Path,
    name: str | None,
    cases: Sequence[Case],
    layouts: list[Layout] | None,
    limits: Limits,
    known: dict[str, Any] | None = None,
) -> Run:
    """Ask the submission for every case; raises Stopped or NotUnderstood.

    `known` is the `about` of an earlier run of it: what was found then is not looked for again.

    It is answered within the limit of time and 2 seconds, counted from when the child is ready to load it.
    """
    request = {
        "path": str(path.resolve()),
        "name": name,
        "cases": [case_json.as_json(case) for case in cases],
        "layouts": None if layouts is None else [asdict(layout) for layout in layouts],
        "known": {key: known[key] for key in REMEMBERED if key in known} if known else {},
        "memory": limits.memory,
        "seconds": limits.seconds,
    }
    with tempfile.TemporaryDirectory(prefix="backproof-", ignore_cleanup_errors=True) as folder:
        said = _supervised(json.dumps(request), path.resolve().parent, folder, limits)
    return _read(said, len(cases), limits)


def _supervised(request: str, beside: Path, folder: str, limits: Limits) -> str:
    given = {
        "path": [*sys.path, str(beside)],
        "seconds": limits.seconds,
        "output": limits.output,
        "apart": NAMESPACES,
    }
    mark = uuid.uuid4().hex
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        MARK: mark,
        **{f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR")},
    }
    with tempfile.TemporaryFile() as stdin:
        stdin.write(request.encode())
        stdin.seek(0)
        with subprocess.Popen(
            [sys.executable, "-I", "-S", str(SUPERVISOR), json.dumps(given)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            start_new_session=True,
        ) as supervisor:
            try:
                return heard(supervisor, limits.seconds)
            finally:
                supervisor.kill()
                end_all(mark)


def _read(said: str, cases: int, limits: Limits) -> Run:
    """What the child's lines say; Stopped where some of them are none of the child's."""
    *lines, end = [_document(line) for line in said.split("\n") if line] or [None]
    ended = str(end["end"]) if end and "end" in end else None
    about, *answers = [line for line in lines if line != READY] or [None]
    try:
        _refuse(about, ended, limits)
        if about is None or not answers or "done" not in (answers.pop() or {}):
            raise Stopped("it ended the process before it answered")
        _ = checked(about, About, "the first line")
        if not answers:
            raise Stopped(FORGED)
        return Run(about, replies([answer or {} for answer in answers], cases))
    except UsageError:
        raise Stopped(FORGED) from None


def _document(line: str) -> dict[str, Any] | None:
    """A line of the child's; half a line, when it was ended in the middle, is none."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _refuse(about: dict[str, Any] | None, ended: str | None, limits: Limits) -> None:
    """Raise what the first line says, or how the process ended."""
    if about and "not_understood" in about:
        told = checked(about, Refused, "the first line")
        raise NotUnderstood(told.not_understood, told.adapter)
    if about and "fails" in about:
        failed = checked(about, Fails, "the first line")
        raise Stopped(f"it is no Python: {failed.fails}", failed.line)
    if ended != "exit 0":
        raise Stopped(_reason(ended, limits))


def _reason(ended: str | None, limits: Limits) -> str:
    if ended in ("time", None):
        return f"it did not answer in {limits.whole or limits.seconds:g} s"
    if ended == "start":
        return "its process could not start"
    if ended == "output":
        return f"it printed more than {limits.output >> 20} MB"
    return f"it ended the process ({one_line(ended, 40)})"
