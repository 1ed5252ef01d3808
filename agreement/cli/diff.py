"""`backproof diff`: which cells moved between two records."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

from ..record.record import Record
from ..regression.diff import Diff, Move, diff
from ..regression.identical_errors import twins
from ..report.markdown import table
from .exit_codes import AGREE, DISAGREE

SHOWN, SHOWN_TWINS = 20, 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two records, and how to print."""
    parser.add_argument("old", type=Path, metavar="OLD", help="a record.json")
    parser.add_argument("new", type=Path, metavar="NEW", help="a later one")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Print what moved; 1 where a cell vanished or has more wrong entries."""
    old, new = Record.load(given.old), Record.load(given.new)
    result, shared = diff(old, new), twins(new)
    if given.format == "json":
        document = {**result.as_json(), "shared": [pair.as_json() for pair in shared]}
        print(json.dumps(document, ensure_ascii=False, allow_nan=False))
    else:
        both = [f"{pair}: a sign of shared code, or of the same formula." for pair in shared[:SHOWN_TWINS]]
        lines = _markdown(result) if given.format == "github" else _text(result)
        print("\n".join([*lines, *both]))
    return DISAGREE if result.worse else AGREE


def _head(result: Diff) -> Iterator[str]:
    yield f"{len(result.moves)} of {result.cells} cells moved."
    yield f"Changed in the environment: {'; '.join(result.changes) or 'nothing'}."
    if not result.same_cases:
        yield "The two records judge different cases: only how errors are distributed can be compared."


def _text(result: Diff) -> Iterator[str]:
    yield from _head(result)
    yield from ("  ".join(_row(move)) for move in result.moves[:SHOWN])
    if len(result.moves) > SHOWN:
        yield f"… and {len(result.moves) - SHOWN} more (--format json)."


def _markdown(result: Diff) -> Iterator[str]:
    yield from (f"{line}\n" for line in _head(result))
    if result.moves:
        yield table(
            ("cell", "ulp 99 %, old → new", "largest ulp, old → new", "verdicts"), map(_row, result.moves[:SHOWN])
        )


def _row(move: Move) -> tuple[str, ...]:
    cell = ", ".join(move.key)
    if move.old is None or move.new is None:
        return (cell, "new" if move.old is None else "VANISHED", "", "")
    verdicts = ", ".join(f"{word} {old} → {new}" for word, (old, new) in move.verdicts.items())
    return (cell, *(_change(move, quantile) for quantile in ("p99", "max")), verdicts)


def _change(move: Move, quantile: str) -> str:
    assert move.old is not None
    assert move.new is not None
    old, new = (float(cell["ulps"][quantile] or 0) for cell in (move.old, move.new))
    grown = f" (2^{math.log2(new / old):+.1f})" if old and new and old != new else ""
    return f"{old:.3g} → {new:.3g}{grown}"
