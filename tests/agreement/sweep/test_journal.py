from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from backproof.agreement.errors import UsageError
from backproof.agreement.running.check import Settings
from backproof.agreement.sweep import journal as journals
from backproof.agreement.sweep.journal import FILE, Journal
from backproof.agreement.sweep.plan import Plan
from backproof.agreement.sweep.units import Shard
from backproof.agreement.tally import tally_json
from backproof.agreement.tally.tally import Tally

PLAN = Plan(Settings(("numpy",), cases=27), {"numpy": "0"})


def counted(n: int) -> Tally:
    tally = Tally()
    tally.regimes["calm"] = n
    tally.failures.update([f"x{n} raised"])
    return tally


def text(tally: Tally) -> str:
    return json.dumps(tally_json.as_json(tally), sort_keys=True)


@pytest.mark.parametrize("folded_every", [1, 2, 3, 100])
def test_what_was_added_is_there_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folded_every: int) -> None:
    monkeypatch.setattr(journals, "FOLDED_EVERY", folded_every)
    journal = Journal.create(tmp_path, PLAN, Shard(2, 3))
    for number in range(5):
        journal.add(number, tally_json.as_json(counted(number + 1)), quarantined=number == 3)
    before = text(journal.total)
    journal.close()
    again = Journal.open(tmp_path)
    assert text(again.total) == before
    assert (again.done, again.quarantined, again.shard) == (set(range(5)), 1, Shard(2, 3))
    assert again.document == PLAN.document
    assert again.total.cases == 15
    again.close()


def test_folding_keeps_the_file_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "FOLDED_EVERY", 2)
    journal = Journal.create(tmp_path, PLAN, Shard())
    for number in range(5):
        journal.add(number, tally_json.as_json(counted(1)))
    journal.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        kept = connection.execute("SELECT number FROM units WHERE tally IS NOT NULL").fetchall()
    connection.close()
    assert kept == [(4,)]


def test_one_process_holds_it(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, PLAN, Shard())
    with pytest.raises(UsageError, match="cannot be used: database is locked"):
        Journal.open(tmp_path)
    journal.close()


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no sweep: there is no sweep.sqlite"):
        Journal.open(tmp_path)
    (tmp_path / FILE).write_text("no database, but long enough to be read as one" * 20, "utf-8")
    with pytest.raises(UsageError, match="is no journal of a sweep"):
        Journal.open(tmp_path)
