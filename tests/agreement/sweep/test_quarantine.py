from __future__ import annotations

import json
from pathlib import Path

import pytest
from backproof.agreement.judging import saturation
from backproof.agreement.running.check import Settings
from backproof.agreement.sweep import sweep as bulk
from backproof.agreement.sweep.jobs import Job, JudgeJob, Shrink, drawn
from backproof.agreement.sweep.journal import Journal
from backproof.agreement.sweep.plan import Plan
from backproof.agreement.sweep.quarantine import Quarantine, halves
from backproof.agreement.sweep.units import Piece, Shard, units
from backproof.agreement.tally import tally_json
from backproof.agreement.tally.tally import Tally
from backproof.manual.backprop import backprop
from helpers.every import none_of
from helpers.swept import Here

SETTINGS = Settings(("numpy", "numpy.textbook"), cases=12)
TWO_PACKS = JudgeJob((Piece(0, 0, 3), Piece(1, 0, 1)), (0, 1))
CASES = 4
DIED = "died of SIGSEGV"


@pytest.fixture(autouse=True)
def few_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saturation, "Z", saturation.Z[::20])


def loses(number: int, case: int, backend: int | None = None, reason: str = DIED):  # type: ignore[no-untyped-def]
    """One case kills who is asked for it, with one backend or any."""

    def lost(job: Job) -> str | None:
        if isinstance(job, Shrink) or (backend is not None and backend not in job.backends):
            return None
        return reason if any(p.number == number and p.start <= case < p.stop for p in job.pieces) else None

    return lost


def judged(lost) -> tuple[Tally, Quarantine, Here]:  # type: ignore[no-untyped-def]
    here = Here(SETTINGS, lost)
    ward = Quarantine(SETTINGS, here.alone)
    return ward.judge(TWO_PACKS), ward, here


def verdicts(tally: Tally, backend: str) -> int:
    return sum(cell.entries for key, cell in tally.cells if key.backend == backend)


@pytest.mark.parametrize(("number", "case"), [(0, 0), (0, 2), (1, 0)])
def test_one_backend_on_one_case_is_found_and_everything_else_is_judged(number: int, case: int) -> None:
    tally, ward, _ = judged(loses(number, case, backend=1))
    pack, regimes = drawn(SETTINGS, Piece(number, case, case + 1))
    assert list(tally.failures) == [
        f"numpy.textbook {DIED} on case {pack[0].id}: {pack.architecture}, {pack.dtype}, {regimes[0]}"
    ]
    assert ward.guilty == 1
    assert tally.named_cases[pack[0].id].id == pack[0].id
    assert tally.cases == CASES
    whole, *_ = judged(lambda job: None)
    assert verdicts(tally, "numpy") == verdicts(whole, "numpy")
    entries = sum(part.size for _, part in backprop(pack).items())
    assert verdicts(whole, "numpy.textbook") - verdicts(tally, "numpy.textbook") == entries
    assert tally.marks == whole.marks
    assert tally.disagrees


def test_a_case_that_no_backend_survives_names_them_all() -> None:
    tally, ward, _ = judged(loses(0, 1))
    assert [said.split()[0] for said in tally.failures] == ["numpy", "numpy.textbook"]
    assert ward.guilty == 2
    assert tally.cases == CASES


def test_what_is_killed_from_outside_is_named_and_no_mistake() -> None:
    tally, ward, _ = judged(loses(0, 1, backend=1, reason="died of SIGKILL"))
    assert not tally.disagrees
    assert not tally.failures
    (said,) = tally.unjudged
    assert said.startswith("numpy.textbook died of SIGKILL on case ")
    assert len(tally.quarantined) == ward.guilty == 1
    assert tally.cases == CASES
    again = tally_json.from_json(json.loads(json.dumps(tally_json.as_json(tally))))
    assert list(again.unjudged) == [said]


def test_a_unit_that_survives_when_tried_alone_leaves_no_mark() -> None:
    tally, ward, here = judged(lambda job: None)
    assert (ward.lost, ward.guilty, len(here.requested)) == (0, 0, 1)
    assert not tally.disagrees


def test_what_dies_only_as_a_whole_is_said_too() -> None:
    tally, ward, _ = judged(lambda job: DIED if job.cases == CASES else None)
    assert list(tally.failures) == [f"numpy, numpy.textbook {DIED}, but not when judged in parts"]
    assert ward.guilty == 1
    assert tally.cases == CASES


def test_what_is_killed_from_outside_and_then_judged_in_parts_is_whole() -> None:
    """All of it but the dots that pictures draw by lot: a part of a pack has lots of its own."""
    tally, ward, _ = judged(lambda job: "died of SIGKILL" if job.cases == CASES else None)
    assert (ward.lost, ward.guilty) == (1, 0)
    whole, *_ = judged(lambda job: None)
    documents = [tally_json.as_json(one) for one in (tally, whole)]
    for document in documents:
        del document["pictures"]
    assert documents[0] == documents[1]


def test_effort_is_bounded_and_what_is_left_is_said() -> None:
    here = Here(SETTINGS, lambda job: DIED)
    tally = Quarantine(SETTINGS, here.alone, lost_at_most=3).judge(TWO_PACKS)
    assert len(here.requested) < 8
    assert any("that were not taken apart further (packs 0" in said for said in tally.failures)
    assert tally.cases == CASES


@pytest.mark.parametrize("case", range(CASES))
def test_halves_hold_every_case_once(case: int) -> None:
    job = TWO_PACKS
    while job.cases > 1:
        left, right = halves(job)
        assert left.cases + right.cases == job.cases
        assert left.pieces + right.pieces != job.pieces or len(job.pieces) > 1
        job = left if any(_at(p, case) for p in left.pieces) else right
    assert _at(job.pieces[0], case)
    assert [part.backends for part in halves(job)] == [(0,), (1,)]
    assert none_of(part.counts for part in halves(job))


def _at(piece: Piece, case: int) -> bool:
    return piece.number == case // 3 and piece.start <= case % 3 < piece.stop


def test_after_some_units_the_others_are_only_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(("numpy",), cases=20)
    monkeypatch.setattr(bulk, "TAKEN_APART", 1)
    journal = Journal.create(tmp_path, Plan(settings, {"numpy": "0"}), Shard())
    here = Here(settings, lambda job: DIED if any(p.number != 0 and p.start == 0 for p in job.pieces) else None)
    bulk.sweep(journal, here)
    assert bulk.finished(journal)
    first, second = sorted(journal.total.failures, key=lambda said: said.split()[0])
    assert first.startswith(f"numpy {DIED} on case ")
    assert second == f"unit of 2 cases {DIED}, and was not taken apart: packs 2, not judged"
    assert journal.total.cases == 20
    assert journal.quarantined == 2
    journal.close()


def test_the_same_crashes_give_the_same_tally_after_a_resume(tmp_path: Path) -> None:
    settings = Settings(("numpy",), cases=20)
    plan = Plan(settings, {"numpy": "0"})
    lost = loses(1, 0)
    whole = Journal.create(tmp_path / "whole", plan, Shard())
    bulk.sweep(whole, Here(settings, lost))
    stopped = Journal.create(tmp_path / "stopped", plan, Shard())
    one = units(settings)[2]
    stopped.add(one.number, Here(settings).alone(JudgeJob(one.pieces, (0,))).document)
    stopped.close()
    resumed = Journal.open(tmp_path / "stopped")
    bulk.sweep(resumed, Here(settings, lost))
    texts = [json.dumps(tally_json.as_json(journal.total), sort_keys=True) for journal in (whole, resumed)]
    assert texts[0] == texts[1]
    for journal in (whole, resumed):
        journal.close()
