"""A sweep, from its journal to its tally: what is left is judged, what was lost is tried again alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..cases import case_json
from ..errors import UsageError
from ..judging.discrepancy import MINIMISED, Discrepancy
from ..running.check import Settings
from ..tally import tally_json
from ..tally.tally import Tally
from . import quarantine
from .jobs import JudgeJob, Shrink
from .journal import Journal
from .plan import settings_of
from .pool import Workers
from .quarantine import Quarantine
from .units import Unit, shard_of, units

CLOSING = -1
"""The number under which a journal notes what a run asks once."""
TAKEN_APART = 8
"""Units in quarantine; with more than that, the first ones say what is the matter."""
SHRUNK = 12
"""Disagreements made small: one of each backend and quantity."""

Progress = Callable[[int], None]


def sweep(journal: Journal, workers: Workers, progress: Progress = lambda cases: None) -> None:
    """Do what the journal says is not done yet; `progress` is called with the number of cases of each unit."""
    settings = settings_of(journal.document)
    everyone = tuple(range(len(settings.backends)))
    todo = [unit for unit in shard_of(units(settings), journal.shard) if unit.number not in journal.done]
    jobs = {unit.number: JudgeJob(unit.pieces, everyone) for unit in todo}
    if CLOSING not in journal.done:
        jobs[CLOSING] = JudgeJob((), everyone)
    lost: list[int] = []
    for number, answer in workers.answers(jobs.items()):
        if answer.reason is not None:
            lost.append(number)
            continue
        journal.add(number, answer.document)
        progress(jobs[number].cases)
    for number in sorted(lost):
        _alone(number, jobs[number], settings, journal, workers)
        progress(jobs[number].cases)
    journal.settle()


def check(journal: Journal) -> None:
    """UsageError where a journal does not fit its own plan: units that are none, or cases that do not add up."""
    of = {unit.number: unit.cases for unit in _units(journal)} | {CLOSING: 0}
    strangers = sorted(journal.done - {*of})
    if strangers:
        raise UsageError(f"the journal is damaged: it has unit {strangers[0]}, which its plan does not have")
    cases = sum(of[number] for number in journal.done)
    if cases != journal.total.cases:
        raise UsageError(f"the journal is damaged: its units have {cases} cases, its totals {journal.total.cases}")


def finished(journal: Journal) -> bool:
    """Whether every unit of the journal's shard is done, and the closing questions."""
    wanted = {unit.number for unit in _units(journal)} | {CLOSING}
    return wanted <= journal.done


def _units(journal: Journal) -> list[Unit]:
    return shard_of(units(settings_of(journal.document)), journal.shard)


def cases_left(journal: Journal) -> int:
    """How many cases are still to be judged."""
    return sum(unit.cases for unit in _units(journal) if unit.number not in journal.done)


def _alone(number: int, job: JudgeJob, settings: Settings, journal: Journal, workers: Workers) -> None:
    """A unit that lost its worker once: a worker that was merely killed costs nothing but time."""
    if journal.quarantined >= TAKEN_APART:
        answer = workers.alone(job)
        tally = quarantine.whole(job, answer.reason, settings) if answer.reason else None
        document = tally_json.as_json(tally) if tally else answer.document
        journal.add(number, document, quarantined=tally is not None)
        return
    ward = Quarantine(settings, workers.alone)
    tally = ward.judge(job)
    journal.add(number, tally_json.as_json(tally), quarantined=bool(ward.guilty))


def shrink(tally: Tally, workers: Workers) -> None:
    """Make a disagreement of each backend and quantity small; the small ones stand before all others."""
    for one in _to_shrink(tally):
        job = Shrink(one.backend, one.place.quantity.value, case_json.as_json(tally.cases_by_id[one.case]), one.layout)
        document, reason = workers.alone(job)
        if reason is None and document["found"] is not None:
            case = case_json.from_json(document["case"])
            tally.cases_by_id[case.id] = case
            tally.discrepancies.update([Discrepancy.from_json(document["found"])])


def _to_shrink(tally: Tally) -> Iterator[Discrepancy]:
    found: dict[tuple[str, str], Discrepancy] = {}
    for one in tally.discrepancies:
        if one.regime != MINIMISED:
            found.setdefault((one.backend, one.place.quantity.value), one)
    yield from list(found.values())[:SHRUNK]
