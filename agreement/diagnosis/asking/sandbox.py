"""The parent's side: a submission is only ever run in a process that cannot hurt us."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ....manual.case import Case
from ...cases import case_json
from .ask import Reply
from .layout import Layout

SUPERVISOR = Path(__file__).with_name("supervisor.py")


@dataclass(frozen=True)
class Limits:
    """What a submission may use in one run: seconds of wall-clock time, bytes of memory, bytes printed."""

    seconds: float = 10.0
    memory: int = 1 << 30
    output: int = 1 << 20


class Stopped(Exception):
    """The submission did not get through: one sentence why, its line where that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


class Unusable(Exception):
    """There is nothing, or more than one thing, to judge; says what there is."""


@dataclass(frozen=True)
class Run:
    """What a run of a submission brought: what its source says, and its replies."""

    about: dict[str, Any]
    replies: list[Reply]


def run(path: Path, name: str | None, cases: Sequence[Case], layouts: list[Layout] | None, limits: Limits) -> Run:
    """Ask the submission for every case; raises Stopped or Unusable."""
    request = {
        "path": str(path.resolve()),
        "name": name,
        "cases": [case_json.as_json(case) for case in cases],
        "layouts": None if layouts is None else [asdict(layout) for layout in layouts],
        "memory": limits.memory,
        "seconds": limits.seconds,
    }
    with tempfile.TemporaryDirectory(prefix="backproof-") as folder:
        *lines, end = _supervised(json.dumps(request), path.resolve().parent, folder, limits)
    documents = [document for line in lines if (document := _document(line)) is not None]
    _refuse(documents, end, limits)
    return Run(documents[0], [Reply.from_json(row) for row in documents[1:-1]])


def _supervised(request: str, beside: Path, folder: str, limits: Limits) -> list[str]:
    given = {"path": [*sys.path, str(beside)], "seconds": limits.seconds, "output": limits.output}
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        **{f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR")},
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SUPERVISOR), json.dumps(given)],
        input=request,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        cwd=folder,
        env=environment,
        check=False,
    )
    return [line for line in done.stdout.split("\n") if line] or [json.dumps({"end": "nothing"})]


def _document(line: str) -> dict[str, Any] | None:
    """A line of the child's; half a line, when it was ended in the middle, is none."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _refuse(documents: list[dict[str, Any]], end: str, limits: Limits) -> None:
    ended = json.loads(end)["end"]
    first = documents[0] if documents else {}
    if "no_subject" in first:
        raise Unusable(first["no_subject"])
    if "fails" in first:
        raise Stopped(f"it fails on import: {first['fails']}", first["line"])
    if ended != "exit 0":
        raise Stopped(_reason(ended, limits))
    if not documents or "done" not in documents[-1]:
        raise Stopped("it ended the process before it answered")


def _reason(ended: str, limits: Limits) -> str:
    if ended == "time":
        return f"it did not answer in {limits.seconds:g} s"
    if ended == "output":
        return f"it printed more than {limits.output >> 20} MB"
    return f"it ended the process ({ended})"
