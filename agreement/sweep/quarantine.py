"""What becomes of a unit that lost its worker: tried again alone, then taken apart until what is guilty stands alone.

Whatever else was in the unit is judged. A unit that always crashes has the same tally every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ...manual.case import Case
from ..running.check import Settings
from ..tally import tally_json
from ..tally.tally import Tally
from .jobs import JudgeJob, drawn
from .units import Piece
from .worker_process import KILLED, JobResult

LOST_AT_MOST = 40
"""Workers lost over one unit: what has not been taken apart by then is reported as it is."""
FROM_OUTSIDE = f"{KILLED}SIGKILL"
Ask = Callable[[JudgeJob], JobResult]


class Quarantine:
    """Takes one unit apart; `lost` counts the workers it cost, `guilty` the cases found."""

    def __init__(self, settings: Settings, ask: Ask, lost_at_most: int = LOST_AT_MOST) -> None:
        self._settings, self._ask, self._most = settings, ask, lost_at_most
        self.lost = self.guilty = 0

    def judge(self, job: JudgeJob) -> Tally:
        """The tally of the job, with a sentence for everything that could not be judged.

        Killed from outside and then judged in parts, it is whole: nothing is said.
        """
        answer = self._ask(job)
        if answer.reason is None:
            return tally_json.from_json(answer.document)
        self.lost += 1
        parts = [] if self.lost >= self._most else list(halves(job))
        if not parts:
            return self._given_up(job, answer.reason)
        before = self.guilty
        tally = self._in_parts(job, parts)
        if self.guilty == before and not answer.reason.startswith(FROM_OUTSIDE):
            self.guilty += 1
            _say(tally, answer.reason, f"{self._named(job)} {answer.reason}, but not when judged in parts")
        return tally

    def _in_parts(self, job: JudgeJob, parts: list[JudgeJob]) -> Tally:
        tally = Tally()
        if job.counts and not parts[0].counts:
            _count(job, self._settings, tally)
        for part in parts:
            tally.merge(self.judge(part))
        return tally

    def _given_up(self, job: JudgeJob, reason: str) -> Tally:
        self.guilty += 1
        tally = Tally()
        if job.counts:
            _count(job, self._settings, tally)
        _say(tally, reason, f"{self._named(job)} {reason}{_about(job, self._settings, tally)}")
        return tally

    def _named(self, job: JudgeJob) -> str:
        return ", ".join(self._settings.backends[place] for place in job.backends)


def whole(job: JudgeJob, reason: str, settings: Settings) -> Tally:
    """A unit that is not taken apart, since others were."""
    tally = Tally()
    _count(job, settings, tally)
    packs = ", ".join(str(piece.number) for piece in job.pieces)
    _say(tally, reason, f"unit of {job.cases} cases {reason}, and was not taken apart: packs {packs}, not judged")
    return tally


def _say(tally: Tally, reason: str, sentence: str) -> None:
    """A finding; but SIGKILL comes from outside, where memory ran out for one: that is no mistake of the backend."""
    (tally.unjudged if reason.startswith(FROM_OUTSIDE) else tally.failures).update([sentence])


def halves(job: JudgeJob) -> Iterator[JudgeJob]:
    """Half of the cases each; a single case by backend; nothing where one backend stands before one case."""
    if job.cases > 1:
        left, right = _cut(job.pieces, job.cases // 2)
        yield from (replace(job, pieces=left), replace(job, pieces=right))
    elif len(job.backends) > 1:
        yield from (replace(job, backends=(place,), counts=False) for place in job.backends)


def _cut(pieces: tuple[Piece, ...], cases: int) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left: list[Piece] = []
    right: list[Piece] = []
    for piece in pieces:
        middle = piece.start + min(max(0, cases), piece.cases)
        cases -= piece.cases
        left += [piece._replace(stop=middle)] if middle > piece.start else []
        right += [piece._replace(start=middle)] if middle < piece.stop else []
    return tuple(left), tuple(right)


def _count(job: JudgeJob, settings: Settings, tally: Tally) -> None:
    for piece in job.pieces:
        tally.count(*drawn(settings, piece))


def _about(job: JudgeJob, settings: Settings, tally: Tally) -> str:
    """Which case it was; the case is put into the tally, to be written as a file."""
    if not job.pieces:
        return " when asked what a run asks once"
    if job.cases > 1:
        packs = ", ".join(str(piece.number) for piece in job.pieces)
        return f" on {job.cases} cases that were not taken apart further (packs {packs})"
    pack, (regime,) = drawn(settings, job.pieces[0])
    case: Case = pack[0]
    tally.quarantined.add(case.id)
    tally.cases_by_id[case.id] = case
    return f" on case {case.id}: {case.architecture}, {case.dtype}, {regime}"
