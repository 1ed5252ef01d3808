"""What a search found, as text, JSON or Markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from ...manual.gradients import Quantity
from ..judging.verdict import Verdict
from ..screen.rows import BarRow, bar_rows
from ..screen.text import bare, dimmed, wrapped
from .onset import Onset
from .search import Worst, WorstErrors

SCHEMA, MINUS = "backproof/accuracy/1", "−"
Measure = Callable[[WorstErrors], Worst]
TABLES = (
    ("The value a = σ(z), in ulp", Quantity.A, attrgetter("ulps")),
    ("The gradient ∂C/∂z, (a − y) σ′(z) of a neuron, δ^L of a cost, in ulp", Quantity.BP1, attrgetter("ulps")),
    ("The gradient ∂C/∂z, in ε", Quantity.BP1, attrgetter("eps")),
)


@dataclass(frozen=True)
class Accuracy:
    """Everything that was found, with what it was found with."""

    versions: dict[str, str]
    environment: dict[str, Any]
    budgets: dict[str, int]
    seed: int
    found: Sequence[WorstErrors]
    onsets: Sequence[Onset]
    command: str

    def json(self) -> str:
        """One object; null stands for no number."""
        document = {
            "schema": SCHEMA,
            "environment": self.environment,
            "command": self.command,
            "settings": {"backends": self.versions, "budgets": self.budgets, "seed": self.seed},
            "rows": [_document(row) for row in self.found],
            "saturated": [onset._asdict() for onset in self.onsets],
        }
        return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def text(self) -> str:
        """A line for each function, dtype, quantity and backend: the largest error beside what is allowed."""
        return bare("\n".join(line.rstrip() for line in self.lines())) + "\n"

    def lines(self) -> Iterator[str]:
        """The same for a screen; where digits are lost stands below each function."""
        rows = sorted(self.found, key=lambda row: list(dict.fromkeys(one.probe for one in self.found)).index(row.probe))
        for (probe, dtype), same in groupby(rows, key=lambda row: (row.probe, row.dtype)):
            yield f"⟦bold⟧{probe}⟦/⟧, {dtype}"
            yield from bar_rows(map(_line, same))
            lost = [one for one in self.onsets if (one.probe, one.dtype) == (probe, dtype)]
            yield from (line for told in _onset_lines(lost) for line in wrapped(f"    {told}", hang=6))
            yield ""
        points = "; ".join(f"{name} {n:,}" for name, n in self.budgets.items())
        yield from dimmed(f"  the largest error found, a lower bound; points a row: {points}; seed {self.seed}", hang=4)

    def markdown(self) -> str:
        """A table for each quantity, a column for each backend, and where digits are lost."""
        names = list(self.versions)
        parts = [_table(*row, self.found, names) for row in TABLES]
        return "\n".join([*parts, _onset_table(self.onsets)])


def _document(row: WorstErrors) -> dict[str, Any]:
    def finite(x: float) -> float | None:
        return x if math.isfinite(x) else None

    return {
        "backend": row.backend,
        "function": row.probe,
        "quantity": row.quantity.value,
        "dtype": row.dtype,
        "ulps": finite(row.ulps.value),
        "at": row.ulps.at,
        "eps": finite(row.eps.value),
        "eps_at": row.eps.at,
        "ratio": finite(row.ratio.value),
        "ratio_at": row.ratio.at,
        "verdict": None if row.verdict is None else row.verdict.word,
        "entries": row.decided,
        "reason": row.reason,
    }


def number(x: float) -> str:
    """Three digits; ∞ is no number."""
    return "no number" if math.isinf(x) else f"{x:.3g}"


def place(at: tuple[float, ...] | None) -> str:
    """An argument, short."""
    return "" if at is None else ", ".join(f"{x:.4g}" for x in at)


def _line(row: WorstErrors) -> BarRow:
    """Backend, a or δ, the verdict, error/allowed as a bar and the argument."""
    symbol = "a" if row.quantity == Quantity.A else "δ"
    if row.verdict is None:
        return BarRow("?", row.backend, symbol, "", notes=[f"unsupported: {row.reason or 'nothing was decided'}"])
    at = f"at {place(row.ratio.at)}" if row.ratio.at else ""
    mark = "✗" if row.verdict == Verdict.WRONG else "✓"
    beyond = "no number" if math.isinf(row.ratio.value) else "beyond the bound"
    return BarRow(mark, row.backend, symbol, row.verdict.word, row.ratio.value, beyond, at)


def _onset_lines(rows: Sequence[Onset]) -> Iterator[str]:
    """A line for each backend and target: from which z on, on either side, digits are lost."""
    for who, same in groupby(sorted(rows, key=_whose), key=_whose):
        marks: dict[str, list[float]] = {}
        for row in same:
            for word, z in (("half", row.half), ("all", row.all), ("no number", row.broken)):
                marks.setdefault(word, []).extend([] if z is None else [z])
        told = (f"{word} from {' and '.join(f'{z:.3g}' for z in sorted(zs))}" for word, zs in marks.items() if zs)
        yield f"{who}: digits lost: {', '.join(told)}".replace(" -", f" {MINUS}")


def _whose(row: Onset) -> str:
    return ", ".join(filter(None, (row.backend, row.line)))


def _cell(row: WorstErrors | None, measure: Measure) -> str:
    if row is None or row.verdict is None:
        return "–"
    mark = "" if row.verdict <= Verdict.LOSSY else f" **{row.verdict.word}**"
    worst = measure(row)
    return f"{number(worst.value)}{f' at {place(worst.at)}' if worst.at else ''}{mark}"


def _table(title: str, quantity: Quantity, measure: Measure, found: Sequence[WorstErrors], names: list[str]) -> str:
    cells = {(row.probe, row.dtype, row.backend): row for row in found if row.quantity == quantity}
    kinds = list(dict.fromkeys((probe, dtype) for probe, dtype, _ in cells))
    rows = [[*kind, *(_cell(cells.get((*kind, name)), measure) for name in names)] for kind in kinds]
    return f"## {title}\n\n{_markdown(['function', 'dtype', *names], rows)}\n"


def _onset_table(onsets: Sequence[Onset]) -> str:
    def z(x: float | None) -> str:
        return "" if x is None else f"{x:.3g}"

    alike: dict[tuple[Any, ...], list[str]] = {}
    for o in onsets:
        alike.setdefault((o.probe, o.line, o.dtype, z(o.half), z(o.all), z(o.broken)), []).append(o.backend)
    rows = [[*key, ", ".join(names)] for key, names in alike.items()]
    head = ["function", "target", "dtype", "half of the digits lost from z", "all of them", "no number", "backends"]
    return f"## Unfused and saturated\n\n{_markdown(head, rows)}\n"


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    def lines() -> Iterator[str]:
        yield f"| {' | '.join(head)} |"
        yield "|" + "---|" * len(head)
        for row in rows:
            yield f"| {' | '.join(row)} |"

    return "\n".join(lines())
