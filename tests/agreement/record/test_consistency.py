"""A record that contradicts itself is refused where it is read, in one line that names what."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.errors import UsageError, one_line
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.record.record import Record
from backproof.agreement.record.record_schema import Summary

STORED = json.loads((Path(__file__).parent / "records" / "record-1.json").read_text("utf-8"))
WRONG = next(n for n, cell in enumerate(STORED["cells"]) if cell["wrong"])
Harm = Callable[[dict[str, Any]], object]


def _swap_a_case(document: dict[str, Any]) -> None:
    first, second, *_ = document["cases"]
    document["cases"][first], document["cases"][second] = document["cases"][second], document["cases"][first]


def _no_longer_wrong(document: dict[str, Any]) -> None:
    for row in (document["summary"], *(cell for cell in document["cells"] if cell["wrong"])):
        row["accurate"], row["wrong"] = row["accurate"] + row["wrong"], 0


HARMS: dict[str, tuple[Harm, str]] = {
    "a count below 0": (lambda d: d["cells"][0].update(lossy=-1), "cells[0].lossy is -1: a whole number >= 0"),
    "a count that is a half": (lambda d: d["summary"].update(wrong=0.5), "summary.wrong is 0.5: a whole number"),
    "a count that is true": (lambda d: d["summary"].update(wrong=True), "summary.wrong is True: a whole number"),
    "a count of 30 digits": (lambda d: d["summary"].update(cases=10**30), "a whole number <= 9223372036854775807"),
    "a count as text": (lambda d: d["cells"][0].update(cases="1"), "cells[0].cases is '1': a whole number"),
    "a ratio below 0": (lambda d: d["cells"][0].update(worst_ratio=-1.0), "worst_ratio is -1.0: a number >= 0.0"),
    "a ratio that is none": (lambda d: d["cells"][0].update(worst_ratio="nan"), "worst_ratio is 'nan'"),
    "a date that is none": (lambda d: d.update(created="yesterday"), "created is 'yesterday'"),
    "a cell that lost entries": (lambda d: d["cells"][3].update(entries=1), "has 1 entries, its verdicts are"),
    "a summary that lost entries": (lambda d: d["summary"].update(entries=9), "the summary has 9 entries"),
    "a cell that is gone": (lambda d: d["cells"].pop(3), "entries accurate, its summary says"),
    "a cell that stands twice": (lambda d: d["cells"].append(d["cells"][3]), "entries accurate, its summary says"),
    "an empty cell twice": (
        lambda d: d["cells"].extend(
            [{**d["cells"][3], **dict.fromkeys(("entries", *(v.word for v in Verdict)), 0), "ulp_histogram": {}}] * 2
        ),
        "stands there 3 times",
    ),
    "a disagreement twice": (lambda d: d["disagreements"].append(d["disagreements"][0]), "stands there 2 times"),
    "decided that is more": (lambda d: d["summary"]["decided"].update(numpy=1), "of numpy have 1269 entries decided"),
    "decided that is gone": (lambda d: d["summary"].update(decided={}), "its summary says 0"),
    "a backend that is gone": (lambda d: d["summary"]["backends"].pop("torch"), "backend 'torch' has entries"),
    "a regime that lost a case": (lambda d: d["summary"]["regimes"].update(calm=0), "its regimes have 8 cases"),
    "a cell of more cases": (lambda d: d["cells"][0].update(cases=7), "has 7 cases, its regime 1"),
    "a dtype that is none": (lambda d: d["cells"][0].update(dtype="float8"), "dtype 'float8'"),
    "quantiles out of order": (lambda d: d["cells"][0]["ulps"].update(median=1e9), "ulps: the median is above"),
    "a quantile that is gone": (lambda d: d["cells"][0]["ulps"].update(p99=None), "ulps: the median is above"),
    "a histogram of more": (lambda d: d["cells"][0].update(ulp_histogram={"3": 99}), "has more than its"),
    "an octave beyond floats": (lambda d: d["cells"][0].update(ulp_histogram={"9999": 1}), "has the octave 9999"),
    "a histogram without octaves": (lambda d: d["cells"][0].update(ulp_histogram={"x": 1}), "ulp_histogram"),
    "no disagreements": (lambda d: d.update(disagreements=[]), "harmed has wrong entries, and no disagreement"),
    "no wrong entries": (_no_longer_wrong, "harmed has a disagreement, and no cell a wrong entry"),
    "no wrong cases": (lambda d: d["summary"].update(wrong_cases=0), "2 entries are wrong in 0 cases"),
    "a wrong entry within its bound": (
        lambda d: d["cells"][WRONG].update(worst_ratio=0.5, worst_step_ratio=0.5),
        "the worst is 0.5 times its bound",
    ),
    "a case that is gone": (lambda d: d["cases"].pop(next(iter(d["cases"]))), "is named, and is not there"),
    "another case under its name": (_swap_a_case, "has the content hash"),
    "a case that is none": (lambda d: next(iter(d["cases"].values())).update(x=[["0x1p+0"]]), "x has shape"),
    "an id that is none": (lambda d: d["cells"][0].update(worst_case="x" * 12), "worst_case is 'xxxxxxxxxxxx'"),
    "a summary that is a list": (lambda d: d.update(summary=[]), "summary is a list of 0: an object is needed"),
    "a name of a megabyte": (lambda d: d["cells"][0].update(backend="n" * 10**6), "of length <= 500"),
    "a number that is none": (lambda d: d["disagreements"][0].update(got="0x1"), "disagreements[0].got is '0x1'"),
}


@pytest.mark.parametrize("name", HARMS)
def test_a_record_that_contradicts_itself_is_refused(name: str, tmp_path: Path) -> None:
    harm, said = HARMS[name]
    document = copy.deepcopy(STORED)
    harm(document)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(UsageError) as refused:
        Record.load(file)
    line = one_line(str(refused.value))
    assert said in line
    assert "\n" not in line


def test_every_verdict_has_its_count() -> None:
    assert {verdict.word for verdict in Verdict} <= set(Summary.__struct_fields__)
