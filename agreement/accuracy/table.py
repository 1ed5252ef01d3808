"""What a search found, as text, JSON or Markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...manual.gradients import Quantity
from ..verdict import Verdict
from .onset import Onset
from .search import Found

SCHEMA = "backproof/accuracy/1"
TITLES = {
    Quantity.A: "The value a = σ(z)",
    Quantity.BP1: "The gradient ∂C/∂z: (a − y) σ′(z) of a neuron, δ^L of a cost",
}


@dataclass(frozen=True)
class Accuracy:
    """Everything that was found, with what it was found with."""

    versions: dict[str, str]
    environment: dict[str, Any]
    budget: int
    seed: int
    found: Sequence[Found]
    onsets: Sequence[Onset]

    def json(self) -> str:
        """One object; null stands for no number."""
        document = {
            "schema": SCHEMA,
            "environment": self.environment,
            "settings": {"backends": self.versions, "budget": self.budget, "seed": self.seed},
            "rows": [_document(row) for row in self.found],
            "saturated": [onset._asdict() for onset in self.onsets],
        }
        return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def text(self) -> str:
        """A line for each backend, dtype, function and quantity."""
        head = f"{'backend':16} {'dtype':8} {'function':24} {'':3} {'max ulp':>9}  {'at':28} {'/bound':>7}  verdict"
        return "\n".join([head, *map(_line, self.found), *map(_onset_line, self.onsets)]) + "\n"

    def markdown(self) -> str:
        """A table for each quantity, a column for each backend, and where digits are lost."""
        parts = [_table(title, quantity, self.found, list(self.versions)) for quantity, title in TITLES.items()]
        return "\n".join([*parts, _onset_table(self.onsets)])


def _document(row: Found) -> dict[str, Any]:
    def finite(x: float) -> float | None:
        return x if math.isfinite(x) else None

    return {
        "backend": row.backend,
        "function": row.probe,
        "quantity": row.quantity.value,
        "dtype": row.dtype,
        "ulps": finite(row.ulps.value),
        "at": row.ulps.at,
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


def _line(row: Found) -> str:
    head = f"{row.backend:16} {row.dtype:8} {row.probe:24} {'a' if row.quantity == Quantity.A else 'δ':3}"
    if row.verdict is None:
        return f"{head} unsupported: {row.reason or 'nothing was decided'}"
    ulps, ratio = number(row.ulps.value), number(row.ratio.value)
    return f"{head} {ulps:>9}  {place(row.ulps.at):28} {ratio:>7}  {row.verdict.word}"


def _onset_line(row: Onset) -> str:
    marks = {"half": row.half, "all": row.all, "no number": row.broken}
    told = ", ".join(f"{word} from {z:.3g}" for word, z in marks.items() if z is not None)
    return f"{row.backend:16} {row.dtype:8} {row.probe:24} {row.line:5} digits lost: {told}"


def _cell(row: Found | None) -> str:
    if row is None or row.verdict is None:
        return "–"
    mark = "" if row.verdict <= Verdict.LOSSY else f" **{row.verdict.word}**"
    return f"{number(row.ulps.value)}{f' at {place(row.ulps.at)}' if row.ulps.at else ''}{mark}"


def _table(title: str, quantity: Quantity, found: Sequence[Found], names: list[str]) -> str:
    cells = {(row.probe, row.dtype, row.backend): row for row in found if row.quantity == quantity}
    kinds = list(dict.fromkeys((probe, dtype) for probe, dtype, _ in cells))
    rows = [[probe, dtype, *(_cell(cells.get((probe, dtype, name))) for name in names)] for probe, dtype in kinds]
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
