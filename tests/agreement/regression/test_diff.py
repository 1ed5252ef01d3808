from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path

import pytest
from backproof.agreement.cli import main
from backproof.agreement.cli.diff import _text
from backproof.agreement.environment import changes
from backproof.agreement.record.record import Record
from backproof.agreement.regression.diff import diff
from backproof.agreement.regression.gate import gate
from backproof.agreement.regression.identical_errors import identical_errors
from helpers.recorded import baseline, good, record_of, spoilt, worse


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
    assert "| cell | worst error of allowed, old → new | errors: median | 99 % | verdicts |" in capsys.readouterr().out


def test_the_columns_are_labelled_and_versions_stand_beside_what_moved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = copy.deepcopy(worse().document)
    document["environment"] = {**good().document["environment"], "numpy": "2.99"}
    document["summary"]["backends"]["numpy"] = "2.99"
    good().save(tmp_path / "old.json")
    Record(document).save(tmp_path / "new.json")
    assert main.main(["diff", str(tmp_path / "old.json"), str(tmp_path / "new.json")]) == 0
    count, numpy, environment, _, head, first, *_ = capsys.readouterr().out.splitlines()
    beyond, within = (int(number) for number in re.findall(r"(\d+) (?:beyond|within)", numpy.replace("cells ", "")))
    assert beyond > 0
    assert count.startswith(f"{beyond} of 693 cells moved beyond the gate's margin, {within} within it")
    was = good().summary["backends"]["numpy"]
    assert numpy == f"  numpy {was} → 2.99: {beyond} cells beyond the margin, {within} within"
    assert environment == "Changed in the environment: nothing else."
    assert head.split("  ")[0] == "worst of allowed"
    assert re.match(r"\d\.\d\d → \d\.\d\d +×", first)
    assert "  numpy, float64, " in first


def test_what_the_gate_would_let_pass_is_hidden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One more octave of error in one cell's few entries: it moved, and the gate stays open."""
    document = copy.deepcopy(good().document)
    cell = next(cell for cell in document["cells"] if cell["quantity"] == "BP2" and cell["ulps"]["max"])
    cell["ulps"]["max"] *= 2
    new = Record(document)
    assert gate(new, baseline()).complaints == []
    assert [move.within for move in diff(good(), new).moves] == [True]
    files = [str(tmp_path / name) for name in ("old.json", "new.json")]
    good().save(Path(files[0]))
    new.save(Path(files[1]))
    assert main.main(["diff", *files]) == 0
    assert "largest" not in (said := " ".join(capsys.readouterr().out.split()))
    assert said.startswith("0 of 693 cells moved beyond the gate's margin, 1 within it (--all lists them).")
    assert main.main(["diff", *files, "--all"]) == 0
    assert f"{cell['activation']}, {cell['regime']}, BP2" in " ".join(capsys.readouterr().out.split())


def test_a_backend_of_one_record_only_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = copy.deepcopy(good().document)
    document["cells"] += [{**cell, "backend": "copy"} for cell in document["cells"]]
    document["summary"]["backends"]["copy"] = "1"
    result = diff(good(), Record(document))
    lines = list(_text(result, everything=False))
    assert lines[0].startswith("0 of ")
    assert lines[2] == "  copy 1: only in the new record"
    assert len(lines) == 4


def test_a_cell_that_vanished_is_worse() -> None:
    document = copy.deepcopy(good().document)
    gone = document["cells"].pop()
    result = diff(good(), Record(document))
    assert [move.key.quantity for move in result.moves] == [gone["quantity"]]
    assert result.worse


@pytest.mark.parametrize("turned", [False, True])
def test_cells_of_one_record_are_a_line_for_each_backend(turned: bool) -> None:
    document = copy.deepcopy(good().document)
    document["cells"] = [cell for cell in document["cells"] if cell["dtype"] != "float32"]
    records = good(), Record(document)
    lines = list(_text(diff(*(records[::-1] if turned else records)), everything=False))
    n = len(good().cells) - len(document["cells"])
    assert n > 100
    (line,) = [line for line in lines if f"{n} cells" in line and "numpy: " in line]
    assert line.startswith(f"  numpy: {n} cells {'new' if turned else 'VANISHED'}: float32, cross_entropy/quadratic, ")
    assert "activations, 9 regimes, 7 quantities" in line
    assert len(lines) == 4


@pytest.mark.parametrize(("old", "new"), [("inf", 3.0), (3.0, "inf"), ("inf", "inf")])
def test_an_error_that_becomes_infinite_or_no_longer_is_moves(old: float | str, new: float | str) -> None:
    documents = [copy.deepcopy(good().document) for _ in range(2)]
    for document, largest in zip(documents, (old, new), strict=True):
        document["cells"][0]["ulps"]["max"] = largest
    result = diff(*map(Record, documents))
    assert [move.octaves for move in result.moves] == ([] if old == new else [0.0 if old == "inf" else math.inf])
    assert json.dumps(result.as_json(), allow_nan=False)
    assert "".join(_text(result, everything=True))


def test_changes_are_phrases() -> None:
    old = {"torch": "2.12.0", "flags": {}, "blas": [{"api": "openblas", "n": 1}], "isa": ["x86_64", "X86_V3"]}
    new = {"torch": "2.13.0", "flags": {"XLA_FLAGS": "--a"}, "blas": [{"api": "mkl", "n": 1}], "isa": ["x86_64"]}
    assert changes(old, new) == [
        "torch 2.12.0 → 2.13.0",
        "blas openblas 1 → mkl 1",
        "isa x86_64 X86_V3 → x86_64",
        "flag XLA_FLAGS unset → '--a'",
    ]
    assert changes({"torch": None, "blas": []}, {"torch": "2.13.0", "blas": []}) == ["torch absent → 2.13.0"]


def test_the_same_error_on_the_same_worst_input_is_a_sign_of_shared_code() -> None:
    assert identical_errors(good()) == []
    document = copy.deepcopy(good().document)
    document["cells"] += [{**cell, "backend": "copy"} for cell in document["cells"]]
    pairs = identical_errors(Record(document))
    assert pairs
    assert {pair.backends for pair in pairs} == {("numpy", "copy")}
    assert min(pair.ulps for pair in pairs) > 4
    assert "are off by exactly as much" in str(pairs[0])
