from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement import pytest_plugin
from backproof.agreement.cli import main
from backproof.agreement.errors import UsageError
from backproof.agreement.record.record import Record
from backproof.agreement.regression.baseline import Baseline, cells_of
from backproof.agreement.regression.gate import Layer, gate
from backproof.agreement.regression.limits import count_limit, limit
from backproof.reference.numpy_backends.manual_numpy import TEXTBOOK
from helpers.recorded import baseline, doubled, good, record_of, spoilt, worse

CORPUS = '{"name": "a", "hash": "0123456789abcdef"}'


def changed(change: Any) -> Record:
    document = copy.deepcopy(good().document)
    change(document)
    return Record(document)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    record, against = tmp_path / "record.json", tmp_path / "baseline.json"
    good().save(record)
    baseline().save(against)
    return record, against


def run(record: Path, against: Path, *more: str) -> int:
    return main.main(["gate", str(record), "--baseline", str(against), *more])


def test_the_gate_is_open_on_its_own_baseline(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*files) == 0
    lines = capsys.readouterr().out.splitlines()
    cells = len(cells_of(good()))
    assert lines[0] == f"✓ gate: open: {cells} of {cells} cells are within the margin of the baseline."
    version = good().summary["backends"]["numpy"]
    assert lines[3] == f"  ✓ numpy {version}   {cells} of {cells} cells   {'·' * 20}│ 0"
    assert lines[2].index("margin: 1") + len("margin: 1") == lines[3].index("│") + 1
    assert lines[5] == "  changed since: nothing"
    assert lines[6].startswith(f"  compared: {cells} cells of numpy in float32, float64 on ")
    assert lines[-1] == "  exit 0: nothing got worse"


@pytest.mark.parametrize(
    ("factor", "layer", "said"),
    [
        (1 + 1e-10, Layer.WRONG, "a coarse constant or approximation"),
        (float("nan"), Layer.WRONG, "no number came out"),
        (2.0, Layer.WRONG, "another quantity altogether"),
    ],
)
def test_harms_close_it_and_it_names_the_cell_and_the_cause(factor: float, layer: Layer, said: str) -> None:
    outcome = gate(record_of(spoilt(factor)), baseline())
    found = [str(complaint) for complaint in outcome.of(layer)]
    assert any(complaint.cell and complaint.cell.quantity == "BP2" for complaint in outcome.of(layer))
    assert any(said in complaint for complaint in found), found


def test_a_slope_off_by_6_ulp_closes_it_although_nothing_is_doubled() -> None:
    outcome = gate(worse(), baseline())
    assert {complaint.layer for complaint in outcome.complaints} == {Layer.WORSE}
    of_one_step = [str(complaint.cell) for complaint in outcome.complaints if "error of one step" in complaint.text]
    assert set(of_one_step) == {"numpy, float64, quadratic, sigmoid, BP2"}


def test_lost_digits_close_it_although_nothing_is_doubled() -> None:
    outcome = gate(record_of(replace(TEXTBOOK, name="numpy")), baseline())
    assert not outcome.of(Layer.WRONG)
    assert any("lossy entries" in complaint.text for complaint in outcome.of(Layer.WORSE))


def test_what_vanished_closes_it(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    record, against = files

    def drop(document: dict[str, Any]) -> None:
        gone = [cell for cell in document["cells"] if cell["quantity"] == "BP2"]
        document["cells"] = [cell for cell in document["cells"] if cell["quantity"] != "BP2"]
        for cell in gone:
            for word in ("accurate", "out_of_range", "blind", "entries"):
                document["summary"][word] -= cell[word]
            document["summary"]["decided"]["numpy"] -= cell["accurate"]

    changed(drop).save(record)
    assert run(record, against) == 5
    assert "BP2: the cell is not in the record" in capsys.readouterr().out


def test_a_backend_that_vanished_closes_it() -> None:
    more = Baseline(baseline().corpus, baseline().environments, copy.deepcopy(baseline().cells))
    for cells in more.cells.values():
        cells |= {cell._replace(backend="torch"): figures for cell, figures in cells.items()}
    outcome = gate(good(), more)
    assert {complaint.text for complaint in outcome.complaints} == {
        "backend torch is in the baseline, not in the record"
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ('{"schema": "backproof/baseline/9"}', "schema 'backproof/baseline/9'"),
        ("[]", "schema None"),
        (
            '{"schema": "backproof/baseline/1", "corpus": {"name": "a", "hash": "0123456789abcdef"}, "places": []}',
            "it has no cells",
        ),
        ('{"schema": "backproof/baseline/1", "corpus": {"name": "a", "hash": "b"}, "places": [NaN]}', "NaN"),
    ],
)
def test_a_baseline_that_cannot_be_trusted_is_refused(
    files: tuple[Path, Path], text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record, against = files
    against.write_text(text)
    assert run(record, against) == 2
    assert said in capsys.readouterr().err


def test_a_cut_or_missing_baseline_is_refused(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    record, against = files
    against.write_text(against.read_text()[:2000])
    assert run(record, against) == 2
    against.unlink()
    assert run(record, against) == 2
    assert "--accept" in capsys.readouterr().err


def test_every_number_of_a_baseline_is_checked(files: tuple[Path, Path]) -> None:
    _, against = files
    document = json.loads(against.read_text())
    document["places"][0]["cells"][0]["ulps"]["median"] = "small"
    against.write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"cells\[0\]\.ulps\.median is 'small': a number is needed"):
        Baseline.load(against)


def test_a_record_of_other_cases_or_another_place_is_refused() -> None:
    with pytest.raises(UsageError, match="corpus"):
        gate(changed(lambda document: document["settings"]["corpus"].update(hash="0" * 16)), baseline())
    with pytest.raises(UsageError, match="the baseline has nothing for float32 on riscv64"):
        gate(changed(lambda document: document["environment"].update(isa=["riscv64"])), baseline())


def test_a_record_that_does_not_add_up_is_refused(files: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError, match="damaged: its cells have"):
        gate(changed(lambda document: document["cells"].pop()), baseline())
    record, against = files
    record.write_text(record.read_text().replace('"median_ratio": 0.', '"median_ratio": NaN, "x": 0.', 1))
    assert run(record, against) == 2


def test_an_empty_record_is_nothing_checked(files: tuple[Path, Path]) -> None:
    record, against = files

    def empty(document: dict[str, Any]) -> None:
        for key in (
            "entries",
            "accurate",
            "lossy",
            "known",
            "out_of_range",
            "undetermined",
            "blind",
            "lost",
            "unbounded",
        ):
            document["summary"][key] = 0
        document["cells"], document["summary"]["decided"], document["summary"]["cases"] = [], {}, 0
        document["summary"]["sharpness"] = []
        document["summary"]["regimes"] = {}

    changed(empty).save(record)
    assert run(record, against) == 5
    assert run(record, against, "--accept") == 5


@pytest.mark.parametrize("key", ["stale_deviations", "failures"])
def test_stale_deviations_and_failures_close_it(key: str) -> None:
    outcome = gate(changed(lambda document: document["summary"].update({key: ["torch: softplus"]})), baseline())
    assert [complaint.layer for complaint in outcome.complaints] == [Layer.WRONG]


def test_accept_says_in_a_few_lines_what_changed(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    record, against = files
    assert run(record, against, "--accept") == 0
    assert "nothing changed" in capsys.readouterr().out
    record_of(replace(TEXTBOOK, name="numpy")).save(record)
    assert run(record, against, "--accept") == 0
    said = capsys.readouterr().out
    first, where, environment = re.split(r"\n+  (?=for|changed)", said.rstrip())
    assert first.split()[:5] == ["✓", "gate:", "accepted", "into", f"{against}:"]
    assert " ".join(first.split()).endswith(" cells changed, 0 new, 0 gone")
    assert where.startswith("for: float32, float64 on ")
    environment, *cells = re.split(r"\n    (?=numpy, |… and )", environment)
    assert environment == "changed since: nothing"
    assert 1 <= len(cells) <= 6
    assert run(record, against) == 0


def test_a_wrong_record_is_never_accepted(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    record, against = files
    before = against.read_text()
    doubled().save(record)
    assert run(record, against, "--accept") == 2
    assert "cannot become a baseline" in capsys.readouterr().err
    assert against.read_text() == before


def test_what_is_better_asks_to_be_accepted() -> None:
    worse = record_of(replace(TEXTBOOK, name="numpy"))
    outcome = gate(good(), Baseline(worse.corpus).with_record(worse))
    assert not outcome.complaints
    assert outcome.better


def test_a_soft_finding_that_a_fresh_process_does_not_share_is_withdrawn(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    record, against = files
    worse().save(record)
    assert run(record, against) == 0
    assert "worse in the record, not in a fresh process: the backend is unsteady" in " ".join(
        capsys.readouterr().out.split()
    )


def test_what_was_made_elsewhere_is_not_withdrawn(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    record, against = files
    document = copy.deepcopy(worse().document)
    document["environment"]["numpy"] = "1.99"
    Record(document).save(record)
    assert run(record, against, "--format", "github") == 1
    said = capsys.readouterr().out
    assert "not tried again, the record was made elsewhere: numpy 1.99" in said
    assert said.startswith("::error title=backproof::WORSE: ")
    assert "changed since: numpy" in said


def test_margins_grow_with_chance_and_with_nothing_else() -> None:
    assert limit(1.0, 0.5, 10_000) == pytest.approx(2 * 1.0707 + 0.5, rel=1e-3)
    assert limit(1.0, 0.99, 500) is None
    assert count_limit(0) == 10
    assert np.diff([limit(1.0, 0.5, n) or 0 for n in (20, 100, 1000)]).max() < 0


def test_cells_take_all_regimes_together() -> None:
    entries = sum(sum(v for k, v in figures.items() if isinstance(v, int)) for figures in cells_of(good()).values())
    assert entries == good().summary["entries"]


def test_the_plugin_asks_the_same_gate(tmp_path: Path) -> None:
    against = tmp_path / "baseline.json"
    baseline().save(against)
    said, code = pytest_plugin._gate(good(), str(against))
    assert (said[0][:12], code) == ("✓ gate: open", 0)
    said, code = pytest_plugin._gate(worse(), str(against))
    assert (said[0][:14], code) == ("✗ gate: CLOSED", 1)
    assert pytest_plugin._gate(None, str(against))[1] == 5
    assert pytest_plugin._gate(good(), str(tmp_path / "none.json"))[1] == pytest.ExitCode.USAGE_ERROR
