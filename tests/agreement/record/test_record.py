from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.cases.generate import Menu
from backproof.agreement.errors import UsageError
from backproof.agreement.judging.discrepancy import Discrepancy
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.record.record import KEYS, Record
from backproof.agreement.running.check import Settings, run
from backproof.agreement.tally.tally import Tally
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.harmed import Harmed, one_entry

STORED = Path(__file__).parent / "records"
SETTINGS = Settings(backends=("numpy", "harmed"), cases=18)
COUNTS = {verdict.word: {"type": "integer", "minimum": 0} for verdict in Verdict}
NUMBER = {"anyOf": [{"type": "number", "minimum": 0}, {"const": "inf"}, {"type": "null"}]}
QUANTILES = {"type": "object", "properties": {"median": NUMBER, "p99": NUMBER}, "required": ["median", "p99"]}
HEX = {"type": "string", "pattern": r"^(-?0x[01]\.[0-9a-f]+p[+-]\d+|-?0x0\.0p\+0|-?inf|nan)$"}
CELL_KEYS = ("backend", "dtype", "cost", "activation", "regime", "quantity")
SCHEMA = {
    "type": "object",
    "required": list(KEYS),
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "backproof/record/1"},
        "created": {"type": "string"},
        "environment": {
            "type": "object",
            "required": ["python", "platform", "cpu", "isa", "numpy", "blas", "torch", "jax", "threads", "flags"],
        },
        "settings": {"type": "object"},
        "summary": {
            "type": "object",
            "required": [*COUNTS, "cases", "entries", "architectures", "regimes", "smallest_visible_error", "seconds"],
            "properties": {**COUNTS, "smallest_visible_error": QUANTILES},
        },
        "cells": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": [*CELL_KEYS, *COUNTS, "cases", "entries", "ulp_histogram", "worst_case"],
                "properties": {
                    **COUNTS,
                    **{key: {"type": "string"} for key in CELL_KEYS},
                    "worst_ratio": NUMBER,
                    "worst_ratio_stable": NUMBER,
                    "worst_step_ratio": NUMBER,
                    "median_ratio": NUMBER,
                    "visible": QUANTILES,
                    "ulps": {**QUANTILES, "required": ["median", "p99", "max"]},
                },
            },
        },
        "disagreements": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["backend", "quantity", "layer", "index", "got", "truth", "bound", "ratio", "case"],
                "properties": {"got": HEX, "truth": HEX, "bound": HEX, "ratio": HEX},
            },
        },
        "cases": {"type": "object"},
        "digest": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    },
}


@pytest.fixture(scope="module")
def record() -> Record:
    tally = run(SETTINGS, [MANUAL, Harmed(one_entry(1.5))])
    return Record.of(tally, SETTINGS, {"numpy": MANUAL.version, "harmed": "0"}, seconds=1.25)


def test_a_record_is_what_the_design_says(record: Record) -> None:
    jsonschema.validate(json.loads(record.dumps()), SCHEMA)


def test_counts_add_up(record: Record) -> None:
    summary = record.summary
    assert sum(summary[verdict.word] for verdict in Verdict) == summary["entries"]
    assert sum(cell["entries"] for cell in record.cells) == summary["entries"]
    for verdict in Verdict:
        assert sum(cell[verdict.word] for cell in record.cells) == summary[verdict.word]
    assert sum(summary["regimes"].values()) == summary["cases"] == 18


def test_every_case_that_is_named_is_there_whole(record: Record) -> None:
    named = {cell["worst_case"] for cell in record.cells} | {d.case for d in record.discrepancies}
    assert set(record.document["cases"]) == named
    for id, document in record.document["cases"].items():
        assert case_json.from_json(document).id == id


def test_it_comes_back_from_its_file_to_the_bit(record: Record, tmp_path: Path) -> None:
    record.save_all(tmp_path / "new" / "folder")
    again = Record.load(tmp_path / "new" / "folder" / "record.json")
    assert again == record
    assert again.discrepancies == record.discrepancies
    assert again.dumps() == record.dumps()
    written = {path.stem for path in (tmp_path / "new" / "folder" / "cases").iterdir()}
    worst = {cell["worst_case"] for cell in record.worst_cells()}
    assert written == worst | {discrepancy.case for discrepancy in record.discrepancies}


def test_a_discrepancy_comes_back_with_nan_and_infinity(record: Record) -> None:
    row = record.document["disagreements"][0] | {"got": "nan", "ratio": "inf"}
    assert Discrepancy.from_json(row).as_json() == row


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "has schema None"),
        (
            '{"schema": "backproof/record/99"}',
            "has schema 'backproof/record/99': this version reads backproof/record/1",
        ),
        ('{"schema": "backproof/record/1", "cells": []}', "is no whole record: it has no created, environment"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=message):
        Record.load(file)


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        Record.load(tmp_path / "none.json")


@pytest.mark.parametrize("file", sorted(STORED.glob("*.json")), ids=lambda file: file.name)
def test_stored_records_stay_readable(file: Path) -> None:
    document: dict[str, Any] = Record.load(file).document
    jsonschema.validate(document, SCHEMA)


def test_there_are_stored_records() -> None:
    assert list(STORED.glob("record-1*.json"))


def test_only_deviations_that_the_networks_can_show_are_named() -> None:
    def named(menu: Menu) -> set[str]:
        summary = Record.of(Tally(), Settings(menu=menu), {"torch": "2.13.0"}, 0.0).summary
        return {row["id"] for row in summary["known_deviations"]}

    assert named(Menu()) == {"torch-softplus-threshold"}
    assert named(Menu(activations=("hardsigmoid", "relu"))) == {"torch-hardsigmoid-sixth"}
