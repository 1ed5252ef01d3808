from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.cases.regimes import EVERY_REGIME
from backproof.agreement.errors import UsageError
from backproof.agreement.running.check import Settings
from backproof.agreement.running.options import OPTIONS, configured, settings
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.costs import COSTS


def _project(folder: Path, table: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.backproof]\n{table}\n", "utf-8")
    return folder


def test_without_anything_the_defaults(tmp_path: Path) -> None:
    _project(tmp_path, "")
    assert settings({}, tmp_path) == Settings()


def test_all_is_every_row_and_brings_the_kinks_along(tmp_path: Path) -> None:
    usual, everything = settings({}, tmp_path).menu, settings({"activation": ["all"], "cost": ["all"]}, tmp_path).menu
    assert everything.activations == tuple(ACTIVATIONS)
    assert everything.costs == tuple(COSTS)
    assert everything.regimes == (*usual.regimes, "kink")
    assert settings({"regime": ["all"]}, tmp_path).menu.regimes == tuple(EVERY_REGIME)
    assert settings({"cost": ["huber"]}, tmp_path).menu.regimes == everything.regimes
    assert settings({"activation": ["silu", "tanh"]}, tmp_path).menu.activations == ("silu", "tanh")
    assert settings({"regime": ["kink", "calm"]}, tmp_path).menu == replace(usual, regimes=("kink", "calm"))


def test_the_default_menu_is_the_note_and_its_book(tmp_path: Path) -> None:
    menu = settings({}, tmp_path).menu
    assert menu.activations == ("sigmoid", "tanh", "relu", "softplus", "identity", "softmax")
    assert menu.costs == ("quadratic", "cross_entropy")
    assert "kink" not in menu.regimes


def test_a_row_of_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file 'none\.py' to load an activation from"):
        settings({"activation": ["none.py:Row"]}, tmp_path)


def test_the_help_tells_the_true_defaults() -> None:
    told = {option.name: option.help for option in OPTIONS}
    assert f"(default: {Settings().cases})" in told["cases"]
    assert f"(default: {', '.join(Settings().backends)})" in told["backend"]
    assert f"(default: {Settings().seed})" in told["seed"]
    assert f"(default: {Settings().device})" in told["device"]


def test_pyproject_is_read_and_the_command_line_wins(tmp_path: Path) -> None:
    _project(tmp_path, 'cases = 20\nseed = 3\nbackend = ["numpy"]\ndtype = "float32"')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    chosen = settings({"seed": 4, "backend": None, "cost": []}, below)
    assert (chosen.cases, chosen.seed, chosen.backends, chosen.menu.dtypes) == (20, 4, ("numpy",), ("float32",))


def test_l2_and_weights_are_asked_for(tmp_path: Path) -> None:
    usual = settings({}, tmp_path).menu
    assert (usual.l2, usual.weighted, usual.options) == ((0.0,), False, {})
    menu = settings({}, _project(tmp_path, "l2 = [0, 0.1]\nweighted = true")).menu
    assert (menu.l2, menu.weighted) == ((0.0, 0.1), True)
    assert usual.with_options(menu.options) == menu


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("case = 1", "has no 'case': choose from backend, dtype"),
        ('cases = "many"', "cases is 'many': a whole number is needed"),
        ("cases = true", "cases is True: a whole number is needed"),
        ("backend = [1]", r"backend\[0\] is 1: a string is needed"),
        ("weighted = 1", "weighted is 1: true or false is needed"),
        ('l2 = "0.1"', "l2 is '0.1': a number or a list is needed"),
        ("cases = ", "is not TOML"),
    ],
)
def test_a_wrong_table_is_refused_by_name(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        configured(_project(tmp_path, table))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cases": 0}, "cases is 0: at least 1 is needed"),
        ({"cases": 10**24}, "cases is 1000000000000000000000000: at most 1000000000 are drawn"),
        ({"seed": -1}, "seed is -1: an integer ≥ 0 is needed"),
        ({"dtype": ["float8"]}, "unknown dtype 'float8': choose from float64, float32"),
        ({"cost": ["hinge"]}, "unknown cost 'hinge': choose from quadratic, cross_entropy"),
        ({"l2": [0.1, -1.0]}, "l2 is -1.0: λ is a finite number ≥ 0"),
        ({"l2": [float("nan")]}, "l2 is nan: λ is a finite number ≥ 0"),
        ({"activation": ["swish"]}, "unknown activation 'swish': choose from sigmoid"),
    ],
)
def test_a_wrong_value_is_refused_by_name(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        settings(given, tmp_path)
