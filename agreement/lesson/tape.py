"""How autodiff does it: the tapes of torch and jax, each line named by the quantities it makes."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from ...manual.case import Case
from ...manual.shapes import Array
from .columns import Columns
from .known import Known, named, quantities

MODULES = {"torch": ".tape_torch", "jax": ".tape_jax"}


@dataclass(frozen=True)
class TapeLine:
    """One line of a tape: its text, the arrays that came in (if they are shown) and went out."""

    text: str
    inward: tuple[Array, ...]
    outward: tuple[Array, ...]


@dataclass(frozen=True)
class NamedLine:
    """A line with the quantities of the lesson that it makes, and the equations they belong to."""

    text: str
    makes: tuple[tuple[Known, bool], ...]
    equations: tuple[str, ...]


@dataclass(frozen=True)
class Tape:
    """A library's tape, or the reason why there is none."""

    library: str
    lines: tuple[NamedLine, ...]
    reason: str | None = None


def tapes(case: Case, columns: Columns) -> list[Tape]:
    """The tape of every library that has numbers on the page."""
    reasons = {column.name: column.reason for column in columns.columns}
    known = quantities(case)
    made = []
    for library, module in MODULES.items():
        if reasons[library] is not None:
            made.append(Tape(library, (), reasons[library]))
        else:
            lines = import_module(module, __package__).lines(case)
            made.append(Tape(library, tuple(_named(line, known) for line in lines)))
    return made


def _named(line: TapeLine, known: list[Known]) -> NamedLine:
    found = [named(array, known) for array in line.outward or line.inward]
    makes = tuple(dict.fromkeys(one for one in found if one is not None))
    equations = tuple(dict.fromkeys(one.equation for one, _ in makes if one.equation))
    return NamedLine(line.text, makes, equations)
