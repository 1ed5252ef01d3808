"""Sixty harms, each of another kind, close the gate; thirty variations that harm nothing leave it open."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.record.record import Record
from backproof.agreement.regression.baseline import Baseline
from backproof.agreement.regression.gate import gate
from backproof.reference.numpy_backends.manual_numpy import MANUAL, ManualNumpy
from helpers.harms import HARMS, Change, HarmedManual
from helpers.recorded import baseline, record_of, spoilt, tiny
from helpers.variations import VARIATIONS

Document = dict[str, Any]
Edit = Callable[[Document], object]


@cache
def right() -> str:
    return record_of(MANUAL, on=tiny()).dumps()


@cache
def wrong() -> str:
    return record_of(spoilt(2.0), on=tiny()).dumps()


@cache
def accepted() -> str:
    record = record_of(MANUAL, on=tiny())
    return Baseline(record.corpus).with_record(record).dumps()


def sealed(text: str, edit: Edit) -> str:
    """A record with one thing changed by who knows how to seal it again: only its content can tell."""
    document = json.loads(text)
    del document["digest"]
    edit(document)
    return Record(document).dumps()


def without_ulps(document: Document) -> None:
    """No quantile of any error."""
    for row in document["places"][0]["cells"]:
        row.pop("ulps", None)


def unsealed(text: str, edit: Edit) -> str:
    """A baseline with one thing changed, and no digest to tell."""
    document = json.loads(text)
    for place in document["places"]:
        place.pop("digest", None)
    edit(document)
    return json.dumps(document)


def cell(document: Document, word: str = "accurate") -> Document:
    return next(cell for cell in document["cells"] if cell[word])


def as_if_right(document: Document) -> None:
    """What is wrong counted as accurate, everywhere but in the disagreements."""
    for row in (*document["cells"], document["summary"]):
        row["accurate"] += row["wrong"]
        row["wrong"] = 0
    document["summary"]["wrong_cases"] = 0


def moved(document: Document) -> None:
    """One entry from one cell to another, the sum as it was."""
    first, second = [cell for cell in document["cells"] if cell["accurate"]][:2]
    first["entries"], first["accurate"] = first["entries"] - 1, first["accurate"] - 1
    second["entries"], second["accurate"] = second["entries"] + 1, second["accurate"] + 1


RECORDS: dict[str, Callable[[], str]] = {
    "a cell dropped": lambda: sealed(right(), lambda d: d["cells"].pop()),
    "a cell twice": lambda: sealed(right(), lambda d: d["cells"].append(d["cells"][0])),
    "an entry moved to another cell": lambda: sealed(right(), moved),
    "what is wrong called accurate": lambda: sealed(wrong(), as_if_right),
    "one wrong entry less": lambda: sealed(wrong(), lambda d: cell(d, "wrong").update(wrong=0)),
    "no disagreement shown": lambda: sealed(wrong(), lambda d: d["disagreements"].clear()),
    "a count below zero": lambda: sealed(right(), lambda d: cell(d).update(lossy=-1)),
    "a half entry": lambda: sealed(right(), lambda d: cell(d).update(accurate=0.5)),
    "a backend that decided nothing": lambda: sealed(right(), lambda d: d["summary"]["decided"].clear()),
    "a backend left out": lambda: sealed(right(), lambda d: d["summary"]["backends"].clear()),
    "a backend that could not be had": lambda: sealed(right(), lambda d: d["summary"]["missing"].append("jax: none")),
    "a backend that failed": lambda: sealed(right(), lambda d: d["summary"]["failures"].append("numpy raised")),
    "a stale deviation": lambda: sealed(right(), lambda d: d["summary"]["stale_deviations"].append("softplus")),
    "another corpus": lambda: sealed(right(), lambda d: d["settings"]["corpus"].update(hash="0" * 16)),
    "no corpus": lambda: sealed(right(), lambda d: d["settings"].pop("corpus")),
    "another dtype": lambda: sealed(right(), lambda d: [row.update(dtype="float63") for row in d["cells"]]),
    "a case of another content": lambda: sealed(
        right(), lambda d: next(iter(d["cases"].values()))["weights"][0][0].__setitem__(0, 0.5)
    ),
    "the worst case not there": lambda: sealed(right(), lambda d: d["cases"].popitem()),
    "changed by hand": lambda: right().replace('"accurate": ', '"accurate": 1', 1),
    "cut": lambda: right()[: len(right()) // 2],
    "NaN": lambda: right().replace('"seconds": ', '"seconds": NaN, "x": ', 1),
    "both sides of a merge": lambda: f"<<<<<<< HEAD\n{right()}=======\n{right()}>>>>>>> other\n",
}
BASELINES: dict[str, Callable[[], str]] = {
    "cut": lambda: accepted()[: len(accepted()) // 2],
    "of another schema": lambda: accepted().replace("baseline/1", "baseline/2", 1),
    "changed by hand": lambda: accepted().replace('"p99": ', '"p99": 9', 1),
    "without places": lambda: unsealed(accepted(), lambda d: d["places"].clear()),
    "a place twice": lambda: unsealed(accepted(), lambda d: d["places"].append(d["places"][0])),
    "a cell twice": lambda: unsealed(accepted(), lambda d: d["places"][0]["cells"].append(d["places"][0]["cells"][0])),
    "an accepted wrong entry": lambda: unsealed(accepted(), lambda d: d["places"][0]["cells"][0].update(wrong=1)),
    "without quantiles": lambda: unsealed(
        accepted(), lambda d: [row.pop("ulps", 0) for row in d["places"][0]["cells"]]
    ),
    "quantiles out of order": lambda: unsealed(accepted(), lambda d: d["places"][0]["cells"][0]["ulps"].update(p90=-1)),
}


def closed(folder: Path, record: str, against: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "record.json").write_text(record, "utf-8")
    (folder / "baseline.json").write_text(against, "utf-8")
    code = main(["gate", str(folder / "record.json"), "--baseline", str(folder / "baseline.json")])
    out, err = capsys.readouterr()
    assert code in (1, 2, 5)
    assert "gate: open" not in out
    assert err.count("\n") == (code == 2)
    assert "internal error" not in err


@pytest.mark.parametrize("harm", RECORDS)
def test_a_harmed_record_closes_it(harm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed(tmp_path, RECORDS[harm](), accepted(), capsys)


@pytest.mark.parametrize("harm", BASELINES)
def test_a_harmed_baseline_closes_it(harm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed(tmp_path, right(), BASELINES[harm](), capsys)


def test_what_is_no_file_closes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "record.json").write_text(right(), "utf-8")
    os.mkfifo(tmp_path / "fifo")
    for name in ("fifo", ".", "nowhere.json"):
        assert main(["gate", str(tmp_path / "record.json"), "--baseline", str(tmp_path / name)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.deep
@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_a_harmed_backend_closes_it(harm: Change) -> None:
    assert gate(record_of(HarmedManual(harm)), baseline()).complaints


def test_there_are_sixty_harms_and_thirty_variations() -> None:
    assert len(HARMS) + len(RECORDS) + len(BASELINES) >= 60
    assert len(set(HARMS)) == len(HARMS)
    assert len(VARIATIONS) + len(SAME_RECORD) + len(SAME_BASELINE) >= 30


def environment(**changed: Any) -> Edit:
    return lambda d: d["environment"].update(changed)


def reordered(document: Document) -> None:
    """The keys of every object and the rows of every list in another order."""
    document["cells"].reverse()
    for key in list(reversed(document)):
        document[key] = document.pop(key)


def of_another_backend(document: Document) -> None:
    """A backend more than the baseline knows."""
    document["cells"] += [{**row, "backend": "other"} for row in document["cells"]]
    summary = document["summary"]
    for row in (summary, summary["backends"], summary["decided"]):
        row.update({"other": row["numpy"]} if "numpy" in row else {})
    summary["sharpness"] += [{**row, "backend": "other"} for row in summary["sharpness"]]
    for name in ("entries", "accurate", "lossy", "known", "undetermined", "out_of_range", "blind", "unsupported"):
        summary[name] *= 2
    summary["lost"] *= 2


SAME_RECORD: dict[str, Callable[[], str]] = {
    "as it is": right,
    "pretty printed": lambda: json.dumps(json.loads(right()), indent=4),
    "on one line": lambda: json.dumps(json.loads(right()), separators=(",", ":")),
    "with ASCII alone": lambda: json.dumps(json.loads(right()), ensure_ascii=True),
    "with lines of Windows": lambda: right().replace("\n", "\r\n"),
    "reordered": lambda: sealed(right(), reordered),
    "without a digest": lambda: json.dumps({key: part for key, part in json.loads(right()).items() if key != "digest"}),
    "made on another day": lambda: sealed(right(), lambda d: d.update(created="2031-01-01T00:00:00+00:00")),
    "that took longer": lambda: sealed(right(), lambda d: d["summary"].update(seconds=1e4)),
    "with another Python": lambda: sealed(right(), environment(python="3.14.0")),
    "with another torch": lambda: sealed(right(), environment(torch="9.9")),
    "without torch": lambda: sealed(right(), environment(torch=None)),
    "on another CPU of the same kind": lambda: sealed(right(), environment(cpu="another")),
    "with a flag": lambda: sealed(right(), environment(flags={"OMP_NUM_THREADS": "1"})),
    "with other threads": lambda: sealed(right(), environment(threads={"libgomp": 64}, cores=64)),
    "with a note of unsteadiness": lambda: sealed(right(), lambda d: d["summary"].update(unsteady=["gave other bits"])),
    "with another backend": lambda: sealed(right(), of_another_backend),
}
SAME_BASELINE: dict[str, Callable[[], str]] = {
    "pretty printed": lambda: json.dumps(json.loads(accepted()), indent=2),
    "with lines of Windows": lambda: accepted().replace("\n", "\r\n"),
    "without digests": lambda: unsealed(accepted(), lambda d: None),
    "with its cells reversed": lambda: unsealed(accepted(), lambda d: d["places"][0]["cells"].reverse()),
    "of another environment": lambda: unsealed(
        accepted(), lambda d: d["places"][0]["environment"].update(torch="1.0", python="3.9")
    ),
    "with another machine's place": lambda: unsealed(
        accepted(), lambda d: d["places"].append({**copy.deepcopy(d["places"][0]), "isa": "aarch64 NEON"})
    ),
    "that was a little better": lambda: unsealed(accepted(), lambda d: scaled(d, 0.8)),
    "that was worse": lambda: unsealed(accepted(), lambda d: scaled(d, 8.0)),
}


def scaled(document: Document, factor: float) -> None:
    """All quantiles times a factor."""
    for row in document["places"][0]["cells"]:
        for scale in ("ulps", "step_ulps"):
            if scale in row:
                row[scale].update({name: row[scale][name] * factor for name in ("median", "p90", "p99")})


def pairs() -> Iterator[tuple[str, str, str]]:
    yield from ((f"a record {name}", name, "") for name in SAME_RECORD)
    yield from ((f"a baseline {name}", "", name) for name in SAME_BASELINE)


@pytest.mark.parametrize(("record", "against"), [row[1:] for row in pairs()], ids=[row[0] for row in pairs()])
def test_what_harms_nothing_leaves_it_open(
    record: str, against: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "record.json").write_bytes((SAME_RECORD[record]() if record else right()).encode())
    (tmp_path / "baseline.json").write_bytes((SAME_BASELINE[against]() if against else accepted()).encode())
    code = main(["gate", str(tmp_path / "record.json"), "--baseline", str(tmp_path / "baseline.json")])
    out, err = capsys.readouterr()
    assert (code, err) == (0, ""), out
    assert out.startswith("✓ gate: open: ")


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.__name__)
def test_a_right_backend_of_another_kind_leaves_it_open(variation: Change) -> None:
    assert gate(record_of(HarmedManual(variation)), baseline()).complaints == []


@pytest.mark.deep
def test_fifty_runs_without_a_flake() -> None:
    for _ in range(50):
        assert gate(record_of(ManualNumpy()), baseline()).complaints == []
