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
from .ask import ask
from .layout import Layout
from .source_lines import about
from .subject import NoSubject, find, line_in, load, subject_of, told

FILE_BYTES = 16 << 20
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
    path = Path(request["path"])
    try:
        module = load(path)
        name, thing = find(module, request["name"])
    except NoSubject as reason:
        return _say(out, {"no_subject": str(reason)})
    except (Exception, SystemExit) as error:
        return _say(out, {"fails": told(error), "line": line_in(path, error) or getattr(error, "lineno", None)})
    _say(out, {"name": name, **about(thing, module)})
    cases = [case_json.from_json(document) for document in request["cases"]]
    layouts = request["layouts"] and [Layout(**row) for row in request["layouts"]]
    for reply in ask(lambda: subject_of(find(load(path), name)[1]), cases, layouts, path):
        _say(out, reply.as_json())
    return _say(out, {"done": True})


def _say(out: TextIO, document: dict[str, Any]) -> None:
    out.write(json.dumps(document) + "\n")
    out.flush()
