from __future__ import annotations

import json

from backproof.agreement.record.record import Record
from backproof.agreement.running.check import Settings, run
from backproof.agreement.tally import tally_json
from backproof.agreement.tally.tally import Tally
from backproof.reference.numpy_backends.manual_numpy import TEXTBOOK
from helpers.harmed import Harmed, one_entry

SETTINGS = Settings(backends=("numpy.textbook", "harmed"), cases=18)


def _document(tally: Tally) -> dict[str, object]:
    document = Record.of(tally, SETTINGS, {"numpy.textbook": "1", "harmed": "0"}, seconds=1.0).document
    return {key: part for key, part in document.items() if key not in ("created", "environment")}


def test_a_tally_comes_back_whole() -> None:
    tally = run(SETTINGS, [TEXTBOOK, Harmed(one_entry(2.0))])
    tally.failures.update(["x raised"])
    tally.unsupported["harmed", "no float32"] = 3
    again = tally_json.from_json(json.loads(json.dumps(tally_json.as_json(tally), allow_nan=False)))
    assert _document(again) == _document(tally)


def test_handing_over_and_merging_is_merging() -> None:
    first, second = (run(Settings(cases=18, seed=seed), [TEXTBOOK]) for seed in (1, 2))
    handed = Tally()
    for tally in (first, second):
        handed.merge(tally_json.from_json(tally_json.as_json(tally)))
    first.merge(second)
    assert _document(handed) == _document(first)


def test_in_parts_it_is_the_same() -> None:
    tally = run(SETTINGS, [TEXTBOOK, Harmed(one_entry(2.0))])
    parts = list(tally_json.documents(tally, cells=7))
    assert max(len(part["cells"]) for part in parts) == 7
    merged = Tally()
    for part in reversed(parts):
        merged.merge(tally_json.from_json(json.loads(json.dumps(part))))
    assert _document(merged) == _document(tally)
