"""The units of a sweep: a few packs each, of one dtype, cost and output, so that their counts share cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ..cases import generate
from ..errors import UsageError
from ..running.check import Settings

AT_LEAST, PACKS_AT_MOST = 64, 16
"""Long sweeps have this many units or more; short ones a unit to a pack."""


class Piece(NamedTuple):
    """Cases start … stop − 1 of the pack of this number."""

    number: int
    start: int
    stop: int

    @property
    def cases(self) -> int:
        return self.stop - self.start


class Shard(NamedTuple):
    """Part `number` of `of`, counted from 1."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From `I/N`; UsageError where that is no part."""
        number, slash, of = text.partition("/")
        if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
            raise UsageError(f"shard is {text!r}: I/N with 1 ≤ I ≤ N is needed, as in 2/4")
        return cls(int(number), int(of))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True)
class Unit:
    """What is done, journaled and lost as one."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def cases(self) -> int:
        return sum(piece.cases for piece in self.pieces)


@cache
def packs_of(settings: Settings) -> Sequence[generate.DrawnUnit]:
    """All packs of a run of these settings, undrawn."""
    return generate.units(settings.cases, settings.seed, settings.menu)


def units(settings: Settings) -> list[Unit]:
    """The units of a sweep: the settings make them, and nothing else does."""
    packs, period = packs_of(settings), generate.turn(settings.menu)
    window = period * max(1, min(PACKS_AT_MOST, len(packs) // AT_LEAST))
    starts = [start + turned for start in range(0, len(packs), window) for turned in range(period)]
    groups = [range(start, min(start - start % window + window, len(packs)), period) for start in starts]
    filled = [group for group in groups if group]
    return [Unit(number, tuple(Piece(n, 0, packs[n].cases) for n in group)) for number, group in enumerate(filled)]


def shard_of(all_units: list[Unit], shard: Shard) -> list[Unit]:
    """One part of the units: neighbours, so that no dtype or cost is left to one part."""
    ends = [len(all_units) * k // shard.of for k in (shard.number - 1, shard.number)]
    return all_units[ends[0] : ends[1]]
