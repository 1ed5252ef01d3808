"""What a worker can be asked, as JSON, and how it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...manual.case import Pack
from ...reference.protocol import Backend
from ..cases import case_json
from ..cases.layouts import CONTIGUOUS
from ..judging.shrink import minimal
from ..running.check import Settings, closing, judge_pack
from ..tally import tally_json
from ..tally.tally import Tally
from .units import Piece, packs_of


@dataclass(frozen=True)
class JudgeJob:
    """Judge these backends, by their place in the settings, on these cases; or, without cases, put to
    them what a run asks once. `counts` is False where the cases are counted elsewhere.
    """

    pieces: tuple[Piece, ...]
    backends: tuple[int, ...]
    counts: bool = True

    @property
    def cases(self) -> int:
        return sum(piece.cases for piece in self.pieces)

    def as_json(self) -> dict[str, Any]:
        return {"judge": self.pieces, "backends": self.backends, "counts": self.counts}


@dataclass(frozen=True)
class Shrink:
    """Make a case small on which this backend is wrong in this quantity."""

    backend: str
    quantity: str
    case: dict[str, Any]
    layout: str = CONTIGUOUS

    def as_json(self) -> dict[str, Any]:
        return {"shrink": self.case, "backend": self.backend, "quantity": self.quantity, "layout": self.layout}


Job = JudgeJob | Shrink


def drawn(settings: Settings, piece: Piece) -> tuple[Pack, tuple[str, ...]]:
    """The cases of a piece, with their regimes."""
    pack, regimes = packs_of(settings)[piece.number].draw()
    if piece.cases < len(pack):
        pack = Pack.of([pack[k] for k in range(piece.start, piece.stop)])
    return pack, regimes[piece.start : piece.stop]


def answered(job: dict[str, Any], settings: Settings, backends: Sequence[Backend]) -> dict[str, Any]:
    """The answer of a worker to a job: a tally, or a small case with what is wrong in it."""
    if "shrink" in job:
        backend = next(one for one in backends if one.name == job["backend"])
        case, found = minimal(case_json.from_json(job["shrink"]), backend, job["quantity"], job["layout"])
        return {"case": case_json.as_json(case), "found": found.as_json() if found else None}
    chosen = [backends[place] for place in job["backends"]]
    pieces = [Piece(*piece) for piece in job["judge"]]
    return tally_json.as_json(_judged(pieces, settings, chosen, job["counts"]))


def _judged(pieces: Sequence[Piece], settings: Settings, backends: Sequence[Backend], counts: bool) -> Tally:
    if not pieces:
        return closing(settings.menu, backends)
    tally = Tally()
    for piece in pieces:
        pack, regimes = drawn(settings, piece)
        if counts:
            tally.count(pack, regimes)
        judge_pack(pack, regimes, backends, packs_of(settings)[piece.number], tally)
    return tally
