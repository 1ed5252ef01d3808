"""A folder of submissions: a row each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...errors import UsageError, one_line
from ..asking.sandbox import Limits
from ..diagnose import diagnose_file
from ..equations import EQUATIONS, Status
from ..inference.conventions import Declared
from ..result import Diagnosis

FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would compute."""
HEADER = ("file", "subject", "status", *EQUATIONS, "score", "mistakes", "alternatives", "reason")


def submissions(folder: Path) -> list[Path]:
    """The Python files and notebooks of a folder, by name; UsageError where there is none."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".py", ".ipynb") and path.is_file())
    if not files:
        raise UsageError(f"no Python file in {str(folder)!r}")
    return files


def diagnose_all(files: Iterable[Path], declared: Declared, limits: Limits) -> Iterator[tuple[Path, Diagnosis]]:
    """Each file's diagnosis; one with nothing to judge in it is `stopped`, and the others go on."""
    for path in files:
        try:
            yield path, diagnose_file(path, None, declared, limits)
        except UsageError as error:
            yield path, Diagnosis(path.stem, "stopped", reason=str(error).removeprefix(f"{path}: "))
        except Exception as error:  # of ours: one row, not the class
            yield path, Diagnosis(path.stem, "stopped", reason=f"internal error: {type(error).__name__}: {error}")


def as_csv(rows: Iterable[tuple[Path, Diagnosis]]) -> str:
    """A header and a row for every file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for path, found in rows:
        equations = [found.equations.get(equation, Status.UNSEEN).word for equation in EQUATIONS]
        others = " or ".join("+".join(ids) for ids in found.named[1:])
        row = (path.name, found.subject, found.status, *equations, str(found.score), "+".join(found.mistakes), others)
        writer.writerow(map(_cell, (*row, found.reason or "")))
    return text.getvalue()


def _cell(text: str) -> str:
    """On one line, and no formula to a spreadsheet."""
    line = one_line(text, 1000)
    return f"'{line}" if line.startswith(FORMULA) else line
