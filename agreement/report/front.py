"""The first screen of the page as plain values: who is wrong and who is right, what to do, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..catalogue.mistakes import MISTAKES
from ..catalogue.text import text
from ..environment import changes
from ..judging.discrepancy import Discrepancy
from ..languages import Language
from ..record.record import Record
from ..regression.diff import diff
from ..screen.numbers import ratio, share
from .blamed import TERMS, underlined
from .standing import Standing, listed, standings
from .words import replay_command

MOST_WRONG, MOST_MOVES = 3, 5
REST = "+{}"
"""How many more names there are, in any language."""


def front(record: Record, folder: Path, earlier: Record | None, lang: Language = "en") -> dict[str, Any]:
    """What the template's first part names."""
    origins = record.summary.get("origins", {})
    rows, settings = standings(record), record.document["settings"]
    wrong = [row for row in rows if row.mark == "✗"]
    return {
        "rows": [{**_row(row), "origin": origins.get(row.name, "")} for row in rows],
        "wrong": [{"name": row.name, "where": list(row.equations), "answered": bool(row.wrong)} for row in wrong],
        "right": [row.name for row in rows if row.mark == "✓"],
        "judged": record.judged,
        "decided": f"{sum(row.decided for row in rows):,}",
        "wrong_entries": f"{record.summary['wrong']:,}",
        "todo": [_todo(record, row, folder, lang) for row in wrong if row.first][:MOST_WRONG],
        "seed": settings["seed"],
        "dtypes": settings["dtypes"],
        "changed": _changed(earlier, record, lang) if earlier else None,
    }


def _row(row: Standing) -> dict[str, Any]:
    return {
        "mark": row.mark,
        "name": row.name,
        "version": row.version,
        "wrong": f"{row.wrong:,}",
        "decided": f"{row.decided:,}",
        "worst": ratio(row.worst) if row.worst <= 1 else None,
        "part": f"{min(row.worst, 1) * 100:.0f}" if row.worst <= 1 else "100",
        "lossy": f"{row.lossy:,}" if row.lossy else "",
        "losing": listed(row.losing, REST),
        "saturated": row.saturated,
        "known": f"{row.known:,}" if row.known else "",
        "deviating": listed(row.deviating, REST),
        "undecided": share(row.share_undecided) if row.undecided and row.decided else "",
        "unsupported": f"{row.unsupported:,}" if row.unsupported else "",
    }


def _todo(record: Record, row: Standing, folder: Path, lang: Language) -> dict[str, Any]:
    """The equation, the smallest case and its command, and what a diagnosis says."""
    one = row.first
    assert one is not None
    found = next((d for d in record.summary.get("diagnoses", []) if d["backend"] == row.name), None)
    ids = [id for id in (found or {}).get("mistakes", []) if id in MISTAKES]
    return {
        "name": row.name,
        "equation": one.equation,
        "formula": one.formula,
        "terms": _terms(ids, one.equation),
        "mistakes": [{"id": id, **text(id, lang)._asdict()} for id in ids],
        "symbol": one.symbol,
        "truth": f"{one.truth:.4g}",
        "got": f"{one.got:.4g}",
        "case": f"{one.architecture}, {one.dtype}, {one.regime}",
        "command": replay_command(record, folder, one.case, row.name, one.layout),
        "place": f"{found['file']}:{found['line']}" if found and found["line"] else "",
        "text": _marked((found or {}).get("text") or ""),
        "said": ((found or {}).get("said") or "").splitlines(),
    }


def _terms(mistakes: list[str], equation: str) -> dict[str, str]:
    """The terms of the equation that its mistakes are about, each with how it is drawn."""
    ids = [id for id in mistakes if equation in MISTAKES[id].equations and id in TERMS]
    return {TERMS[id].term: TERMS[id].manner for id in ids}


def _marked(line: str) -> dict[str, str]:
    """A line of source in three parts, the middle one underlined."""
    first, last = underlined(line) or (0, len(line))
    return {"line": line, "before": line[:first], "blamed": line[first:last], "after": line[last:]}


def _changed(old: Record, new: Record, lang: Language) -> dict[str, Any]:
    """Against the run before: versions, entries that are wrong now or no longer, and how many cells moved."""
    result = diff(old, new)
    was, now = (Counter({row.name: row.wrong for row in standings(record)}) for record in (old, new))
    return {
        "created": old.document["created"],
        "environment": changes(old.document["environment"], new.document["environment"], lang),
        "wrong": [(name, was[name], now[name]) for name in now if was[name] != now[name]],
        "moved": sum(move.moved for move in result.moves) if result.same_cases else None,
        "cells": result.cells,
        "moves": [", ".join(move.key) for move in result.moves[:MOST_MOVES]] if result.same_cases else [],
    }


def grouped(found: list[Discrepancy]) -> Iterator[tuple[Discrepancy, int]]:
    """The first entry of every backend and equation, and how many more there are."""
    groups: dict[tuple[str, str], list[Discrepancy]] = {}
    for one in found:
        groups.setdefault((one.backend, one.equation), []).append(one)
    yield from ((same[0], len(same) - 1) for same in groups.values())
