"""`backproof hvp`: Hessian-vector products on random cases and directions, held against the certified product."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from ...reference import product, registry, user_rows
from ...reference.deviations import deviations
from ...reference.product import Product
from ..cases.generate import DrawnUnit
from ..files import read_as
from ..hvp.problem import from_json
from ..hvp.run import judge_problem
from ..hvp.run import run as run_on
from ..judging.backends import loaded
from ..judging.discrepancy import PRODUCTS
from ..record.record import Record
from ..running import options
from ..running.check import Settings
from ..tally.tally import Tally
from . import common
from .progress import progress

CASES = 90
BACKENDS = "a library, one of its modes (as torch.double_backward), or path/to/file.py:Class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: what check has too, and a problem to judge again."""
    common.add_settings(parser, without=("backend", "cases", "device", "l2", "weighted"))
    default = ", ".join(product.DEFAULT)
    parser.add_argument("--backend", action="append", metavar="B", help=f"{BACKENDS} (default: {default})")
    parser.add_argument("--cases", type=int, default=CASES, metavar="N", help=f"how many to draw (default: {CASES})")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="judge the case and direction of a file again")
    common.add_output(parser)


def run(given: argparse.Namespace, folder: Path) -> int:
    """Draw problems or read one, judge H v and v H, write the record and print it.

    Returns:
        The exit code: 1 where something disagrees, 5 where too little was seen, else 0.

    Raises:
        UsageError: A setting makes no sense, or the problem cannot be read.

    """
    with user_rows.lasting(), deviations.lasting():
        return _run(given, folder)


def _run(given: argparse.Namespace, folder: Path) -> int:
    requested = tuple(dict.fromkeys(given.backend or registry.here(product.DEFAULT)))
    settings = replace(options.settings({**vars(given), "backend": None}, folder), backends=requested, judged=PRODUCTS)
    backends, missing = loaded(requested, product.load)
    problem = read_as(from_json, given.replay) if given.replay else None
    common.probe_output(given.out, given.format)
    Record.set_aside(given.out)
    started = time.perf_counter()
    if problem is None:
        tally = _judged(settings, backends)
    else:
        tally = Tally()
        judge_problem(problem, backends, tally)
    versions = {backend.name: backend.version for backend in backends}
    record = Record.of(tally, settings, versions, time.perf_counter() - started, missing)
    record = record.failing_on(given.fail_on)
    common.write(record, given, given.out)
    return common.code_of(record)


def _judged(settings: Settings, backends: list[Product]) -> Tally:
    work = [unit for unit in settings.units() if isinstance(unit, DrawnUnit)]
    with progress(sum(unit.cases for unit in work)) as advance:
        return run_on(work, backends, advance)
