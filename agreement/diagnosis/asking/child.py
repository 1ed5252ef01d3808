"""The child process: under limits, load a submission and answer calls, one JSON line each."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any, TextIO

from ...cases import case_json
from ..programs.loading.program import load
from ..programs.loading.source import Unloadable
from ..programs.understand import ProgramNotUnderstood, understand
from .ask import ask
from .layout import Layout

FILE_BYTES = 16 << 20
READING = 0.25
"""The part of its time in which a submission has to be understood."""
PROCESSES = 64
"""More than are there already: the limit counts all of a user's (root is not bound by it)."""


def limit(memory: int, seconds: float) -> None:
    """Hold this process to its limits, for good."""
    there = sum(entry.stat().st_uid == os.getuid() for entry in Path("/proc").glob("[0-9]*/task/*") if entry.exists())
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, int(time.process_time() + seconds) + 1),  # what was imported is no submission's
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, there + PROCESSES),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def main(descriptor: int) -> None:
    """Read the request from stdin, write what comes of it to a descriptor."""
    request = json.load(sys.stdin)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        limit(request["memory"], request["seconds"])
        _say(out, {"ready": True})
        warnings.simplefilter("ignore")
        _serve(request, out)


def _serve(request: dict[str, Any], out: TextIO) -> None:
    cases = [case_json.from_json(document) for document in request["cases"]]
    try:
        program = load(Path(request["path"]))
        found = understand(program, request["name"], READING * request["seconds"], request["known"])
    except Unloadable as reason:
        return _say(out, {"fails": str(reason), "line": reason.line})
    except ProgramNotUnderstood as reason:
        return _say(out, {"not_understood": str(reason), "adapter": reason.paste})
    _say(out, {"name": found.name, **found.facts})
    layouts = request["layouts"] and [Layout(**row) for row in request["layouts"]]
    for reply in ask(found.make, cases, layouts, program.source.path):
        _say(out, reply.as_json())
    return _say(out, {"done": True})


def _say(out: TextIO, document: dict[str, Any]) -> None:
    out.write(json.dumps(document) + "\n")
    out.flush()
