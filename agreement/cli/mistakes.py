"""`backproof mistakes`: the catalogue, or one mistake with the smallest case that shows it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from ..catalogue.mistakes import MISTAKES, Mistake
from ..catalogue.smallest import differences, smallest, wrong
from ..catalogue.text import text
from ..diagnosis.reports.text import SYMBOLS, case_lines
from ..errors import UsageError
from ..languages import LANGUAGES, Language
from ..output import say
from ..screen.text import printed, wrapped
from .exit_codes import AGREE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: which mistake, and in which language."""
    parser.add_argument("id", nargs="?", metavar="ID", help="of one mistake, such as M10")
    parser.add_argument("--lang", choices=tuple(LANGUAGES), default="en", help="of the text")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Print a line for each mistake of the catalogue, or everything about one.

    Returns:
        The exit code: 0.

    Raises:
        UsageError: There is no such mistake.

    """
    if given.id is None:
        for mistake in MISTAKES.values():
            row = f"{mistake.id}  {', '.join(mistake.equations):9} {text(mistake.id, given.lang).name}"
            say(printed(wrapped(row, hang=15)), end="")
        return AGREE
    if given.id.upper() not in MISTAKES:
        raise UsageError(f"unknown mistake {given.id!r}: choose from {min(MISTAKES)} to {max(MISTAKES)}")
    say(printed(_whole(MISTAKES[given.id.upper()], given.lang)), end="")
    return AGREE


LABELS = {
    "en": (
        "Why it is wrong",
        "How to mend it",
        "Where it hides",
        "The smallest case that shows it",
        "wrong",
        "right",
        "it fails",
    ),
    "zh": ("为什么错", "如何改正", "何时看不出", "能显示错误的最小算例", "错误结果", "正确结果", "它报错"),
}


def _whole(mistake: Mistake, language: Language) -> Iterator[str]:
    row, case = text(mistake.id, language), smallest(mistake.id)
    why, mend, hides, shown, bad, good, fails = LABELS[language]
    yield f"{mistake.id} ({', '.join(mistake.equations)}): {row.name}"
    yield f"  {why}: {row.why}"
    yield f"  {mend}: {row.mend}"
    yield f"  {hides}: {row.hides}"
    yield f"  {shown}: {case.architecture}"
    yield from (f"    {line}" for line in case_lines(case))
    got = wrong(mistake, case)
    if isinstance(got, str):
        yield f"    {fails}: {got}"
    for place, bad_part, good_part in differences(mistake, case):
        symbol = f"{SYMBOLS[place.quantity.value]}^{place.layer}"
        yield f"    {symbol:8} {bad}: {bad_part.tolist()}   {good}: {good_part.tolist()}"
