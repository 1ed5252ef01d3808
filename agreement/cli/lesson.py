"""`backproof lesson`: the page that walks the four equations."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..cases import case_json
from ..diagnosis.function_backend import SubjectBackend
from ..errors import UsageError
from ..files import probe, write_text
from ..languages import LANGUAGES
from ..lesson import example, page
from ..lesson.live.still import still
from ..lesson.student import function_of
from ..lesson.verdict_of import SubjectVerdict, verdict_of
from .exit_codes import AGREE

FILE = "lesson.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: what the page is about, its language, and where it goes."""
    parser.add_argument(
        "case", type=Path, nargs="?", metavar="CASE.json", help="a case file (default: a small network)"
    )
    parser.add_argument(
        "--subject", metavar="FILE.py[:NAME]", help="your own back-propagation, to stand beside the truth"
    )
    parser.add_argument("--with-answers", action="store_true", help="the answers to the questions are printed, too")
    parser.add_argument("--lang", choices=tuple(LANGUAGES), default="en", help="the language (default: en)")
    parser.add_argument(
        "--still", choices=("light", "dark"), help="write the picture alone instead, as an SVG in these colours"
    )
    parser.add_argument("--out", type=Path, default=Path(FILE), metavar="FILE", help=f"default: {FILE}")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Compute the page of the four equations and write it.

    Returns:
        The exit code: 0.

    Raises:
        UsageError: The case or the subject cannot be read, or the page not be written.

    """
    if given.still and (given.subject or given.with_answers):
        raise UsageError("--still is the picture alone: --subject and --with-answers are of the page")
    case = example.fitting(case_json.read(given.case)) if given.case else example.default()
    subject = SubjectBackend(function_of(given.subject)) if given.subject else None
    probe(given.out)
    if given.still:
        write_text(given.out, still(case, given.lang, given.still == "dark"))
    else:
        write_text(given.out, page.page(case, given.lang, subject, _verdict(given), given.with_answers))
    print(f"backproof: wrote {given.out}", file=sys.stderr)
    return AGREE


def _verdict(given: argparse.Namespace) -> SubjectVerdict | None:
    """What diagnose says of the reader's own function."""
    if not given.subject:
        return None
    return verdict_of(given.subject, given.lang)
