"""`backproof accuracy`: the largest error of each library's activations and costs, searched for."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ...reference.protocol import Backend
from ..accuracy.onset import Onset, onsets
from ..accuracy.page import page
from ..accuracy.probes import Probe, probes
from ..accuracy.search import WorstErrors, search
from ..accuracy.table import Accuracy
from ..environment import environment
from ..errors import UsageError
from ..files import probe, write_text
from ..judging.backends import load_all
from ..judging.verdict import Verdict
from ..output import say
from ..running import options
from ..screen.text import printed
from . import common
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED, say_exit
from .progress import progress

BUDGET = 1024
FORMATS: dict[str, Callable[[Accuracy], str]] = {
    "text": lambda accuracy: printed(accuracy.lines()),
    "json": Accuracy.json,
    "markdown": lambda accuracy: page(accuracy, datetime.now(UTC).date()),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: what to measure, how long to search, and how to print."""
    common.add_settings(parser, without=("cases", "regime", "l2", "weighted"))
    parser.add_argument(
        "--budget",
        action="append",
        default=[],
        metavar="N",
        help=f"points a row (default: {BUDGET}); B=N for the backend B, where each call is dear",
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="how it is written")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write to a file instead of stdout")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Search for the largest errors of each activation and cost, then print or write them.

    Returns:
        The exit code: 1 where an error is beyond its bound, 5 where nothing was decided or a backend is missing,
            else 0.

    Raises:
        UsageError: A budget, a name or an option makes no sense.

    """
    settings = options.settings(vars(given), folder)
    asked_for = _budgets(given.budget, settings.backends)
    backends, missing = load_all(settings.backends, settings.device)
    there = [name for name in settings.backends if not any(reason.startswith(f"{name}: ") for reason in missing)]
    budgets = {backend.name: asked_for[name] for backend, name in zip(backends, there, strict=True)}
    if given.out:
        probe(given.out)
    requested = _requested(given, settings.menu.activations, settings.menu.costs)
    found, lost = _measure(backends, requested, settings.menu.dtypes, budgets, settings.seed)
    versions = {backend.name: backend.version for backend in backends}
    accuracy = Accuracy(versions, environment(), budgets, settings.seed, found, lost, _command(given))
    text = FORMATS[given.format](accuracy)
    common.say_missing(missing, text=given.format == "text" and not given.out)
    if given.out:
        write_text(given.out, text)
    else:
        say(text, end="")
    wrong = any(row.verdict == Verdict.WRONG for row in found)
    code = DISAGREE if wrong else NOTHING_CHECKED if missing or not any(row.decided for row in found) else AGREE
    return say_exit(code, WHY[code]) if given.format == "text" and not given.out else code


WHY = {
    AGREE: "no error found is beyond its bound",
    DISAGREE: "an error is beyond its bound",
    NOTHING_CHECKED: "a backend is missing, or nothing was decided",
}


def _budgets(values: list[str], names: Sequence[str]) -> dict[str, int]:
    """Points a row, for each backend."""
    stated = {name: text for name, equals, text in (value.rpartition("=") for value in values)}
    for name, text in stated.items():
        if name and name not in names:
            raise UsageError(f"budget is {name}={text}: {name!r} is none of {', '.join(names)}")
        if not text.isdecimal() or int(text) < 2:
            raise UsageError(f"budget is {text!r}: N or B=N is needed, at least 2 points")
    default = stated.get("", str(BUDGET))
    return {name: int(stated.get(name, default)) for name in names}


def _command(given: argparse.Namespace) -> str:
    """The command line that says it all again."""
    told: list[str] = []
    for name in [*(option.name for option in options.OPTIONS), "budget", "format", "out"]:
        value = getattr(given, name, None)
        values = value if isinstance(value, list) else [value] if value is not None else []
        told += [part for one in values for part in (f"--{name}", str(one))]
    return shlex.join(["backproof", "accuracy", *told])


def _requested(given: argparse.Namespace, activations: tuple[str, ...], costs: tuple[str, ...]) -> list[Probe]:
    """Activations and costs as named; where only one of the two is named, only that."""
    named = bool(given.activation), bool(given.cost)
    return probes(() if named == (False, True) else activations, () if named == (True, False) else costs)


def _measure(
    backends: list[Backend], requested: list[Probe], dtypes: tuple[str, ...], budgets: dict[str, int], seed: int
) -> tuple[list[WorstErrors], list[Onset]]:
    found: list[WorstErrors] = []
    lost: list[Onset] = []
    cells = [(probe, dtype) for probe in requested for dtype in dtypes]
    with progress(len(cells), "functions") as advance:
        for probe, dtype in cells:
            found += search(backends, probe, dtype, budgets, seed)
            lost += onsets(backends, probe, dtype)
            advance(1)
    return found, lost
