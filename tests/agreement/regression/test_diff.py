from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from backproof.agreement.cli import main
from backproof.agreement.environment import changes
from backproof.agreement.record.record import Record
from backproof.agreement.regression.diff import diff
from backproof.agreement.regression.identical_errors import twins
from helpers.recorded import good, record_of, spoilt


def test_nothing_moved_between_a_record_and_itself() -> None:
    same = diff(good(), good())
    assert same.moves == []
    assert same.changes == []
    assert same.same_cases


def test_the_cells_that_moved_are_told_with_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = record_of(spoilt(1 + 1e-10))
    new.document["environment"] = {**new.document["environment"], "numpy": "2.99", "flags": {"OMP_X": "1"}}
    old_file, new_file = tmp_path / "old.json", tmp_path / "new.json"
    good().save(old_file)
    new.save(new_file)
    assert main.main(["diff", str(old_file), str(new_file), "--format", "json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert {row["quantity"] for row in said["moved"]} >= {"BP2", "BP3", "BP4"}
    assert "z" not in {row["quantity"] for row in said["moved"]}
    assert said["changes"][-1] == "flag OMP_X unset → '1'"
    assert main.main(["diff", str(old_file), str(new_file)]) == 1
    assert "numpy " in capsys.readouterr().out
    assert main.main(["diff", str(old_file), str(new_file), "--format", "github"]) == 1
    assert "| cell | ulp 99 %, old → new |" in capsys.readouterr().out


def test_a_cell_that_vanished_is_worse() -> None:
    document = copy.deepcopy(good().document)
    gone = document["cells"].pop()
    result = diff(good(), Record(document))
    assert [move.key.quantity for move in result.moves] == [gone["quantity"]]
    assert result.worse


def test_changes_are_phrases() -> None:
    old = {"torch": "2.12.0", "flags": {}, "blas": [{"api": "openblas", "n": 1}], "isa": ["x86_64", "X86_V3"]}
    new = {"torch": "2.13.0", "flags": {"XLA_FLAGS": "--a"}, "blas": [{"api": "mkl", "n": 1}], "isa": ["x86_64"]}
    assert changes(old, new) == [
        "torch 2.12.0 → 2.13.0",
        "blas openblas 1 → mkl 1",
        "isa x86_64 X86_V3 → x86_64",
        "flag XLA_FLAGS unset → '--a'",
    ]


def test_the_same_error_on_the_same_worst_input_is_a_sign_of_shared_code() -> None:
    assert twins(good()) == []
    document = copy.deepcopy(good().document)
    document["cells"] += [{**cell, "backend": "copy"} for cell in document["cells"]]
    pairs = twins(Record(document))
    assert pairs
    assert {pair.backends for pair in pairs} == {("numpy", "copy")}
    assert min(pair.ulps for pair in pairs) > 4
    assert "are both" in str(pairs[0])
