"""Two records side by side: which cells moved beyond the gate's margin, by how many octaves, and what changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..environment import changes
from ..judging.verdict import Verdict
from ..record.record import Record
from ..tally.cells import Key
from . import baseline
from .gate import GateOutcome, Layer, compare

SMALLEST_ULPS = 2.0**-6
"""Errors below this count as this: smaller differences are ignored."""


@dataclass(frozen=True)
class Move:
    """A cell of two records; `old` or `new` is None where it appeared or vanished.

    `within` says that the gate lets it pass, either record being the baseline of the other.
    """

    key: Key
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    within: bool = False

    @property
    def octaves(self) -> float:
        """By how many factors of two the median, the 99 % quantile or the largest error grew, whichever most.

        ∞ or −∞ for a cell that is not in both, and where an error became infinite or no longer is.
        """
        if self.old is None or self.new is None:
            return math.inf if self.old is None else -math.inf
        return max(_octaves(_ulps(self.old, q), _ulps(self.new, q)) for q in ("median", "p99", "max"))

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
        margin = {"within_margin": self.within}
        return {**self.key._asdict(), "octaves": octaves, "verdicts": verdicts, "ulps": ulps, **margin}


def _ulps(cell: dict[str, Any], quantile: str) -> float:
    return max(float(cell["ulps"][quantile] or 0.0), SMALLEST_ULPS)


def _octaves(old: float, new: float) -> float:
    return 0.0 if old == new else math.log2(new) - math.log2(old)


def _figures(cell: dict[str, Any]) -> tuple[Any, ...]:
    return (cell["ulp_histogram"], cell["ulps"], cell["worst_ratio"], *(cell[verdict.word] for verdict in Verdict))


class Versions(NamedTuple):
    """A backend in two records: its version in each, None where it was not asked; how many of its cells moved."""

    backend: str
    old: str | None
    new: str | None
    beyond: int
    within: int


@dataclass(frozen=True)
class Diff:
    """What moved, the largest growth first, by backend, and what changed in the environment."""

    same_cases: bool
    changes: list[str]
    moves: list[Move]
    cells: int
    backends: list[Versions]

    @property
    def worse(self) -> bool:
        return any(move.worse for move in self.moves)

    @property
    def beyond(self) -> list[Move]:
        """The moves that the gate would not let pass."""
        return [move for move in self.moves if not move.within]

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return {
            "same_cases": self.same_cases,
            "changes": self.changes,
            "backends": [backend._asdict() for backend in self.backends],
            "cells": self.cells,
            "moved": [move.as_json() for move in self.moves],
        }


def diff(old: Record, new: Record) -> Diff:
    """Every cell of either record that is not the same in both."""
    before, after = _cells(old), _cells(new)
    same = bool(old.corpus["hash"]) and old.corpus["hash"] == new.corpus["hash"]
    noticed = _noticed(old, new, same)
    moves = [_move(key, before.get(key), after.get(key), noticed) for key in sorted({**before, **after})]
    moved = sorted((move for move in moves if move.moved), key=lambda move: (not move.worse, -abs(move.octaves)))
    said = [record.document["environment"] for record in (old, new)]
    return Diff(same, changes(*said), moved, len(moves), _versions(old, new, moved))


def _move(key: Key, old: dict[str, Any] | None, new: dict[str, Any] | None, noticed: set[baseline.CellKey]) -> Move:
    move = Move(key, old, new)
    return Move(key, old, new, within=not (move.worse or old is None or _coarse(key) in noticed))


def _coarse(key: Key) -> baseline.CellKey:
    """The cell of a baseline that a record's cell is part of."""
    return baseline.CellKey(*(getattr(key, name) for name in baseline.CellKey._fields))


def _noticed(old: Record, new: Record, same_cases: bool) -> set[baseline.CellKey]:
    """The cells for which the gate would close, held in either direction; of other cases only what got worse."""
    both, outcome = [baseline.cells_of(record) for record in (old, new)], GateOutcome()
    for one, other in (both, both[::-1]):
        compare(one, other, outcome)
    told = outcome.complaints if same_cases else outcome.of(Layer.WORSE)
    return {complaint.cell for complaint in told if complaint.cell}


def _versions(old: Record, new: Record, moved: list[Move]) -> list[Versions]:
    before, after = (record.summary["backends"] for record in (old, new))
    rows = []
    for name in dict.fromkeys([*before, *after]):
        within = [move.within for move in moved if move.key.backend == name]
        rows.append(Versions(name, before.get(name), after.get(name), within.count(False), within.count(True)))
    return rows


def _cells(record: Record) -> dict[Key, dict[str, Any]]:
    return {Key(*(cell[name] for name in Key._fields)): cell for cell in record.cells}
