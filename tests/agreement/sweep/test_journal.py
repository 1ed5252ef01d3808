from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.errors import UsageError, one_line
from backproof.agreement.running.check import Settings
from backproof.agreement.sweep import journal as journals
from backproof.agreement.sweep import sweep as bulk
from backproof.agreement.sweep.journal import FILE, Journal
from backproof.agreement.sweep.plan import Plan
from backproof.agreement.sweep.units import Shard, units
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
        rows = connection.execute("SELECT number FROM units WHERE tally IS NOT NULL").fetchall()
    connection.close()
    assert rows == [(4,)]


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


@pytest.fixture
def half_done(tmp_path: Path) -> Path:
    """A sweep with every unit but the last, the first of them folded into its totals."""
    with closing(Journal.create(tmp_path, PLAN, Shard())) as journal:
        for unit in units(PLAN.settings)[:-1]:
            journal.add(unit.number, tally_json.as_json(counted(unit.cases)))
            if not unit.number:
                journal.settle()
    return tmp_path


def _changed(document: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(document).encode())


def _tally(**changed: Any) -> bytes:
    return _changed({**tally_json.as_json(counted(9)), **changed})


HARMS: dict[str, tuple[str, tuple[Any, ...], str]] = {
    "a unit that the plan does not have": ("INSERT INTO units VALUES (99, 0, NULL)", (), "it has unit 99"),
    "a unit that is gone": ("DELETE FROM units WHERE number = 0", (), "its totals"),
    "totals that are gone": ("DELETE FROM totals", (), "its units and its totals do not fit"),
    "totals twice": ("INSERT INTO totals SELECT part + 7, tally FROM totals", (), "its totals"),
    "a flag that is none": ("UPDATE units SET quarantined = 7 WHERE number = 1", (), "do not fit"),
    "a tally that is cut": ("UPDATE units SET tally = substr(tally, 1, 40) WHERE number = 1", (), "or cut"),
    "a tally that is no archive": ("UPDATE units SET tally = ? WHERE number = 1", (b"abc",), "incorrect header"),
    "a tally that is text": ("UPDATE units SET tally = 'abc' WHERE number = 1", (), "bytes-like"),
    "a tally that is a list": ("UPDATE units SET tally = ? WHERE number = 1", (zlib.compress(b"[]"),), "an object"),
    "a count below 0": (
        "UPDATE units SET tally = ? WHERE number = 1",
        (_tally(regimes={"calm": -1}),),
        "a whole number >= 0 is needed",
    ),
    "decided that no cell has": (
        "UPDATE units SET tally = ? WHERE number = 1",
        (_tally(decided={"numpy": 7}),),
        "the cells of numpy have 0 entries decided, it says 7",
    ),
    "wrong cases without a wrong entry": (
        "UPDATE units SET tally = ? WHERE number = 1",
        (_tally(wrong_cases=1),),
        "0 entries are wrong in 1 cases",
    ),
    "a case that is not there": (
        "UPDATE units SET tally = ? WHERE number = 1",
        (_tally(quarantined=["0123456789ab"]),),
        "case 0123456789ab is named, and is not there",
    ),
    "a plan that is gone": ("DELETE FROM about WHERE key = 'plan'", (), "'plan'"),
    "a plan that is cut": ("UPDATE about SET value = substr(value, 1, 50) WHERE key = 'plan'", (), "damaged"),
    "a plan of another form": ("UPDATE about SET value = '{}' WHERE key = 'plan'", (), "the key 'schema' is missing"),
    "a plan of no cases": (
        "UPDATE about SET value = replace(value, '\"cases\": 27', '\"cases\": 0')",
        (),
        "given.cases is 0: a whole number >= 1",
    ),
    "a shard that is none": ("UPDATE about SET value = '3/2' WHERE key = 'shard'", (), "shard is '3/2'"),
    "a table that is gone": ("DROP TABLE totals", (), "no such table: totals"),
}


@pytest.mark.parametrize("name", HARMS)
def test_a_damaged_journal_is_one_line_and_stays_as_it_is(name: str, half_done: Path) -> None:
    statement, values, said = HARMS[name]
    file = half_done / FILE
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement, values)
    before = file.read_bytes()
    with pytest.raises(UsageError) as refused, closing(Journal.open(half_done)) as journal:
        bulk.check(journal)
    assert said in str(refused.value)
    assert len(one_line(str(refused.value))) <= 300
    assert file.read_bytes() == before


@pytest.mark.parametrize("part", range(12))
def test_a_page_that_is_overwritten_is_found_or_read_the_same(part: int, half_done: Path) -> None:
    """Whatever 64 bytes are overwritten: refused, or the same totals."""
    file, wanted = half_done / FILE, text(_total(half_done))
    content = bytearray(file.read_bytes())
    start = len(content) * part // 12
    content[start : start + 64] = b"\xa5" * 64
    file.write_bytes(content)
    refused = False
    try:
        found = text(_total(half_done))
    except UsageError:
        refused = True
    assert refused or found == wanted


def _total(folder: Path) -> Tally:
    with closing(Journal.open(folder)) as journal:
        bulk.check(journal)
        return journal.total


def test_a_full_disk_is_one_line_and_keeps_what_is_done(half_done: Path) -> None:
    last = units(PLAN.settings)[-1]
    with closing(Journal.open(half_done)) as journal:
        ((pages,),) = journal._connection.execute("PRAGMA page_count").fetchall()
        journal._connection.execute(f"PRAGMA max_page_count = {pages}")
        huge = tally_json.as_json(counted(last.cases)) | {"unsteady": [str(n) * 40 for n in range(25000)]}
        with pytest.raises(UsageError, match=r"database or disk is full; \d units are kept: backproof sweep --resume"):
            journal.add(last.number, huge)
    with closing(Journal.open(half_done)) as journal:
        bulk.check(journal)
        assert bulk.cases_left(journal) == last.cases
        journal.add(last.number, tally_json.as_json(counted(last.cases)))
        assert journal.total.cases == 27
