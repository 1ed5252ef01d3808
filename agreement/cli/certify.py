"""`backproof certify`: the gradient of any traced training step of torch or jax."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..certificates.certify import judge_step
from ..certificates.formats import FORMATS
from ..errors import UsageError
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED, say_report
from .from_file import made

NEEDED = "a function without arguments that gives (loss, (first, *rest)) is needed"
"""Of a training step, here and in a port."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the step, how its gradient is taken, what may differ, and how to print."""
    parser.add_argument("step", metavar="FILE.py:NAME", help=f"the training step: {NEEDED.removesuffix(' is needed')}")
    parser.add_argument(
        "--mode",
        action="append",
        metavar="M",
        help="how the gradient is taken: eager, compile, compile.aot_eager of torch (default: eager); "
        "eager, jit of jax (default: both)",
    )
    parser.add_argument(
        "--allow", action="append", default=[], metavar="NAME", help="a function whose backward is meant to differ"
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="what stdout gets")


WHY = {
    AGREE: "every certificate says right",
    DISAGREE: "a certificate says wrong",
    NOTHING_CHECKED: "not every certificate could decide",
}


def run(given: argparse.Namespace, folder: Path) -> int:
    """Judge the step with three certificates, and print them.

    Returns:
        The exit code: 1 where a certificate says wrong, 5 where one could not decide, else 0.

    Raises:
        UsageError: There is no such step, or it raises.

    """
    loss, arguments = step_at(given.step)
    found = judge_step(loss, *arguments, modes=given.mode, allow=given.allow)
    code = DISAGREE if found.disagrees else AGREE if found.decided else NOTHING_CHECKED
    return say_report(FORMATS[given.format](found), given.format, code, WHY)


def step_at(address: str) -> tuple[Callable[..., Any], Sequence[Any]]:
    """Load a training step.

    Arguments:
        address: FILE.py:NAME of a function without arguments that gives (loss, (first, *rest)).

    Returns:
        The loss, and its arguments, the parameters first.

    Raises:
        UsageError: There is no such function, it raises, or it gives something else.

    """
    found = made(address, NEEDED)
    match found:
        case (loss, (first, *rest)) if callable(loss):
            return loss, (first, *rest)
    raise UsageError(f"{address} gave {str(found)[:60]}: {NEEDED}")
