"""`backproof vjp`: one operation's vector-Jacobian product, judged alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...manual.rounding.formats import DTYPES, FORMATS
from ...reference.graph.contract import Contract
from ...reference.protocol import Traits
from ..documents import to_json
from ..errors import UsageError
from ..judging.verdict import Verdict
from ..output import say
from ..screen.text import printed
from ..vjp.against_reference import judge_against
from ..vjp.judge import DEFAULT_CASES, Author, judge_vjp
from ..vjp.report import VjpReport
from . import common
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED
from .from_file import called, named

CONTRACT = {
    "products": "what operands of matrix products may be cast to, as tf32",
    "sums": "the dtype of running sums (default: the tensors', float32 for 16 bits)",
    "inside": "the dtype of what is held between operations (default: the tensors')",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the function, the operation, what to draw, and how to print."""
    parser.add_argument("function", metavar="FILE.py:FUNCTION", help="what is to be judged")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--operation",
        metavar="NAME",
        help="affine, an activation as sigmoid, or a cost on an output as cross_entropy/softmax",
    )
    what.add_argument("--reference", metavar="FILE.py:REF", help="the plain function, in jax or torch, that it is of")
    parser.add_argument(
        "--arguments", metavar="FILE.py:ARGS", help="with --reference: a tuple of arrays, or a function that gives one"
    )
    for name, help_of in CONTRACT.items():
        parser.add_argument(f"--{name}", metavar="DTYPE", help=f"with --reference: {help_of}")
    parser.add_argument("--dtype", action="append", choices=tuple(FORMATS), help="(default: float64, float32)")
    parser.add_argument(
        "--cases",
        type=int,
        metavar="N",
        help=f"how many (default: {DEFAULT_CASES} of an operation, all of a reference)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="what they are drawn from (default: 0)")
    parser.add_argument("--flushes", action="store_true", help="it flushes subnormal numbers to 0, as XLA does")
    common.add_fail_on(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Judge one operation's backward pass, and print the report.

    Returns:
        The exit code: 1 where an entry is wrong, 5 where too little was judged sharply, else 0.

    Raises:
        UsageError: There is no such function or operation, or an option makes no sense.

    """
    kernel = named(given.function, "a function")
    if isinstance(kernel, type):
        raise UsageError(f"{given.function} is a class: a function is needed")
    report = _of_reference(kernel, given) if given.reference else _of_operation(kernel, given)
    code = exit_code(report, given.fail_on)
    if given.format == "json":
        say(to_json(report.as_json()))
    else:
        say(printed(report.lines(f"exit {code}: {ending(report, code)}")), end="")
    return code


def exit_code(report: VjpReport, fail_on: str | None) -> int:
    """1 for what is wrong, fails or loses what was asked to fail, 5 where too little was seen, 0 otherwise."""
    lossy = {"lossy": report.verdicts[Verdict.LOSSY], "lost": report.lost}
    if report.disagrees or lossy.get(fail_on or ""):
        return DISAGREE
    return AGREE if report.decided and not report.unseen else NOTHING_CHECKED


def ending(report: VjpReport, code: int) -> str:
    """Why the command ends with that code."""
    if code == DISAGREE:
        return f"{report.operation} {'is wrong' if report.wrong else 'fails' if report.disagrees else 'loses digits'}"
    return "every decided entry is within its bound" if code == AGREE else "too little was seen to say that it is right"


def _of_operation(kernel: Any, given: argparse.Namespace) -> VjpReport:
    _refuse(given, ("arguments", *CONTRACT), "--operation")
    if not callable(kernel):
        raise UsageError(f"{given.function} is {kernel!r:.60}: a function is needed")
    author = Author(traits=Traits(given.flushes, recomputes=False))
    cases = DEFAULT_CASES if given.cases is None else given.cases
    return judge_vjp(kernel, given.operation, cases=cases, seed=given.seed, dtypes=given.dtype or DTYPES, author=author)


def _of_reference(kernel: Any, given: argparse.Namespace) -> VjpReport:
    _refuse(given, ("dtype",), "--reference")
    if given.arguments is None:
        raise UsageError("--arguments FILE.py:ARGS is needed with --reference")
    reference = named(given.reference, "a reference")
    arguments = named(given.arguments, "arguments", lambda x: callable(x) or isinstance(x, (tuple, list)))
    arguments = called(given.arguments, arguments) if callable(arguments) else arguments
    if not isinstance(arguments, (tuple, list)):
        raise UsageError(f"{given.arguments!r} is a {type(arguments).__name__}: a tuple of arrays is needed")
    try:
        contract = Contract(**{name: getattr(given, name) for name in CONTRACT}, flushes=given.flushes)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return judge_against(kernel, reference, arguments, contract, cases=given.cases, seed=given.seed)


def _refuse(given: argparse.Namespace, names: tuple[str, ...], beside: str) -> None:
    for name in names:
        if getattr(given, name) is not None:
            raise UsageError(f"--{name} makes no sense with {beside}")
