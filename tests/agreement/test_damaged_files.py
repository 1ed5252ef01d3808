"""A property of every loader: a file with one thing wrong is refused in one line, or what it says is what it said."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.documents import loaded
from backproof.agreement.errors import UsageError, one_line
from backproof.agreement.record.cases_of import cases_of
from backproof.agreement.record.record import Record
from backproof.agreement.regression.baseline import Baseline
from backproof.agreement.regression.diff import diff
from backproof.agreement.regression.gate import gate
from backproof.agreement.sweep.plan_schema import plan_document
from backproof.agreement.tally import tally_json
from backproof.manual.case import Case
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.mutated import Whole, damaged
from helpers.recorded import record_of, spoilt, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

DEEP = 3500
"""Of each of six loaders, 21,000 in all."""
CASE = Path(__file__).parent / "judging" / "crossed-kink.json"
STORED = Path(__file__).parent / "record" / "records" / "record-1.json"


@cache
def wrong() -> dict[str, Any]:
    return dict(json.loads(record_of(spoilt(2.0), on=tiny()).dumps()))


@cache
def small_baseline() -> Baseline:
    right = record_of(MANUAL, on=tiny())
    return Baseline(right.corpus).with_record(right)


def read_record(file: Path) -> str:
    """A record that the gate closes on: whatever is read of it, the gate stays closed."""
    record = Record.load(file)
    assert gate(record, small_baseline()).complaints
    return record.dumps()


def read_old_record(file: Path) -> str:
    """A record from before there were digests: read, compared and shown, never a traceback."""
    record = Record.load(file)
    assert diff(record, record).cells == len(record.cells)
    cases_of(record)
    return ""


@cache
def slightly_worse() -> Record:
    """σ′ off by 10 ulp: nothing is wrong, the figures alone close the gate."""
    record = record_of(spoilt(1 + 10 * 2.0**-52), on=tiny())
    assert not record.summary["wrong"]
    assert gate(record, small_baseline()).complaints
    return record


def read_baseline(file: Path) -> str:
    """A baseline that a worse record is held against: whatever is read of it, the gate stays closed."""
    against = Baseline.load(file)
    assert gate(slightly_worse(), against).complaints
    return ""


def read_case(file: Path) -> str:
    assert isinstance(case_json.read(file), Case)
    return ""


def read_tally(file: Path) -> str:
    tally_json.whole(_loaded(file))
    return ""


def read_plan(file: Path) -> str:
    try:
        plan_document(file.read_text("utf-8"))
    except ValueError as error:
        raise UsageError(str(error)) from None
    return ""


def _loaded(file: Path) -> Any:
    try:
        return loaded(file.read_text("utf-8"))
    except ValueError as error:
        raise UsageError(str(error)) from None


@cache
def _tally() -> dict[str, Any]:
    from backproof.agreement.running.check import Settings, run
    from helpers.harmed import Harmed, one_entry

    tally = run(Settings(backends=("numpy", "harmed"), cases=9), [MANUAL, Harmed(one_entry(1.5))])
    return dict(json.loads(json.dumps(tally_json.as_json(tally))))


@cache
def _plan() -> dict[str, Any]:
    from backproof.agreement.running.check import Settings
    from backproof.agreement.sweep.plan import Plan

    return Plan(Settings(("numpy",), cases=27), {"numpy": "0"}).document


LOADERS: dict[str, tuple[Callable[[Path], str], Callable[[], Any]]] = {
    "record": (read_record, wrong),
    "old record": (read_old_record, lambda: json.loads(STORED.read_text("utf-8"))),
    "baseline": (read_baseline, lambda: json.loads(small_baseline().dumps())),
    "case": (read_case, lambda: json.loads(CASE.read_text("utf-8"))),
    "tally": (read_tally, _tally),
    "plan": (read_plan, _plan),
}


@cache
def of(name: str) -> Whole:
    return Whole.of(LOADERS[name][1]())


def holds(name: str, data: st.DataObject, file: Path) -> None:
    file.write_bytes(data.draw(damaged(of(name))))
    line = ""
    try:
        LOADERS[name][0](file)
    except UsageError as refused:
        line = one_line(str(refused))
    assert "\n" not in line
    assert len(line) <= 300


@pytest.mark.parametrize("name", LOADERS)
def test_a_damaged_file_is_refused_in_one_line_or_decides_the_same(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:

        @given(st.data())
        def property(data: st.DataObject) -> None:
            holds(name, data, Path(folder) / "file.json")

        property()


@pytest.mark.deep
@pytest.mark.parametrize("name", LOADERS)
def test_many_damaged_files(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:

        @settings(max_examples=DEEP, database=None)
        @given(st.data())
        def property(data: st.DataObject) -> None:
            holds(name, data, Path(folder) / "file.json")

        property()


@pytest.mark.parametrize("name", LOADERS)
def test_what_is_whole_is_read(name: str, tmp_path: Path) -> None:
    read, document = LOADERS[name]
    (tmp_path / "file.json").write_text(json.dumps(document()), "utf-8")
    read(tmp_path / "file.json")
