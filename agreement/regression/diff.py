"""Two records side by side: which cells moved, by how many octaves of error, and what changed meanwhile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..environment import changes
from ..judging.verdict import Verdict
from ..record.record import Record
from ..tally.cells import Key

SMALLEST_ULPS = 2.0**-6
"""Errors below this count as this: what is lost under it is nobody's loss."""


@dataclass(frozen=True)
class Move:
    """A cell of two records; `old` or `new` is None where it appeared or vanished."""

    key: Key
    old: dict[str, Any] | None
    new: dict[str, Any] | None

    @property
    def octaves(self) -> float:
        """By how many factors of two the largest error in ulp grew; ∞ or −∞ for a cell that is not in both."""
        if self.old is None or self.new is None:
            return math.inf if self.old is None else -math.inf
        return max(math.log2(_ulps(self.new, q) / _ulps(self.old, q)) for q in ("median", "p99", "max"))

    @property
    def worse(self) -> bool:
        """Whether it vanished, or has more entries that are wrong."""
        return self.new is None or self.new["wrong"] > (self.old or {}).get("wrong", 0)

    @property
    def moved(self) -> bool:
        """Whether anything in it is other than it was."""
        return self.old is None or self.new is None or _figures(self.old) != _figures(self.new)

    @property
    def verdicts(self) -> dict[str, tuple[int, int]]:
        """The counts per verdict that changed, old and new."""
        pairs = {v.word: ((self.old or {}).get(v.word, 0), (self.new or {}).get(v.word, 0)) for v in Verdict}
        return {word: pair for word, pair in pairs.items() if pair[0] != pair[1]}

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        octaves = self.octaves if math.isfinite(self.octaves) else None
        verdicts = {word: list(pair) for word, pair in self.verdicts.items()}
        ulps = {name: cell and cell["ulps"] for name, cell in (("old", self.old), ("new", self.new))}
        return {**self.key._asdict(), "octaves": octaves, "verdicts": verdicts, "ulps": ulps}


def _ulps(cell: dict[str, Any], quantile: str) -> float:
    return max(float(cell["ulps"][quantile] or 0.0), SMALLEST_ULPS)


def _figures(cell: dict[str, Any]) -> tuple[Any, ...]:
    return (cell["ulp_histogram"], cell["ulps"], cell["worst_ratio"], *(cell[verdict.word] for verdict in Verdict))


@dataclass(frozen=True)
class Diff:
    """What moved, the largest growth first, and what changed in the environment."""

    same_cases: bool
    changes: list[str]
    moves: list[Move]
    cells: int

    @property
    def worse(self) -> bool:
        return any(move.worse for move in self.moves)

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        moves = [move.as_json() for move in self.moves]
        return {"same_cases": self.same_cases, "changes": self.changes, "cells": self.cells, "moved": moves}


def diff(old: Record, new: Record) -> Diff:
    """Every cell of either record that is not the same in both."""
    before, after = _cells(old), _cells(new)
    moves = [Move(key, before.get(key), after.get(key)) for key in sorted({**before, **after})]
    moved = sorted((move for move in moves if move.moved), key=lambda move: (not move.worse, -abs(move.octaves)))
    same = bool(old.corpus["hash"]) and old.corpus["hash"] == new.corpus["hash"]
    said = [record.document["environment"] for record in (old, new)]
    return Diff(same, changes(*said), moved, len(moves))


def _cells(record: Record) -> dict[Key, dict[str, Any]]:
    return {Key(*(cell[name] for name in Key._fields)): cell for cell in record.cells}
