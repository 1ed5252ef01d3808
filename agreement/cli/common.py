"""What the commands that make a record have in common: settings, where to write, how to print, how to end."""

from __future__ import annotations

import argparse
import functools
import os
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from ..files import probe
from ..judging.saturation import Curves
from ..languages import LANGUAGES, Language
from ..output import say, stream
from ..record.conclusion import RunVerdict
from ..record.record import Record
from ..report import github, junit, markdown, terminal
from ..report.saving import page_can_be_drawn, save_page
from ..report.standing import standings
from ..running import options
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED

FAIL_ON = ("lossy", "lost")
SILENT = ("json", "junit")
"""These say nothing of what was not seen to who does not read their fields."""
CODES = {RunVerdict.AGREE: AGREE, RunVerdict.DISAGREE: DISAGREE, RunVerdict.INCOMPLETE: NOTHING_CHECKED}
FORMATS: dict[str, Callable[[Record, Path], str]] = {
    "text": lambda record, folder: terminal.render(record, folder),
    "json": lambda record, folder: record.dumps(),
    "github": github.render,
    "junit": lambda record, folder: junit.render(record),
    "markdown": lambda record, folder: markdown.render(record),
}


def add_settings(parser: argparse.ArgumentParser, without: Collection[str] = ()) -> None:
    """Add the shared settings.

    Arguments:
        parser: The command's own parser; options are added to it.
        without: Names of settings that the command has no use for.

    """
    for option in [option for option in options.OPTIONS if option.name not in without]:
        parser.add_argument(f"--{option.name}", **option.arguments)


def add_folder(parser: argparse.ArgumentParser, holds: str) -> None:
    """Add `--out`, the folder to write to.

    Arguments:
        parser: The command's own parser; the option is added to it.
        holds: What is written there, for the help.

    """
    folder = options.REPORT_FOLDER
    said = f"folder for {holds} (default: {folder})"
    parser.add_argument("--out", type=Path, default=Path(folder), metavar="DIR", help=said)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add where to write, in which language, and how to print.

    Arguments:
        parser: The command's own parser; options are added to it.

    """
    add_folder(parser, "report.html, record.json and the cases it names")
    parser.add_argument("--lang", choices=tuple(LANGUAGES), default="en", help="the language of report.html")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="what stdout gets")
    parser.add_argument("--no-report", action="store_true", help="write record.json, and no report.html")
    add_fail_on(parser)


def add_fail_on(parser: argparse.ArgumentParser) -> None:
    """Add `--fail-on`: which further verdicts are a disagreement.

    Arguments:
        parser: The command's own parser; options are added to it.

    """
    said = "exit 1 also for entries that lose digits, or only for those that keep none"
    parser.add_argument("--fail-on", choices=FAIL_ON, help=said)


def probe_output(folder: Path, format: str) -> None:
    """Try to write to the folder, before the work is done for nothing.

    Arguments:
        folder: Where the command is to write.
        format: How it is to print, a key of FORMATS.

    Raises:
        UsageError: The folder cannot be written.

    """
    files = [folder / name for name in ("record.json", "report.html", "cases/.json")]
    summary = os.environ.get(github.SUMMARY_FILE) if format == "github" else None
    probe(*files, *([Path(summary)] if summary else []))


def write(
    record: Record,
    given: argparse.Namespace,
    folder: Path,
    curves: Callable[[], Curves] | None = None,
    also: Sequence[str] = (),
) -> None:
    """Write the record and the cases as files, the report on stdout, then the page: pictures take longest.

    Arguments:
        record: What was found.
        given: The words of the command line: `format`, `lang` and `no_report` are read.
        folder: Where the files go; it is made where it is missing.
        curves: Computes the curves of the page's pictures; not called without a page.
        also: What the text says besides of how the run went, a line each.

    Raises:
        UsageError: A file cannot be written.

    """
    pictured = functools.cache(lambda: record.pictured(curves()) if curves and not given.no_report else record)
    record.save_all(folder)
    if given.format == "text":
        file = folder / ("report.html" if page_can_be_drawn() and not given.no_report else "record.json")
        text = terminal.render(record, folder, str(file), f"exit {code_of(record)}: {ending(record)}", also)
    else:
        text = FORMATS[given.format](pictured(), folder)
    say(text, end="")
    if not given.no_report:
        _draw(pictured(), folder, given.lang)
    Record.drop_earlier(folder)
    if given.format in SILENT:
        for reason in record.conclusion.unseen:
            print(f"backproof: INCOMPLETE: {reason}", file=sys.stderr)


def _draw(record: Record, folder: Path, lang: Language) -> None:
    """The page, and the record with what only its pictures show."""
    record.save(folder / "record.json")
    missing = save_page(record, folder, lang, Record.set_aside_record(folder))
    if missing:
        print(f"backproof: {missing}", file=sys.stderr)


def say_missing(missing: Iterable[str], text: bool = True) -> None:
    """Say in a line what was asked for and cannot be had.

    Arguments:
        missing: What is missing and why, a sentence each; nothing is said where there is none.
        text: Whether stdout is for people: the line comes before the text, else it goes to stderr.

    """
    for reason in missing:
        line = f"INCOMPLETE: not checked, {reason}"
        print(line if text else f"backproof: {line}", file=stream() if text else sys.stderr)


def ending(record: Record) -> str:
    """Say why a command ends with the code that it does.

    Arguments:
        record: What was found.

    Returns:
        A clause without a full stop: who is wrong, that too little was seen, or that all agree.

    """
    if record.conclusion.verdict is RunVerdict.DISAGREE:
        rows = [row for row in standings(record) if row.mark == "✗"]
        return terminal.accused(record, rows).rstrip(".")
    if record.conclusion.verdict is RunVerdict.INCOMPLETE:
        return "too little was seen to say that all agree"
    return "every decided entry is within its bound"


def code_of(record: Record) -> int:
    """Give the exit code for a record.

    Arguments:
        record: What was found.

    Returns:
        1 where something disagrees, 5 where too little was seen, else 0.

    """
    return CODES[record.conclusion.verdict]
