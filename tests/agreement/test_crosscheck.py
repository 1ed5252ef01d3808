"""`cross_check`: what it prints, what it raises, and what it says to replay."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from backproof.agreement import Disagreement, Incomplete, UsageError, cross_check, crosscheck
from backproof.agreement.cases import case_json, strategies
from backproof.agreement.cases.case_json import read
from backproof.agreement.cases.generate import Menu
from backproof.agreement.cli.main import main
from backproof.manual import Architecture, Case
from backproof.manual.shapes import Array
from backproof.reference import user_files
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.harmed import Harmed, one_entry
from helpers.student import Lists, doubled, right
from hypothesis import Phase, given, settings

pytestmark = pytest.mark.usefixtures("apart")


def test_a_right_function_passes_and_its_conventions_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    tally = cross_check(right, cases=18)
    assert tally.cases == 18
    assert capsys.readouterr().out == (
        "right is judged as: sigmoid neurons, sigmoid outputs, C = ½‖a − y‖², mean over examples; "
        "W (n_l, n_{l−1}), b (n,), examples in columns\n"
        "right: a relative error of 0.001 would have been seen in 85 % of its nonzero ∂C/∂W and ∂C/∂b (float64)\n"
    )


def test_a_wrong_function_is_named_and_its_case_replays(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Disagreement) as raised:
        cross_check(doubled, cost="quadratic", reduction="mean", cases=18)
    message = str(raised.value)
    assert "doubled disagrees with the certified truth in" in message
    assert "doubled is wrong in BP3 ∂C/∂b^" in message
    assert "M26: " in message
    said = re.search(r"^replay: cross_check\(doubled, case=case_json.read\(Path\('(.*)'\)\)\)$", message, re.MULTILINE)
    assert said
    capsys.readouterr()
    assert main(["replay", said[1], "--backend", "numpy"]) == 0
    with pytest.raises(Disagreement, match="doubled is wrong in BP3"):
        eval(said[0].removeprefix("replay: "), {**globals(), "case_json": case_json})


ROWS = """
import numpy as np
from backproof.agreement import cross_check

def rows(weights, biases, x, y):  # examples in rows, and BP3 without the sum's 1/m
    a, m = [x], len(x)
    for w, b in zip(weights, biases):
        a.append(1 / (1 + np.exp(-(a[-1] @ w + b))))
    delta = (a[-1] - y) / m
    w, b = [a[-2].T @ delta], [2 * delta.sum(axis=0)]
    for l in range(2, len(weights) + 1):
        delta = (delta @ weights[-l + 1].T) * a[-l] * (1 - a[-l])
        w.insert(0, a[-l - 1].T @ delta)
        b.insert(0, 2 * delta.sum(axis=0))
    return w, b
"""


def test_what_is_printed_to_replay_a_function_of_a_file_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "it's mine").mkdir()
    (tmp_path / "it's mine" / "rows of mine.py").write_text(ROWS, "utf-8")
    rows = user_files.load("it's mine/rows of mine.py:rows", "a function")
    with pytest.raises(Disagreement) as raised:
        cross_check(rows, cases=18)
    (command,) = re.findall("^replay: (.*)$", raised.value.args[0], re.MULTILINE)
    first, *words = shlex.split(command)
    assert first == "backproof"
    capsys.readouterr()
    assert main(words) == 1
    assert "rows is wrong in BP3" in capsys.readouterr().out


def test_two_functions_of_one_name_keep_their_cases_apart() -> None:
    def twice(*given: Any) -> Any:
        return doubled(*given)

    network = Architecture((2, 2, 1), ("sigmoid",) * 2)
    files = set()
    for subject in (doubled, rename(twice, "doubled")):
        with pytest.raises(Disagreement) as raised:
            cross_check(subject, architecture=network, cases=9)
        files |= set(re.findall(r"agreement-report/failing/doubled-\w+\.json", str(raised.value)))
        assert "doubled is wrong in BP3" in str(raised.value)
    assert len(files) == 2


def rename(function: Any, name: str) -> Any:
    function.__name__ = name
    return function


def test_a_folder_that_cannot_be_written_hides_no_disagreement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agreement-report").write_text("a file", "utf-8")
    with pytest.raises(Disagreement, match=r"the case is not kept: cannot write .*: a file is in the way"):
        cross_check(doubled, architecture=Architecture((2, 2, 1), ("sigmoid",) * 2), cases=9)


def test_an_architecture_settles_all() -> None:
    network = Architecture((3, 3, 2), ("sigmoid", "sigmoid"), "quadratic", "mean")
    assert cross_check(right, architecture=network, cases=9).architectures.count == 1
    other = Architecture((3, 3, 2), ("tanh", "tanh"), "quadratic", "mean")
    with pytest.raises(Disagreement):
        cross_check(right, architecture=other, cases=9)


def test_a_backend_is_judged_as_it_is() -> None:
    assert cross_check(MANUAL, cases=9).wrong_cases == 0
    with pytest.raises(Disagreement, match="harmed is wrong in BP4"):
        cross_check(Harmed(one_entry(2.0)), cases=9)


def test_the_diagnosis_is_made_when_it_is_read_and_within_what_was_declared() -> None:
    told = []
    with pytest.raises(Disagreement) as raised:
        cross_check(doubled, case=Case(Architecture((1, 1, 1), ("sigmoid",) * 2), *_ones((1, 1), 2)), cases=9)
    with patch.object(crosscheck, "diagnose", lambda function, **declared: told.append(declared) or "M99"):
        assert not told
        assert str(raised.value).endswith(".json')))\n\nM99")
        assert str(raised.value) == str(raised.value)
    assert [(row["hidden"], row["cost"], row["reduction"]) for row in told] == [("sigmoid", "quadratic", "mean")]


def _ones(shape: tuple[int, int], depth: int) -> tuple[tuple[Array, ...], tuple[Array, ...], Array, Array]:
    return (np.ones(shape),) * depth, (np.ones(shape[0]),) * depth, np.ones(shape), np.zeros(shape)


def test_a_property_of_ones_own_ends_in_the_minimal_case() -> None:
    sigmoid = Menu(("quadratic",), ("sigmoid",), ("float64",), ("mean",))

    @settings(database=None, derandomize=True, phases=[Phase.generate, Phase.shrink])
    @given(strategies.small_cases(strategies.architectures(sigmoid), sigmoid.dtypes))
    def property_of_mine(case: Case) -> None:
        cross_check(doubled, case=case)

    with pytest.raises(Disagreement) as raised:
        property_of_mine()
    (file,) = Path("agreement-report/failing").glob("doubled-*.json")
    case = read(file)
    assert f"case  {case.id}: 1-1-1 sigmoid,sigmoid" in str(raised.value)
    assert json.loads(file.read_text("utf-8"))["x"] == [["0x0.0p+0"]]


def test_what_raises_is_told() -> None:
    def broken(weights: list[Array], biases: list[Array], x: Array, y: Array) -> Lists:
        raise KeyError("delta")

    with pytest.raises(Disagreement, match=r"broken, line \d+: it answered no case: KeyError: 'delta'"):
        cross_check(broken, cases=9)


def test_the_caller_keeps_his_arrays() -> None:
    def greedy(weights: list[Array], biases: list[Array], x: Array, y: Array) -> Lists:
        result = right(weights, biases, x, y)
        for array in (*weights, *biases, x, y):
            array[...] = 0
        return result

    assert cross_check(greedy, cases=9).wrong_cases == 0


def test_neither_a_backend_nor_a_function() -> None:
    with pytest.raises(UsageError, match="'torch' is neither a Backend nor a function"):
        cross_check("torch")  # type: ignore[arg-type]  # what the message is for


def test_of_gradients_alone_it_is_said_how_much_was_seen(capsys: pytest.CaptureFixture[str]) -> None:
    cross_check(right, cases=18)
    assert "right: a relative error of 0.001 would have been seen in " in capsys.readouterr().out
    cross_check(MANUAL, cases=18)
    assert capsys.readouterr().out == ""


DEEP = Architecture((8,) * 61, ("tanh",) * 60, "quadratic", "mean")
LARGE = Architecture((28,) * 61, ("tanh",) * 60, "quadratic", "mean")
"""Beyond what the sharp form of the bound is made for: of gradients alone, the running bound sees little."""


def test_too_little_seen_is_no_agreement() -> None:
    only = Harmed(lambda part: part, shown=False)
    with pytest.raises(Incomplete, match="50 % are needed"):
        cross_check(only, architecture=LARGE, cases=3)
    cross_check(MANUAL, architecture=LARGE, cases=3)


def test_of_one_case_it_is_said_and_no_property_fails_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    from helpers import drawn

    case = drawn.case(DEEP, "float32", "wide")
    cross_check(Harmed(lambda part: part, shown=False), case=case)
    assert "harmed: a relative error of 0.001 would have been seen in " in capsys.readouterr().out
