"""`backproof accuracy`: the largest error of each library's activations and costs, searched for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from ...reference.protocol import Backend
from .. import casefile, options
from ..accuracy.onset import Onset, onsets
from ..accuracy.page import page
from ..accuracy.probes import Probe, probes
from ..accuracy.search import Found, search
from ..accuracy.table import Accuracy
from ..cli import AGREE, DISAGREE, NOTHING_CHECKED
from ..errors import UsageError
from ..loading import load_all
from ..provenance import environment
from ..verdict import Verdict
from . import shared

BUDGET = 1024
FORMATS: dict[str, Callable[[Accuracy], str]] = {
    "text": Accuracy.text,
    "json": Accuracy.json,
    "markdown": lambda accuracy: page(accuracy, datetime.now(UTC).date()),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure, how long to search, and how to print."""
    shared.add_settings(parser, without=("cases", "regime", "l2", "weighted"))
    parser.add_argument("--budget", type=int, default=BUDGET, metavar="N", help=f"points a row (default: {BUDGET})")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="how it is written")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write to a file instead of stdout")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Search, then print or write."""
    if given.budget < 2:
        raise UsageError(f"budget is {given.budget}: at least 2 points are needed")
    settings = options.settings(vars(given), folder)
    backends, missing = load_all(settings.backends, settings.device)
    asked = _asked(given, settings.menu.activations, settings.menu.costs)
    found, lost = _measure(backends, asked, settings.menu.dtypes, given.budget, settings.seed)
    versions = {backend.name: backend.version for backend in backends}
    text = FORMATS[given.format](Accuracy(versions, environment(), given.budget, settings.seed, found, lost))
    if given.out:
        casefile.write_text(given.out, text)
    else:
        print(text, end="")
    for reason in missing:
        print(f"backproof: not measured, {reason}", file=sys.stderr)
    if any(row.verdict == Verdict.WRONG for row in found):
        return DISAGREE
    return NOTHING_CHECKED if missing or not any(row.decided for row in found) else AGREE


def _asked(given: argparse.Namespace, activations: tuple[str, ...], costs: tuple[str, ...]) -> list[Probe]:
    """Activations and costs as named; where only one of the two is named, only that."""
    named = bool(given.activation), bool(given.cost)
    return probes(() if named == (False, True) else activations, () if named == (True, False) else costs)


def _measure(
    backends: list[Backend], asked: list[Probe], dtypes: tuple[str, ...], budget: int, seed: int
) -> tuple[list[Found], list[Onset]]:
    found: list[Found] = []
    lost: list[Onset] = []
    cells = [(probe, dtype) for probe in asked for dtype in dtypes]
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        for probe, dtype in progress.track(cells, description="searching"):
            found += search(backends, probe, dtype, budget, seed)
            lost += onsets(backends, probe, dtype)
    return found, lost
