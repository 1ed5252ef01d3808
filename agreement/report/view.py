"""What the page shows of a record, as plain values: the template has the words, this has the numbers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from ...manual.gradients import Quantity
from ..environment import flat
from ..judging.discrepancy import Discrepancy
from ..judging.verdict import Verdict
from ..languages import Language
from ..record.conclusion import seen
from ..record.record import Record
from ..regression.identical_errors import identical_errors
from ..screen.numbers import ratio
from ..tally.sharpness import percent
from .front import front, grouped
from .hero import NARROW, WIDE, PictureWords, hero
from .matrix import MatrixRow, gathered, order, ratio_unlisted
from .standing import standings
from .typeset import typeset
from .words import replay_command

CELL = ("backend", "dtype", "cost", "activation", "quantity")
SHOWN_PAIRS = 6
FRAMES = {"wide": WIDE, "narrow": NARROW}
EQUATIONS = (Quantity.BP1, Quantity.BP2, Quantity.BP3, Quantity.BP4)


def view(record: Record, folder: Path, earlier: Record | None = None, lang: Language = "en") -> dict[str, Any]:
    """Everything that the template names."""
    summary, conclusion = record.summary, record.conclusion
    pictures = summary.get("pictures", {})
    names, shown = list(summary["backends"]), [row.name for row in standings(record)]
    return {
        "created": record.document["created"],
        "summary": summary,
        "verdict": conclusion.verdict.value,
        "unseen": conclusion.unseen,
        "sight": [(row.backend, row.dtype, percent(row.share)) for row in seen(summary)],
        "names": summary["backends"],
        "lost": summary.get("lost", 0),
        "unbounded": f"{n:,}" if (n := summary.get("unbounded", 0)) else "",
        "verdicts": [(verdict.word, summary[verdict.word]) for verdict in Verdict],
        "environment": flat(record.document["environment"], lang),
        "corpus": record.corpus,
        "matrix": _matrix(record),
        "equations": _equations(record),
        "cells": [_cell(row) for row in sorted(gathered(record.cells, *CELL), key=order(record))],
        "worst": [_worst(record, cell, folder) for cell in record.worst_cells()],
        "wrong": [_wrong(record, one, more, folder) for one, more in grouped(record.discrepancies)],
        "front": front(record, folder, earlier, lang),
        "drawn": max((len(strip["dots"]) for strip in pictures.get("hero", {}).values()), default=0),
        "hero": lambda words, frame: Markup(hero(pictures, shown, PictureWords(**words), FRAMES[frame])),
        "identical_errors": identical_errors(record)[:SHOWN_PAIRS],
        "figures": {name: Markup(svg) for name, svg in _figures(record, names).items()},
        "number": number,
        "ratio": ratio,
        "typeset": typeset,
    }


def number(value: float | str | None) -> str:
    """Two or three digits that can be read: 0.31, 64, 1.2e+38."""
    if value is None:
        return "–"
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    if 0.01 <= abs(value) < 100_000:
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:.1e}"


def _level(row: MatrixRow) -> str:
    """The kind of a matrix cell: it is said in a word besides its colour."""
    if row.counts["wrong"]:
        return "wrong"
    if row.counts["known"]:
        return "known"
    return "within"


def _figured(row: MatrixRow) -> dict[str, Any]:
    return {
        "level": _level(row),
        "ratio": row.worst_unlisted,
        "part": f"{100 * min(row.worst_unlisted, 1):.0f}",
        "whole": row.worst_ratio,
        "step": row.worst_step_ratio,
        "visible": row.visible,
        "undecided": row.undecided,
        **row.counts,
    }


def _matrix(record: Record) -> dict[str, Any]:
    """Backends down, cost and dtype across."""
    rows = {row.key: _figured(row) for row in gathered(record.cells, "backend", "cost", "dtype")}
    columns = sorted({key[1:] for key in rows}, key=lambda column: (column[0] != "quadratic", column[1] != "float64"))
    return {
        "columns": columns,
        "rows": [(name, [rows.get((name, *column)) for column in columns]) for name in record.summary["backends"]],
    }


def _equations(record: Record) -> list[dict[str, Any]]:
    rows = {row.key: _figured(row) for row in gathered(record.cells, "quantity", "backend")}
    backends = list(record.summary["backends"])
    return [
        {"id": quantity.value, "backends": [(name, rows.get((quantity.value, name))) for name in backends]}
        for quantity in EQUATIONS
    ]


def _cell(row: MatrixRow) -> dict[str, Any]:
    return {"key": row.key, **_figured(row)}


def _worst(record: Record, cell: dict[str, Any], folder: Path) -> dict[str, Any]:
    worst = max(float(cell["worst_ratio"]), float(cell["worst_step_ratio"]))
    listed = bool(cell["known"]) and ratio_unlisted(cell) < worst
    return {**cell, "listed": listed, "command": replay_command(record, folder, cell["worst_case"], cell["backend"])}


def _wrong(record: Record, one: Discrepancy, more: int, folder: Path) -> dict[str, Any]:
    """A discrepancy with the floats next to the truth on either side."""
    near = np.dtype(one.dtype).type(one.truth)
    below, above = (np.nextafter(near, near.dtype.type(side)) for side in (-np.inf, np.inf))
    sides = {"below": repr(float(below)), "above": repr(float(above))}
    return {"one": one, "more": more, **sides, **_entry(record, one, folder)}


def _entry(record: Record, one: Discrepancy, folder: Path) -> dict[str, Any]:
    index = ", ".join(map(str, one.index)) or "–"
    return {"index": index, "command": replay_command(record, folder, one.case, one.backend, one.layout)}


def _figures(record: Record, names: list[str]) -> dict[str, str]:
    """The pictures that this record has data for."""
    from . import figures  # matplotlib is slow to import: only where something is drawn

    curves = record.summary.get("pictures", {}).get("saturation", {"curves": []})
    return {"saturation": figures.saturation(curves, names)} if curves["curves"] else {}
