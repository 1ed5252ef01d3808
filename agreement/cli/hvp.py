"""`backproof hvp`: Hessian-vector products on random cases and directions, held against the certified product."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from ...reference import product, registry, user_rows
from ...reference.product import Product
from ..cases import case_json
from ..cases.generate import Unit, units
from ..errors import UsageError
from ..files import read_as
from ..hvp import text
from ..hvp.problem import from_json
from ..hvp.tally import ProductTally
from ..hvp.tally import run as run_on
from ..running import options
from . import common

CASES = 90
BACKENDS = "a library, one of its ways (as torch.double_backward), or path/to/file.py:Class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What check knows too, a problem to judge again, where to write, and how to print."""
    common.add_settings(parser, without=("backend", "cases", "device", "l2", "weighted"))
    parser.add_argument("--backend", action="append", metavar="B", help=f"{BACKENDS} (default: {_default()})")
    parser.add_argument("--cases", type=int, default=CASES, metavar="N", help=f"how many to draw (default: {CASES})")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="judge the case and direction of a file again")
    common.add_folder(parser, "what somebody got wrong")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def _default() -> str:
    return ", ".join(product.DEFAULT)


def run(given: argparse.Namespace, folder: Path) -> int:
    """Draw or read, judge, print, and write what was wrong."""
    with user_rows.lasting():
        return _run(given, folder)


def _run(given: argparse.Namespace, folder: Path) -> int:
    settings = options.settings({**vars(given), "backend": None}, folder)
    ways, missing = _load(given.backend or registry.here(product.DEFAULT))
    said: dict[str, object] = {"cases": settings.cases, "seed": settings.seed}
    if given.replay:
        said, tally = {"replay": str(given.replay)}, _replayed(given.replay, list(ways.values()))
    else:
        tally = _judged(units(settings.cases, settings.seed, settings.menu), list(ways.values()))
    written = _write(tally, given.out)
    common.say_missing(missing, text=given.format == "text")
    if given.format == "json":
        print(json.dumps(text.document(tally, ways, said), ensure_ascii=False, allow_nan=False, indent=1))
    else:
        print(text.text(tally, ways, written), end="")
    return common.exit_code(tally, (way.name for way in ways.values()), bool(missing))


def _load(asked: list[str] | tuple[str, ...]) -> tuple[dict[str, Product], list[str]]:
    """The ways that can be had, by what was asked, and why others cannot; UsageError where there is no such name."""
    ways: dict[str, Product] = {}
    missing: list[str] = []
    for name in dict.fromkeys(name for one in asked for name in product.names(one)):
        try:
            ways[name] = product.load(name)
        except registry.Unavailable as reason:
            missing.append(f"{name}: {reason}")
        except ValueError as error:
            raise UsageError(str(error)) from None
    return ways, missing


def _judged(work: Sequence[Unit], ways: list[Product]) -> ProductTally:
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        bar = progress.add_task("cases", total=sum(unit.cases for unit in work))
        return run_on(work, ways, lambda cases: progress.advance(bar, cases))


def _replayed(path: Path, ways: list[Product]) -> ProductTally:
    tally = ProductTally()
    tally.take_in(read_as(from_json, path), ways)
    return tally


def _write(tally: ProductTally, folder: Path) -> dict[str, Path]:
    """A file for every problem that a discrepancy names, by id."""
    paths = {one.case: folder / f"product-{one.case}.json" for one in tally.discrepancies}
    for name, path in paths.items():
        case_json.write_document(path, tally.problems[name])
    return paths
