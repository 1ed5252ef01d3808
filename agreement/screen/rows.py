"""A line for each of what is judged: mark, name, counts, the worst as a bar against what is allowed, notes below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .numbers import ratio
from .text import WIDTH, bar, columns, padded, parts

BAR, SMALLEST_BAR, MOST_NAME = 20, 8, 40
"""Columns; a longer name stands on a line of its own."""
BEYOND = "⟦bad⟧beyond the bound⟦/⟧"


@dataclass(frozen=True)
class BarRow:
    """One line: `worst` is a part of what is allowed, None where nothing was measured."""

    mark: str
    name: str
    version: str
    count: str
    worst: float | None = None
    beyond: str = BEYOND
    """What stands in the place of the bar where `worst` is above 1."""
    after: str = ""
    """What stands behind the bar."""
    notes: Sequence[str] = ()
    """Below the counts, side by side while they fit."""
    below: Sequence[str] = ()
    """Lines of their own after that."""


def bar_rows(rows: Iterable[BarRow], zero: str = "worst: 0", one: str = "allowed: 1") -> Iterator[str]:
    """The rows, their columns aligned; `zero` and `one` say above the bars what their ends are."""
    shown = list(rows)
    if any(row.after for row in shown) and _room(shown) < SMALLEST_BAR:
        shown = [replace(row, after="", notes=[*filter(None, [row.after]), *row.notes]) for row in shown]
    name, version, count = _widths(shown)
    start, room = _start(name, version), _room(shown)
    cells = max(SMALLEST_BAR, min(BAR, room))
    narrow = cells > room  # the counts go below the name
    left = 6 if narrow else start
    if any(row.worst is not None and row.worst <= 1 for row in shown):
        yield f"⟦dim⟧{padded('', left + count + (3 if count else 0))}{_scale(zero, one, cells)}⟦/⟧"
    for row in shown:
        head = f"  {row.mark} ⟦{'bad' if row.mark == '✗' else 'bold'}⟧{padded(row.name, name)}⟦/⟧"
        head += f" {padded(row.version, version)}" if version else ""
        gap = "   " if count else ""
        numbers = f"{' ' * (count - columns(row.count))}{row.count}{gap}{_worst(row, cells)}".rstrip()
        yield from [head.rstrip(), f"{' ' * left}{numbers}"] if narrow else [f"{head}   {numbers}".rstrip()]
        yield from (f"⟦dim⟧{line}⟦/⟧" for line in parts(row.notes, left))
        yield from row.below


def _room(rows: list[BarRow]) -> int:
    """How many columns are left for the bars."""
    name, version, count = _widths(rows)
    after = max([0, *(columns(row.after) + 2 for row in rows if row.after)])
    return WIDTH - (_start(name, version) + count + 3 + 6 + after)


def _widths(rows: list[BarRow]) -> tuple[int, int, int]:
    """The columns of names, versions and counts."""
    names, versions, counts = ([row.name for row in rows], [row.version for row in rows], [row.count for row in rows])
    name, version, count = (max([0, *map(columns, texts)]) for texts in (names, versions, counts))
    return min(name, MOST_NAME), version, count


def _start(name: int, version: int) -> int:
    """Where the counts begin."""
    return 4 + name + (1 + version if version else 0) + 3


def _scale(zero: str, one: str, cells: int) -> str:
    """What the ends of the bars are; the far end alone where both do not fit."""
    space = cells + 1 - columns(zero) - columns(one)
    return f"{zero}{' ' * space}{one}" if space >= 2 else f"{'of ' + one:>{cells + 1}}"


def _worst(row: BarRow, cells: int) -> str:
    if row.worst is None:
        return row.after
    if not row.worst <= 1:
        return f"{row.beyond}  {row.after}".rstrip()
    return f"{bar(row.worst, cells)} {ratio(row.worst)}  {row.after}".rstrip()
