"""A gate on the terminal: open or closed by whom, and how much of its margin each backend has used."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from ..errors import one_line
from ..regression.gate import Compared, Complaint, GateOutcome, Layer
from ..screen.numbers import counted, together
from ..screen.rows import BarRow, bar_rows
from ..screen.text import dimmed, wrapped

SHOWN = 20
LONGEST_LINE = 1000
BEYOND = {Layer.WRONG: "wrong", Layer.VANISHED: "not all there", Layer.WORSE: "beyond the margin"}


def gate_lines(outcome: GateOutcome, ending: str = "") -> list[str]:
    """The verdict, a line for each backend with its reasons, what changed since, what was compared.

    Arguments:
        outcome: What the gate found.
        ending: The last line: why the command ends as it does.

    """
    return list(_lines(outcome, ending))


def _lines(outcome: GateOutcome, ending: str) -> Iterator[str]:
    compared = {name for one in outcome.compared for name in one.backends}
    names = sorted({cell.backend for cell in [*outcome.held, *outcome.strangers]} | compared)
    yield _headline(outcome, names)
    yield ""
    yield from bar_rows((_row(outcome, name) for name in names), "moved: 0", "margin: 1")
    for complaint in [one for one in outcome.complaints if not one.cell and not _its(one, names)][:SHOWN]:
        yield from wrapped(f"  ✗ {one_line(str(complaint), LONGEST_LINE)}", hang=4)
    yield ""
    for note in _grouped(outcome.notes)[:SHOWN]:
        yield from wrapped(f"  note: {one_line(note, LONGEST_LINE)}", hang=4)
    yield from wrapped(f"  changed since: {'; '.join(dict.fromkeys(outcome.changes)) or 'nothing'}", hang=4)
    yield from dimmed(f"  compared: {_compared(outcome)}", hang=4)
    if ending:
        yield f"  ⟦dim⟧{ending}⟦/⟧"


def _headline(outcome: GateOutcome, names: list[str]) -> str:
    n = len(outcome.complaints)
    if not n:
        held = f"{outcome.accepted} of {counted(len(outcome.held), 'cell')}"
        return f"✓ ⟦good⟧gate: open:⟦/⟧ {held} are within the margin of the baseline."
    blamed = [name for name in names if any(_of(one, name) for one in outcome.complaints)]
    said = f" {together(blamed)} {'is' if len(blamed) == 1 else 'are'} not as accepted." if blamed else ""
    return f"✗ ⟦bad⟧gate: CLOSED by {counted(n, 'finding')}.⟦/⟧{said}"


def _of(complaint: Complaint, name: str) -> bool:
    """Whether a complaint is about a backend: by its cell, or by name where it has none."""
    return complaint.cell.backend == name if complaint.cell else _its(complaint, [name])


def _its(complaint: Complaint, names: list[str]) -> bool:
    words = complaint.text.removeprefix("backend ").split()
    return not complaint.cell and bool(words) and words[0] in names


def _row(outcome: GateOutcome, name: str) -> BarRow:
    """A backend: cells as accepted, the margin used, what closes the gate and what is better or new."""
    against = [one for one in outcome.complaints if _of(one, name)]
    held = [cell for cell in outcome.held if cell.backend == name]
    accepted = len({*held} - {one.cell for one in against})
    mark = "✗" if against else "✓" if held else "?"
    version = outcome.versions.get(name, "–").partition("+")[0]
    used = max((outcome.used.get(cell, 0.0) for cell in held), default=None)
    layer = against[0].layer if against else Layer.WORSE
    return BarRow(
        mark,
        name,
        version,
        f"{accepted:,} of {len(held):,} cells",
        math.inf if against else used,
        beyond=f"⟦bad⟧{BEYOND[layer]}⟦/⟧",
        notes=_notes(outcome, name),
        below=[*_reasons(against)],
    )


def _notes(outcome: GateOutcome, name: str) -> list[str]:
    better = sum(text.startswith(f"{name}, ") for text in outcome.better)
    new = sum(cell.backend == name for cell in outcome.strangers)
    said = [f"{counted(better, 'figure')} better (--accept keeps them)"] if better else []
    return said + ([f"{counted(new, 'cell')} not in the baseline (--accept adds them)"] if new else [])


def _reasons(against: list[Complaint]) -> Iterator[str]:
    """What closes the gate; a likely cause stands once below the cells that share it."""
    shown = [(one.layer, *_told(one)) for one in against[:SHOWN]]
    for likely, same in groupby(shown, lambda one: one[2]):
        for layer, text, _ in same:
            yield from wrapped(f"    {layer}  {text}", hang=6)
        yield from dimmed(f"      Likely: {likely}") if likely else ()
    if len(against) > SHOWN:
        yield f"    … and {len(against) - SHOWN} more"


def _told(complaint: Complaint) -> tuple[str, str]:
    """A complaint without its backend, which stands above it, and its likely cause."""
    text = one_line(complaint.text, LONGEST_LINE)
    text, _, likely = text.partition(". Likely: ")
    return (text.removeprefix(f"{complaint.cell.backend}, ") if complaint.cell else text), likely


def _grouped(notes: list[str]) -> list[str]:
    """Notes that say the same of several cells as one: the first cell, and how many more."""
    cells: dict[str, list[str]] = {}
    for note in notes:
        cell, _, said = note.partition(": ")
        cells.setdefault(said, []).append(cell)
    return [
        f"{same[0]}{f' and {len(same) - 1} more' if len(same) > 1 else ''}{f': {said}' if said else ''}"
        for said, same in cells.items()
    ]


def _compared(outcome: GateOutcome) -> str:
    """How many cells of what, on which machines; dtypes of one machine are named together."""
    by_machine = groupby(outcome.compared, lambda one: one.place[:2])
    machines = [(where, list(parts)) for where, parts in by_machine]
    return "; ".join(f"{_cells(parts)} on {isa} with {blas}" for (isa, blas), parts in machines) or "nothing"


def _cells(parts: list[Compared]) -> str:
    names = ", ".join(sorted({name for part in parts for name in part.backends}))
    return f"{sum(part.cells for part in parts)} cells of {names} in {', '.join(part.place.dtype for part in parts)}"
