"""The verdict on the reader's own function: what `diagnose` says, and their line beside the right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...manual import equations
from ...reference import user_files
from ..catalogue.text import Text, text
from ..diagnosis.diagnose import diagnose_file
from ..diagnosis.equations import EQUATIONS, Status
from ..diagnosis.reports.text import failure_lines, headline, say
from ..diagnosis.result import Diagnosis
from ..languages import Language
from .code import CodeLine, returned
from .student import DEFAULT_NAME

RIGHT_LINES: dict[str, Callable[..., Any]] = dict(zip(EQUATIONS, equations.EQUATIONS, strict=True))


@dataclass(frozen=True)
class Ruled:
    """One equation: its verdict in a word, and where it is wrong their line (number, text) and the right one."""

    equation: str
    status: str
    word: str
    theirs: tuple[int, str] | None
    right: CodeLine


@dataclass(frozen=True)
class SubjectVerdict:
    """The headline, a row for each equation, the mistakes by name, and the smallest case that shows it."""

    file: str
    right: bool
    headline: str
    rows: tuple[Ruled, ...]
    mistakes: tuple[tuple[str, Text], ...]
    unnamed: str
    smallest: str


def verdict_of(address: str, language: Language) -> SubjectVerdict:
    """What diagnose says of `FILE.py[:NAME]`; the file runs in a child process."""
    file, name = user_files.split(address)
    found = diagnose_file(file, name or DEFAULT_NAME)
    wrong = not found.right and found.failure is not None
    return SubjectVerdict(
        file.name,
        found.right,
        headline(found, language),
        tuple(_ruled(found, equation, language) for equation in EQUATIONS) if found.equations else (),
        tuple((id, text(id, language)) for id in found.mistakes),
        "" if found.mistakes or found.right else say("unnamed", language),
        "\n".join(failure_lines(found.failure, language)) if wrong and found.failure else "",
    )


def _ruled(found: Diagnosis, equation: str, language: Language) -> Ruled:
    status = found.equations.get(equation, Status.UNSEEN)
    theirs = found.lines.get(equation) if status is Status.WRONG else None
    return Ruled(equation, status.word, say(status.word, language), theirs, returned(RIGHT_LINES[equation], {}))
