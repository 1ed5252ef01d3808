"""A property of every loader: a file with one thing wrong is refused in one line, or what it says is what it said."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.cases.regimes import EVERY_REGIME
from backproof.agreement.documents import loaded
from backproof.agreement.errors import UsageError, one_line
from backproof.agreement.record.cases_of import cases_of
from backproof.agreement.record.record import Record
from backproof.agreement.regression.baseline import Baseline
from backproof.agreement.regression.diff import diff
from backproof.agreement.regression.gate import gate
from backproof.agreement.running import options
from backproof.agreement.sweep.plan_schema import plan_document
from backproof.agreement.tally import tally_json
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.case import Case
from backproof.manual.costs import COSTS
from backproof.manual.rounding.formats import FORMATS
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.every import every
from helpers.mutated import Whole, damaged, toml
from helpers.recorded import record_of, spoilt, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

DEEP = 3500
"""Of each of seven loaders, 24,500 in all."""
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


def read_project(file: Path) -> str:
    """Whatever a table is taken for can be drawn: nothing that is on no menu gets through."""
    chosen = options.settings({}, file.parent)
    assert 1 <= chosen.cases <= options.MOST_CASES
    assert chosen.seed >= 0
    menu = chosen.menu
    assert set(menu.dtypes) <= {*FORMATS}
    assert set(menu.costs) <= {*COSTS}
    assert set(menu.activations) <= {*ACTIVATIONS}
    assert set(menu.regimes) <= {*EVERY_REGIME}
    assert every(0 <= value < math.inf for value in menu.l2)
    assert menu.weighted in (True, False)
    for listed in (chosen.backends, menu.dtypes, menu.costs, menu.activations, menu.regimes, menu.l2):
        assert listed
        assert len(set(listed)) == len(listed)
    return ""


def _project() -> dict[str, Any]:
    """Every setting but those that name other files."""
    menus = {"dtype": ["float64", "float32"], "cost": "quadratic", "activation": ["relu", "tanh"], "regime": ["calm"]}
    table = {**menus, "backend": ["numpy", "torch"], "l2": [0, 0.25], "weighted": True, "cases": 20, "seed": 3}
    return {"project": {"name": "theirs"}, "tool": {"backproof": {**table, "device": "cpu"}, "ruff": {"x": 1}}}


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


class Loader(NamedTuple):
    """How a file is read, a whole one, what the file is called and how it is written."""

    read: Callable[[Path], str]
    whole: Callable[[], Any]
    name: str = "file.json"
    written: Callable[[Any], str] = json.dumps


LOADERS = {
    "record": Loader(read_record, wrong),
    "old record": Loader(read_old_record, lambda: json.loads(STORED.read_text("utf-8"))),
    "baseline": Loader(read_baseline, lambda: json.loads(small_baseline().dumps())),
    "case": Loader(read_case, lambda: json.loads(CASE.read_text("utf-8"))),
    "tally": Loader(read_tally, _tally),
    "plan": Loader(read_plan, _plan),
    "project": Loader(read_project, _project, "pyproject.toml", toml),
}


@cache
def of(name: str) -> Whole:
    return Whole.of(LOADERS[name].whole(), LOADERS[name].written)


def holds(name: str, data: st.DataObject, folder: Path) -> None:
    file = folder / LOADERS[name].name
    file.write_bytes(data.draw(damaged(of(name))))
    line = ""
    try:
        LOADERS[name].read(file)
    except UsageError as refused:
        line = one_line(str(refused))
    assert "\n" not in line
    assert len(line) <= 300


@pytest.mark.parametrize("name", LOADERS)
def test_a_damaged_file_is_refused_in_one_line_or_decides_the_same(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:

        @given(st.data())
        def property(data: st.DataObject) -> None:
            holds(name, data, Path(folder))

        property()


@pytest.mark.deep
@pytest.mark.parametrize("name", LOADERS)
def test_many_damaged_files(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:

        @settings(max_examples=DEEP, database=None)
        @given(st.data())
        def property(data: st.DataObject) -> None:
            holds(name, data, Path(folder))

        property()


@pytest.mark.parametrize("name", LOADERS)
def test_what_is_whole_is_read(name: str, tmp_path: Path) -> None:
    loader = LOADERS[name]
    (tmp_path / loader.name).write_text(loader.written(loader.whole()), "utf-8")
    loader.read(tmp_path / loader.name)
