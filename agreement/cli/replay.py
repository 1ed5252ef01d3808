"""`backproof replay`: one case file, entry by entry."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...manual.case import Pack
from ...reference import registry, user_rows
from ...reference.protocol import Backend
from ..cases import case_json
from ..cases.layouts import CONTIGUOUS, EXPANDED, LAYOUTS, has_equal_columns
from ..diagnosis.diagnose import understand_function
from ..diagnosis.function_backend import SubjectBackend
from ..documents import to_json
from ..errors import UsageError, shown
from ..judging.backends import BackendFailed, load_all
from ..judging.replay import Replay, replay
from ..output import say
from ..report.replayed import render_replay
from ..running import options
from . import common
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED, say_exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the case, the backends, and how to print."""
    parser.add_argument("case", type=Path, metavar="CASE.json", help="a case file, as check writes them")
    backend = "as in check, or FILE.py:FUNCTION (default: numpy, torch, jax)"
    parser.add_argument("--backend", action="append", metavar="B", help=backend)
    parser.add_argument(
        "--layout",
        choices=tuple(LAYOUTS),
        default=CONTIGUOUS,
        help="how its operands lie in memory (default: contiguous)",
    )
    parser.add_argument("--activation", action="append", metavar="FILE.py:ROW", help="a row of your own that it needs")
    parser.add_argument("--all", action="store_true", help="every entry, not only what is not accurate and the worst")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Judge the case and print every entry, what is wrong first.

    Returns:
        The exit code: 1 where an entry is wrong, 5 where nothing was decided or a backend is missing, else 0.

    Raises:
        UsageError: The case cannot be read, or an option makes no sense.

    """
    with user_rows.lasting():
        return _run(given)


def _run(given: argparse.Namespace) -> int:
    for row in given.activation or ():
        options.take_in(row)
    case = case_json.read(given.case)
    if given.layout == EXPANDED and not has_equal_columns(Pack.of([case])):
        raise UsageError(f"{given.case} cannot lie {EXPANDED}: its columns differ")
    backends, missing = load_all(given.backend or registry.here(), of_function=_of_function)
    common.say_missing(missing, text=given.format == "text")
    failed, result = "", Replay([], [])
    try:
        result = replay(case, backends, given.layout)
    except BackendFailed as failure:
        failed = str(failure)
    if given.format == "json":
        entries = [entry.as_json() for entry in result.entries]
        document = {"case": case_json.as_json(case), "entries": entries, **({"failed": failed} if failed else {})}
        say(to_json(document))
    elif failed:
        say(shown(failed))
    else:
        say(render_replay(case, result, given.all), end="")
    code = DISAGREE if failed or result.discrepancies else NOTHING_CHECKED
    code = AGREE if code != DISAGREE and result.decided and not missing else code
    return code if given.format == "json" else say_exit(code, _why(code, result, bool(missing)))


def _why(code: int, result: Replay, missing: bool) -> str:
    """Why the command ends with its code."""
    if code == DISAGREE:
        wrong = dict.fromkeys(f"{one.backend} is wrong in {one.equation}" for one in result.discrepancies)
        return next(iter(wrong), "a backend did not answer")
    if code == AGREE:
        return "every decided entry is within its bound"
    return "a backend is missing" if missing else "nothing was decided"


def _of_function(function: Any) -> Backend:
    """A function (weights, biases, x, y) -> (nabla_w, nabla_b) in the layout and convention that it works in."""
    understood = understand_function(function)
    if understood is None:
        return SubjectBackend(function)
    return SubjectBackend(function, understood.seen.reading, understood.convention)
