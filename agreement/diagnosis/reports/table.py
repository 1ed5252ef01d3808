"""A folder of submissions: a row each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ...errors import UsageError, one_line
from ..asking.sandbox import Limits
from ..diagnose import diagnose_file
from ..equations import EQUATIONS, Status
from ..inference.conventions import Declared
from ..result import Diagnosis
from .text import say

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet takes for a formula; the wide ones are for one in Japanese."""
HEADER = ("file", "subject", "status", *EQUATIONS, "score", "mistakes", "alternatives", "reason")


def submissions(folder: Path) -> list[Path]:
    """The Python files and notebooks of a folder, by name; UsageError where there is none."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".py", ".ipynb") and path.is_file())
    if not files:
        raise UsageError(f"no Python file in {str(folder)!r}")
    return files


def diagnose_all(files: Iterable[Path], declared: Declared, limits: Limits) -> Iterator[tuple[Path, Diagnosis]]:
    """Each file's diagnosis as it is made; one that cannot be judged is `stopped` with the reason, the others go on."""
    for path in files:
        try:
            yield path, diagnose_file(path, None, declared, limits)
        except UsageError as error:
            yield path, Diagnosis(path.stem, "stopped", reason=str(error).removeprefix(f"{path}: "))
        except Exception as error:  # whatever a submission makes of us, it is that file's own row
            yield (
                path,
                Diagnosis(path.stem, "stopped", reason=f"it could not be judged: {type(error).__name__}: {error}"),
            )


def csv_lines(rows: Iterable[tuple[str, Diagnosis]]) -> Iterator[str]:
    """A header, and a line for every file, by what it is called, as it comes."""
    yield _line(HEADER)
    for label, found in rows:
        equations = [found.equations.get(equation, Status.UNSEEN).word for equation in EQUATIONS]
        others = " or ".join("+".join(ids) for ids in found.named[1:])
        reason = found.reason or (say(f"worthless_{found.worthless}", "en") if found.worthless else "")
        yield _line(
            [label, found.subject, found.status, *equations, found.score, "+".join(found.mistakes), others, reason]
        )


def _line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_neutral(cell) for cell in cells])
    return text.getvalue()


def _neutral(cell: Any) -> Any:
    """A text in one line; one that a spreadsheet would run as a formula, with an apostrophe before it."""
    if not isinstance(cell, str):
        return cell
    line = one_line(cell, 1000)
    return f"'{line}" if (cell.startswith(FORMULA) or line.startswith(FORMULA)) else line
