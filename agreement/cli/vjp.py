"""`backproof vjp`: one operation's vector-Jacobian product, judged alone."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ...manual.rounding.formats import DTYPES, FORMATS
from ...reference import user_files
from ...reference.protocol import Traits
from ..errors import UsageError
from ..judging.verdict import Verdict
from ..vjp.judge import DEFAULT_CASES, Author, judge_vjp
from . import common
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The function, the operation, what to draw, and how to print."""
    parser.add_argument("function", metavar="FILE.py:FUNCTION", help="what is to be judged")
    parser.add_argument(
        "--operation",
        required=True,
        metavar="NAME",
        help="affine, an activation as sigmoid, or a cost on an output as cross_entropy/softmax",
    )
    parser.add_argument("--dtype", action="append", choices=tuple(FORMATS), help="(default: float64, float32)")
    parser.add_argument(
        "--cases", type=int, default=DEFAULT_CASES, metavar="N", help=f"how many (default: {DEFAULT_CASES})"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="what they are drawn from (default: 0)")
    parser.add_argument("--flushes", action="store_true", help="it flushes subnormal numbers to 0, as XLA does")
    common.add_fail_on(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Judge and print."""
    author = Author(traits=Traits(given.flushes, recomputes=False))
    report = judge_vjp(
        _function(given.function),
        given.operation,
        cases=given.cases,
        seed=given.seed,
        dtypes=given.dtype or DTYPES,
        author=author,
    )
    print(json.dumps(report.as_json(), ensure_ascii=False) if given.format == "json" else report)
    lossy = {"lossy": report.verdicts[Verdict.LOSSY], "lost": report.lost}
    if report.disagrees or lossy.get(given.fail_on):
        return DISAGREE
    return AGREE if report.decided else NOTHING_CHECKED


def _function(address: str) -> Any:
    try:
        found = user_files.load(address, "a function")
    except (ValueError, ImportError) as error:
        raise UsageError(str(error)) from None
    if not callable(found):
        raise UsageError(f"{address} is {found!r:.60}: a function is needed")
    return found
