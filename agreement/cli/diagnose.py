"""`backproof diagnose`: judge hand-written back-propagation."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...manual.activations import CORE
from ...manual.case import REDUCTIONS
from ...manual.costs import CORE as CORE_COSTS
from ...reference import user_files
from ..diagnosis.asking.sandbox import Limits
from ..diagnosis.diagnose import diagnose_file
from ..diagnosis.equations import EQUATIONS, Status
from ..diagnosis.inference.conventions import HIDDEN, OUTPUTS, Declared
from ..diagnosis.reports.gradescope import results, together
from ..diagnosis.reports.table import csv_lines, diagnose_all, submissions
from ..diagnosis.reports.text import headline, render
from ..diagnosis.result import Diagnosis
from ..documents import to_json
from ..errors import UsageError, shown
from ..languages import LANGUAGES
from ..output import say
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED, say_exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: what to judge, what its author declares, what it may use, and how to print."""
    parser.add_argument(
        "subject",
        nargs="+",
        metavar="FILE[:NAME]",
        help="a script, module or notebook, one name of it, a folder of them, or several files",
    )
    declared = parser.add_argument_group("conventions (inferred where left out)")
    declared.add_argument("--activation", dest="hidden", choices=HIDDEN, help="of the hidden layers")
    declared.add_argument("--output", choices=CORE, help="activation of the output layer")
    declared.add_argument("--cost", choices=CORE_COSTS, help="the cost")
    declared.add_argument("--reduction", choices=REDUCTIONS, help="of the cost over the examples")
    declared.add_argument("--outputs", choices=OUTPUTS, help="of the cost over the output neurons")
    declared.add_argument("--half", action=argparse.BooleanOptionalAction, default=None, help="whether C has its ½")
    declared.add_argument(
        "--l2", action=argparse.BooleanOptionalAction, default=None, help="whether C may have an L2 term"
    )
    parser.add_argument("--timeout", type=float, default=Limits().seconds, metavar="S", help="seconds for all of it")
    parser.add_argument("--format", choices=("text", "json", "gradescope"), default="text", help="what stdout gets")
    parser.add_argument("--csv", action="store_true", help="a row for each file of a folder, or of several")
    parser.add_argument("--lang", choices=tuple(LANGUAGES), default="en", help="of the report")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Judge a file, or every file of a folder.

    Returns:
        The exit code: 1 where something is wrong or gave no answer, 5 where nothing was judged, else 0.

    Raises:
        UsageError: There is no such file or name, or an option makes no sense.

    """
    if not given.timeout > 0:
        raise UsageError(f"--timeout {given.timeout:g}: a number of seconds above 0 is needed")
    declared = Declared(given.hidden, given.output, given.cost, given.reduction, given.half, given.outputs, given.l2)
    limits = Limits(seconds=given.timeout)
    (subject, *more) = given.subject
    if more:
        return _rows([folder / name for name in given.subject], given, declared, limits)
    path, name = user_files.split(subject)
    target = folder / path
    if target.is_dir():
        return _rows(submissions(target), given, declared, limits)
    if given.csv:
        raise UsageError(f"--csv is for a folder: {subject!r} is none")
    found = diagnose_file(target, name or None, declared, limits)
    say(_printed(found, given), end="")
    judged = given.format == "text" and found.convention is not None
    return say_exit(_code(found), _why(found)) if judged else _code(found)


def _rows(files: Sequence[Path], given: argparse.Namespace, declared: Declared, limits: Limits) -> int:
    """A row of each file, printed as it is done."""
    for path in files:
        if not path.is_file():
            raise UsageError(f"{str(path)!r} is no file: of several subjects each has to be one")
    seen: list[Diagnosis] = []
    rows = _noted(diagnose_all(files, declared, limits), _labels(files), seen)
    if given.csv:
        for line in csv_lines(rows):
            say(line, end="")
    elif given.format == "gradescope":
        say(to_json(together(list(rows), given.lang)))
    elif given.format == "json":
        say(to_json({label: found.as_json() for label, found in rows}))
    else:
        for label, found in rows:
            names = f" [{'+'.join(found.mistakes)}]" if found.mistakes else ""
            say(f"{shown(label)}: {headline(found, given.lang)}{names}")
    codes = {_code(found) for found in seen}
    return next((code for code in (DISAGREE, NOTHING_CHECKED) if code in codes), AGREE)


def _labels(files: Sequence[Path]) -> dict[Path, str]:
    """What each file is called: its name, or its path where another has the same name."""
    counts = Counter(path.name for path in files)
    return {path: path.name if counts[path.name] == 1 else str(path) for path in files}


def _noted(
    rows: Iterator[tuple[Path, Diagnosis]], labels: Mapping[Path, str], seen: list[Diagnosis]
) -> Iterator[tuple[str, Diagnosis]]:
    for path, found in rows:
        seen.append(found)
        yield labels[path], found


def _code(found: Diagnosis) -> int:
    """0 right, 1 wrong or no answer, 5 where nothing was judged."""
    unjudged = found.status in ("not_understood", "unknown")
    return NOTHING_CHECKED if unjudged else AGREE if found.right else DISAGREE


def _why(found: Diagnosis) -> str:
    """Why the command ends with its code."""
    wrong = [equation for equation in EQUATIONS if found.equations.get(equation) is Status.WRONG]
    if _code(found) == DISAGREE:
        return f"wrong in {', '.join(wrong)}" if wrong else "it is not right"
    return "all four equations are right" if found.right else "nothing was judged"


def _printed(found: Diagnosis, given: argparse.Namespace) -> str:
    if given.format == "text":
        return render(found, given.lang)
    document = found.as_json() if given.format == "json" else results(found, given.lang)
    return to_json(document) + "\n"
