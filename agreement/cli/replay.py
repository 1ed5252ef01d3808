"""`backproof replay`: one case file, entry by entry."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ...reference import registry, user_rows
from ..cases import case_json
from ..judging.backends import BackendFailed, load_all
from ..judging.replay import replay
from ..report import terminal
from ..running import options
from . import common
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The case, the backends, and how to print."""
    parser.add_argument("case", type=Path, metavar="CASE.json", help="a case file, as check writes them")
    parser.add_argument("--backend", action="append", metavar="B", help="as in check (default: numpy, torch, jax)")
    parser.add_argument("--activation", action="append", metavar="FILE.py:ROW", help="a row of your own that it needs")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Judge the case and print every entry, what is wrong first."""
    with user_rows.lasting():
        return _run(given)


def _run(given: argparse.Namespace) -> int:
    for row in given.activation or ():
        options.take_in(row)
    case = case_json.read(given.case)
    backends, missing = load_all(given.backend or registry.here())
    common.say_missing(missing, text=given.format == "text")
    try:
        result = replay(case, backends)
    except BackendFailed as failure:
        print(failure)
        return DISAGREE
    if given.format == "json":
        entries = [entry.as_json() for entry in result.entries]
        print(json.dumps({"case": case_json.as_json(case), "entries": entries}, ensure_ascii=False, allow_nan=False))
    else:
        print(terminal.render_replay(case, result), end="")
    if result.discrepancies:
        return DISAGREE
    return AGREE if result.decided and not missing else NOTHING_CHECKED
