"""The programs of tests/programs, as they are and with a mistake planted by a small edit."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from backproof.agreement.diagnosis.asking.subject import find

FOLDER = Path(__file__).parents[1] / "programs"
PROGRAMS = tuple(sorted(path.stem for path in FOLDER.glob("*.py")))


@dataclass(frozen=True)
class Edit:
    """One mistake in one program: texts to replace, and what the assignment declares."""

    program: str
    mistake: str
    change: tuple[tuple[str, str], ...]
    declared: dict[str, Any] = field(default_factory=dict)

    def source(self, source: str | None = None) -> str:
        """The program's source, or another that is given, with the mistake in it."""
        text = source or original(self.program)
        for old, new in self.change:
            assert text.count(old) == 1, f"{self.mistake} in {self.program}: {old!r} occurs {text.count(old)} times"
            text = text.replace(old, new)
        return text

    def __str__(self) -> str:
        return f"{self.program}-{self.mistake}"


def original(program: str) -> str:
    return (FOLDER / f"{program}.py").read_text("utf-8")


@cache
def edits() -> tuple[Edit, ...]:
    rows = tomllib.loads((FOLDER / "edits.toml").read_text("utf-8"))["edit"]
    return tuple(Edit(**{**row, "change": tuple(map(tuple, row["change"]))}) for row in rows)


def subject(source: str) -> Any:
    """The function or class that a source defines."""
    module = ModuleType("planted")
    exec(compile(source, "planted.py", "exec"), vars(module))
    return find(vars(module), None)[1]
