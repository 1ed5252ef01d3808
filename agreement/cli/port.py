"""`backproof port`: the same model in two frameworks: the same function, or where and why not."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import UsageError
from ..porting.formats import FORMATS
from ..porting.port import judge_port
from .certify import NEEDED
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED, say_report
from .from_file import made


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the two steps, which parameter is which, and how to print."""
    of = NEEDED.removesuffix(" is needed")
    parser.add_argument("first", metavar="A.py:NAME", help=f"one step, of torch, jax or NumPy: {of}")
    parser.add_argument("second", metavar="B.py:NAME", help="the other, with the same weights and data")
    said = "a parameter of the first and its counterpart, where equal contents do not say it"
    parser.add_argument("--pair", action="append", default=[], metavar="A=B", help=said)
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="what stdout gets")


WHY = {
    AGREE: "nothing differs but rounding",
    DISAGREE: "the functions or their gradients differ",
    NOTHING_CHECKED: "at a kink each side has a gradient of its own",
}


def run(given: argparse.Namespace, folder: Path) -> int:
    """Compare the two steps, and print where and why they differ.

    Returns:
        The exit code: 1 where the functions or their gradients differ, 5 where they do at a kink alone, else 0.

    Raises:
        UsageError: A step cannot be read, or the two cannot be compared.

    """
    pairs = dict(map(_pair, given.pair))
    names = (given.first, given.second)
    steps = [made(address, NEEDED) for address in names]
    found = judge_port(steps[0], steps[1], parameters=pairs, names=names)
    code = DISAGREE if found.disagrees else AGREE if found.decided else NOTHING_CHECKED
    return say_report(FORMATS[given.format](found), given.format, code, WHY)


def _pair(text: str) -> tuple[str, str]:
    first, equals, second = text.partition("=")
    if not (first and equals and second):
        raise UsageError(f"--pair {text[:80]!r}: two names are needed, as in fc.weight=dense.kernel")
    return first, second
