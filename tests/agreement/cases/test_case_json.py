from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases import case_json, strategies
from backproof.agreement.errors import UsageError
from backproof.agreement.files import write_text
from backproof.manual import Case
from helpers import drawn
from hypothesis import given

GOOD: dict[str, Any] = {
    "schema": "backproof/case/1",
    "architecture": {
        "widths": [2, 1],
        "activations": ["sigmoid"],
        "cost": "quadratic",
        "reduction": "mean",
    },
    "dtype": "float64",
    "weights": [[["0x1.8p+0", 0.5]]],
    "biases": [[0]],
    "x": [[1, 2], [-1, "0x1.0p-1074"]],
    "y": [[0, 1]],
}


@given(strategies.cases())
def test_a_case_comes_back_to_the_bit(case: Case) -> None:
    again = case_json.from_json(json.loads(json.dumps(case_json.as_json(case))))
    assert again.id == case.id
    assert again.dtype == case.dtype
    assert np.signbit(again.x).tolist() == np.signbit(case.x).tolist()


def test_hex_and_plain_numbers_are_read(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(GOOD), "utf-8")
    case = case_json.read(file)
    assert case.weights[0].tolist() == [[1.5, 0.5]]
    assert case.x[1, 1] == 5e-324
    case_json.write_document(tmp_path / "again.json", case_json.as_json(case))
    assert case_json.read(tmp_path / "again.json").id == case.id
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.json", "case.json"]


OPTIONED = {**GOOD, "architecture": {**GOOD["architecture"], "l2": 0.5, "weighted": True}, "example_weights": [1, 0.5]}


@given(strategies.cases(drawn.OPTIONED))
def test_an_l2_term_and_weights_come_back_to_the_bit(case: Case) -> None:
    text = json.dumps(case_json.as_json(case))
    assert case_json.from_json(json.loads(text)).id == case.id
    assert ("example_weights" in text, '"weighted"' in text) == (case.architecture.weighted,) * 2
    assert ('"l2"' in text) == (case.architecture.l2 > 0)


def test_plain_numbers_are_read_there_too() -> None:
    case = case_json.from_json(OPTIONED)
    assert str(case.architecture) == "2-1 sigmoid / quadratic (mean, L2 0.5, weighted)"
    assert case.example_weights is not None
    assert case.example_weights.tolist() == [1, 0.5]


def test_a_file_of_a_plain_network_is_what_it_was(tmp_path: Path) -> None:
    """To the byte, as the version before L2 terms and weights wrote it."""
    case_json.write_document(tmp_path / "plain.json", case_json.as_json(case_json.from_json(GOOD)))
    assert (tmp_path / "plain.json").read_text("utf-8") == PLAIN


PLAIN = """{
"schema": "backproof/case/1",
"architecture": {"widths": [2, 1], "activations": ["sigmoid"], "cost": "quadratic", "reduction": "mean"},
"dtype": "float64",
"weights": [[["0x1.8000000000000p+0", "0x1.0000000000000p-1"]]],
"biases": [["0x0.0p+0"]],
"x": [["0x1.0000000000000p+0", "0x1.0000000000000p+1"], ["-0x1.0000000000000p+0", "0x0.0000000000001p-1022"]],
"y": [["0x0.0p+0", "0x1.0000000000000p+0"]]
}
"""

BAD_OPTIONS = [
    ({**OPTIONED, "example_weights": [1, -2]}, "example_weights hold -2.0: an example counts 0 or more"),
    ({**OPTIONED, "example_weights": [[1, 2]]}, "example_weights[0] is a list of 2: a number or a hex float"),
    ({**GOOD, "example_weights": [1, 1]}, "is not weighted: example_weights are given all the same"),
    ({**GOOD, "architecture": {**GOOD["architecture"], "l2": "nan"}}, "l2 is nan: λ is a finite number ≥ 0"),
    ({**GOOD, "architecture": {**GOOD["architecture"], "l2": True}}, "architecture.l2 is True: a number"),
    ({**GOOD, "architecture": {**GOOD["architecture"], "weighted": True}}, "is weighted: example_weights are needed"),
    (
        {**GOOD, "architecture": {**GOOD["architecture"], "weighted": "yes"}},
        "weighted is 'yes': true or false is needed",
    ),
    ({**GOOD, "architecture": {**GOOD["architecture"], "l1": 0.1}}, "architecture: there is no key 'l1'"),
]


@pytest.mark.usefixtures("as_users_have_it")
@pytest.mark.parametrize(("document", "message"), BAD_OPTIONS)
def test_what_is_wrong_with_them_is_named(document: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        case_json.from_json(document)


def _with(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return document


BAD = [
    (("schema",), "backproof/case/9", "schema 'backproof/case/9': this version reads 'backproof/case/1'"),
    (("dtype",), "float8", "dtype 'float8': choose from float64, float32"),
    (("architecture", "widths"), [2, 0], "width 0 in (2, 0): every width is an integer ≥ 1"),
    (("architecture", "widths"), [2, True], "architecture.widths[1] is True: a whole number is needed"),
    (("architecture", "widths"), "2-1", "architecture.widths is '2-1': a list is needed"),
    (("architecture", "activations"), ["swish"], "unknown activation 'swish'"),
    (("architecture", "cost"), "hinge", "unknown cost 'hinge'"),
    (("architecture", "reduction"), "max", "unknown reduction 'max'"),
    (("architecture", "depth"), 1, "architecture: there is no key 'depth'"),
    (("weights",), [[[1]]], "W^1 has shape (1, 1): (1, 2) is needed"),
    (("weights",), [], "0 weight matrices"),
    (("weights", 0), [[1, 2], [3]], "weights[0] is ragged"),
    (("weights", 0, 0, 1), "abc", "weights[0][0][1] is 'abc': a number or a hex float"),
    (("weights", 0, 0, 1), "10", "weights[0][0][1] is '10': a number or a hex float"),
    (("weights", 0, 0, 1), True, "weights[0][0][1] is True: a number"),
    (("weights", 0, 0, 1), None, "weights[0][0][1] is None: a number"),
    (("biases", 0), 3, "biases[0] is 3: a list is needed"),
    (("biases", 0, 0), "nan", "b^1 holds nan: every number must be finite"),
    (("x", 0, 0), float("inf"), "x holds inf: every number must be finite"),
    (("x", 0, 0), "0x1p+9999", "x[0][0] is '0x1p+9999'"),
    (("y",), [[0, 1], [1, 1]], "y has shape (2, 2): (1, 2) is needed"),
    (("x",), [[], []], "at least one example"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD, ids=[f"{'.'.join(map(str, p))}={v}" for p, v, _ in BAD])
def test_bad_input_is_refused_by_name(path: tuple[Any, ...], value: Any, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        case_json.from_json(_with(path, value))
    assert message in str(refused.value)


@pytest.mark.parametrize("key", GOOD)
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(UsageError, match=f"the case: the key '{key}' is missing"):
        case_json.from_json({name: part for name, part in GOOD.items() if name != key})


def test_float32_that_overflows_is_refused() -> None:
    document = {**GOOD, "dtype": "float32", "x": [[1e39, 2], [1, 1]]}
    with pytest.raises(UsageError, match="x holds inf"):
        case_json.from_json(document)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "is not JSON"), (b"\xff\xfe", "as UTF-8"), (b"[]", "the case: it is a list of 0: an object is needed")],
)
def test_a_file_that_is_no_case(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        case_json.read(file)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*: No such file"):
        case_json.read(tmp_path / "none.json")


def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "case.json"
    file.write_text("old", "utf-8")

    def fail(self: Path, target: Path) -> Path:
        raise OSError("no")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError, match=r"cannot write .*: no"):
        write_text(file, "new")
    assert file.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]
