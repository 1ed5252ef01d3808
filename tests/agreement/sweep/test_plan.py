from __future__ import annotations

import json
from pathlib import Path

import pytest
from backproof.agreement.running import options
from backproof.agreement.sweep.plan import Plan, resumed, rows_among, settings_of
from backproof.reference import user_rows

GIVEN = {
    "backend": ["numpy"],
    "dtype": ["float32"],
    "cost": ["quadratic"],
    "activation": ["tanh"],
    "regime": ["calm", "wide"],
    "l2": [0.0, 0.5],
    "weighted": True,
    "cases": 7,
    "seed": 3,
}


def test_a_document_stands_for_every_setting(tmp_path: Path) -> None:
    assert set(GIVEN) == {option.name for option in options.OPTIONS} - {
        "device",
        "deviations",
    }  # one processor, and a file
    settings = options.settings(GIVEN, tmp_path)
    document = json.loads(Plan(settings, {"numpy": "2"}).text)
    assert document["given"] == GIVEN
    assert settings_of(document) == settings == resumed(document, {"cases": None}, tmp_path)
    assert Plan.of(document).document == document


def test_a_plan_without_options_says_nothing_of_them(tmp_path: Path) -> None:
    plain = {name: value for name, value in GIVEN.items() if name not in ("l2", "weighted")}
    assert Plan(options.settings(plain, tmp_path), {}).document["given"] == plain


@pytest.mark.parametrize("name", [name for name in GIVEN if name != "weighted"])
def test_any_other_setting_is_told(name: str, tmp_path: Path) -> None:
    other = {"backend": ["zero"], "dtype": ["float64"], "cost": ["cross_entropy"], "activation": ["relu"]}
    other |= {"regime": ["calm"], "l2": [0.25], "cases": 8, "seed": 4}
    document = Plan(options.settings(GIVEN, tmp_path), {}).document
    changed = Plan(resumed(document, {name: other[name]}, tmp_path), {})
    (said,) = [words for words in changed.differs(document) if words.startswith("given ")]
    assert said == f"given {name} {json.dumps(GIVEN[name])} instead of {json.dumps(other[name])}"


def test_versions_and_files_are_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = options.settings({**GIVEN, "backend": ["mine.py:Mine"]}, tmp_path)
    Path("mine.py").write_text("a", "utf-8")
    before = Plan(settings, {"mine": "1"}).document
    Path("mine.py").write_text("b", "utf-8")
    said = Plan(settings, {"mine": "2"}).differs(before)
    assert said[0].startswith("files mine.py:Mine ")
    assert said[1:] == ['versions mine "1" instead of "2"']


ROW = """
from backproof.manual.activations import ACTIVATIONS
from backproof.reference.truth import balls
class Mine(type(ACTIVATIONS["tanh"])):
    name = "mine"
    ball = balls.ACTIVATIONS["tanh"]
    libraries = {}
"""


def test_a_row_of_a_users_own_is_taken_in_where_a_document_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("row.py").write_text(ROW, "utf-8")
    given = {**GIVEN, "activation": ["row.py:Mine"]}
    with user_rows.lasting():
        document = Plan(options.settings(given, tmp_path), {}, rows_among(given)).document
    assert document["given"]["activation"] == ["mine"]
    with user_rows.lasting():
        assert settings_of(document).menu.activations == ("mine",)
        assert resumed(document, {}, tmp_path).menu.activations == ("mine",)
