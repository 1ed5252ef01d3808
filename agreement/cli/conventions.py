"""`backproof conventions`: the catalogue of what ports get wrong, or one with the smallest pair that shows it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

from ..errors import UsageError
from ..output import say
from ..porting.conventions import CONVENTIONS, PortConvention
from ..screen.text import printed, wrapped
from .exit_codes import AGREE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: which convention."""
    parser.add_argument("id", nargs="?", metavar="ID", help="of one convention, such as gelu")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Print a line for each convention, or everything about one.

    Returns:
        The exit code: 0.

    Raises:
        UsageError: There is no such convention.

    """
    if given.id is None:
        widest = max(map(len, CONVENTIONS))
        for convention in sorted(CONVENTIONS.values(), key=lambda row: row.id):
            row = f"{convention.id:<{widest}}  {convention.title}"
            say(printed(wrapped(row, hang=widest + 2)), end="")
        return AGREE
    if given.id not in CONVENTIONS:
        raise UsageError(f"unknown convention {given.id!r}: choose from {', '.join(sorted(CONVENTIONS))}")
    say(printed(_whole(CONVENTIONS[given.id])), end="")
    return AGREE


def _whole(convention: PortConvention) -> Iterator[str]:
    yield f"{convention.id}: {convention.title}"
    for text in (convention.about, f"How to mend it: {convention.mend}"):
        yield f"  {text}"
    for which, source in (("first", convention.first), ("second", convention.second)):
        yield f"  The smallest pair that shows it, the {which} file:"
        yield indent(source.rstrip(), "    ")
