from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement.accuracy.onset import onsets
from backproof.agreement.accuracy.page import page, programs
from backproof.agreement.accuracy.probes import ElementwiseHead, Neurons, Probe, SoftmaxHead, probes
from backproof.agreement.accuracy.search import BATCH, Worst, WorstErrors, search
from backproof.agreement.accuracy.table import Accuracy
from backproof.agreement.cli.main import main
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.screen.numbers import ratio
from backproof.manual.activations import ACTIVATIONS, Elementwise
from backproof.manual.costs import COSTS
from backproof.manual.gradients import Quantity
from backproof.manual.network import feed_forward
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from backproof.reference.deviations import deviations
from helpers.every import every

EVERY = probes(tuple(ACTIVATIONS), tuple(COSTS))


def found(name: str, probe: Probe, dtype: str = "float64", budget: int = 1024) -> dict[Quantity, WorstErrors]:
    return {row.quantity: row for row in search([registry.load(name)], probe, dtype, {name: budget}, seed=0)}


def test_every_activation_with_a_slope_and_every_cost_has_a_probe() -> None:
    names = [probe.name for probe in EVERY]
    assert {name for name, row in ACTIVATIONS.items() if isinstance(row, Elementwise)} <= set(names)
    assert every(any(name.startswith(f"{cost} / ") for name in names) for cost in COSTS)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("probe", EVERY, ids=lambda probe: probe.name)
def test_the_weighted_inputs_are_the_points_exactly(probe: Probe, dtype: str) -> None:
    points = probe.draw(np.random.default_rng(0), BATCH, dtype)
    assert points.dtype == dtype
    assert np.isfinite(points).all()
    case = probe.case(points)
    assert case.architecture == probe.architecture(BATCH)
    assert (probe.each(feed_forward(case)[0][-1]) == points[:, : probe.logits]).all()


def test_points_near_others_are_other_points_with_the_same_label() -> None:
    probe, rng = SoftmaxHead("cross_entropy", "softmax"), np.random.default_rng(0)
    points = probe.draw(rng, BATCH, "float32")
    near = probe.near(rng, points)
    assert near.dtype == np.float32
    assert (near[:, 3] == points[:, 3]).all()
    assert (near != points).any(axis=1).mean() > 0.5
    assert np.abs(near[:, :3] - points[:, :3]).max() <= np.abs(points[:, :3]).max()


def test_targets_keep_away_from_the_value() -> None:
    case = Neurons("tanh").case(np.array([[-30.0], [30.0]]))
    assert case.y.ravel().tolist() == [2.0, -2.0]


def test_the_worst_points_are_kept_and_what_is_undecided_is_not() -> None:
    worst = Worst()
    worst.note(np.array([1.0, np.nan, np.inf, 0.0, -1.0]), np.arange(5.0)[:, None])
    assert worst.points == [(np.inf, (2.0,)), (1.0, (0.0,))]
    assert worst.value == np.inf
    assert Worst().at is None


def test_the_threshold_of_softplus_is_found() -> None:
    """torch turns linear at z > 20; nobody tells the search."""
    slope = found("torch", Neurons("softplus"))[Quantity.BP1]
    assert slope.ulps.at is not None
    assert 20 < slope.ulps.at[0] < 20.1
    assert slope.ulps.value > 1e7
    assert slope.verdict == Verdict.KNOWN


def test_the_slope_of_a_saturated_sigmoid_is_found_to_be_lost_but_not_by_the_stable_formula() -> None:
    for name in ("torch", "numpy.textbook"):
        slope = found(name, Neurons("sigmoid"), budget=256)[Quantity.BP1]
        assert slope.ulps.value > 1e15
        assert slope.verdict == Verdict.LOSSY
        assert slope.ratio.value < 1
    stable = found("numpy", Neurons("sigmoid"), budget=256)[Quantity.BP1]
    assert stable.ulps.value < 8
    assert stable.verdict == Verdict.ACCURATE


def test_an_unfused_cost_is_found_to_answer_no_number() -> None:
    row = found("jax.unfused", ElementwiseHead("cross_entropy", "sigmoid"), budget=256)[Quantity.BP1]
    assert row.ulps.value == np.inf
    assert row.verdict == Verdict.KNOWN


FACTS = [  # found by hand, with plots, before there was a search
    ("jax", Neurons("tanh"), "eps", 6.5, 7.5, 18, 20.1),
    ("jax", Neurons("gelu_tanh"), "eps", 130, 200, 6.5, 8),
    ("jax", Neurons("mish"), "eps", 100, 150, 18, 21),
    ("jax", ElementwiseHead("cross_entropy", "sigmoid"), "ulps", 25, 33, 30, 37),
]


@pytest.mark.parametrize(("name", "probe", "measure", "least", "most", "low", "high"), FACTS)
def test_what_was_known_is_found_again_and_no_search_is_told_where(
    name: str, probe: Probe, measure: str, least: float, most: float, low: float, high: float
) -> None:
    worst = getattr(found(name, probe, budget=512)[Quantity.BP1], measure)
    assert worst.at is not None
    assert least < worst.value < most
    assert low < abs(worst.at[0]) < high


def test_a_gradient_that_passes_zero_loses_ulps_but_no_eps() -> None:
    row = found("torch", Neurons("mish"), budget=256)[Quantity.BP1]
    assert row.ulps.value > 100
    assert row.eps.value < 20


def test_off_the_list_the_same_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deviations, "listed", lambda: ())
    assert found("torch", Neurons("softplus"), budget=256)[Quantity.BP1].verdict == Verdict.WRONG


def test_where_digits_begin_to_go() -> None:
    backends = [registry.load(name) for name in ("numpy", "torch")]
    rows = {(row.backend, row.line): row for row in onsets(backends, Neurons("sigmoid"), "float64")}
    assert list(rows) == [("torch", "")]
    row = rows["torch", ""]
    assert row.half is not None
    assert row.all is not None
    assert 18 < row.half < 24  # σ′ ≈ e^-z, off by u: u e^z = 1e-8
    assert 36 < row.all < 38
    assert row.broken is None


def accuracy(rows: list[WorstErrors]) -> Accuracy:
    backends = [registry.load("torch")]
    environment = {"platform": "here", "cpu": "this", "python": "3"}
    lost = [*onsets(backends, Neurons("sigmoid"), "float64")]
    return Accuracy({"torch": "2"}, environment, {"torch": 256}, 0, rows, lost, "backproof accuracy")


@pytest.fixture(scope="module")
def told() -> Accuracy:
    return accuracy(search([registry.load("torch")], Neurons("softplus"), "float64", {"torch": 256}, 0))


def test_the_three_ways_of_writing_it_tell_the_same(told: Accuracy) -> None:
    document: Any = json.loads(told.json())
    slope = next(row for row in document["rows"] if row["quantity"] == "BP1")
    assert document["schema"] == "backproof/accuracy/1"
    assert slope["verdict"] == "known"
    digits = f"{slope['ulps']:.3g}"
    row = next(line for line in told.text().splitlines() if line.startswith("  ✓ torch δ   known   "))
    assert row.endswith(f"│ {ratio(slope['ratio'])}  at {slope['ratio_at'][0]:.4g}")
    assert "[" not in told.text()
    assert f"{digits} at {slope['at'][0]:.4g} **known**" in told.markdown()
    assert "| sigmoid |  | float64 | 21" in told.markdown()


def test_the_page_says_what_it_was_made_with_and_fills_every_place(told: Accuracy) -> None:
    text = page(told, date(2026, 1, 2))
    assert "Made 2026-01-02, here, this, Python 3; torch 2. Points a row: torch 256; seed 0." in text
    assert "\n```sh\nbackproof accuracy\n```\n" in text
    assert programs() in text
    assert not re.findall(r"\{\w+\}", text)


def test_no_number_is_null_and_what_is_unsupported_says_why() -> None:
    broken = WorstErrors("torch", "x", Quantity.BP1, "float64", verdict=Verdict.WRONG)
    for measure in (broken.ulps, broken.ratio):
        measure.note(np.array([np.inf]), np.ones((1, 1)))
    refused = WorstErrors("torch", "y", Quantity.BP1, "float64", reason="never heard of it")
    both = accuracy([broken, refused])
    assert [row["ulps"] for row in json.loads(both.json())["rows"]] == [None, 0.0]
    assert "  ✗ torch δ   wrong   no number  at 1" in both.text()
    assert "  ? torch δ\n" in both.text()
    assert "unsupported: never heard of it" in both.text()


def test_the_command_measures_what_is_named_and_disagrees_off_the_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    requested = ["accuracy", "--budget", "256", "--activation", "softplus", "--backend", "torch", "--dtype", "float64"]
    assert main([*requested, "--out", "table.txt"]) == 0
    assert capsys.readouterr().out == ""
    lines = Path("table.txt").read_text("utf-8").splitlines()
    assert lines[0] == "softplus, float64"
    assert [line.split()[1:3] for line in lines[2:4]] == [["torch", "a"], ["torch", "δ"]]
    monkeypatch.setattr(deviations, "listed", lambda: ())
    assert main(requested) == 1


@pytest.mark.parametrize(
    ("budgets", "message"),
    [
        (["none"], "budget is 'none': N or B=N is needed, at least 2 points"),
        (["1"], "budget is '1'"),
        (["torch="], "budget is ''"),
        (["jax=64"], "budget is jax=64: 'jax' is none of torch"),
    ],
)
def test_a_budget_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], budgets: list[str], message: str) -> None:
    given = [part for budget in budgets for part in ("--budget", budget)]
    assert main(["accuracy", "--backend", "torch", *given]) == 2
    assert message in capsys.readouterr().err


def test_a_backend_has_a_budget_of_its_own_and_the_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    requested = ["--backend", "numpy", "--backend", "torch", "--dtype", "float32", "--activation", "relu"]
    requested += ["--budget", "384", "--budget", "torch=128", "--format", "json"]
    assert main(["accuracy", *requested]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["settings"]["budgets"] == {"numpy": 384, "torch": 128}
    entries = {row["backend"]: row["entries"] for row in document["rows"] if row["quantity"] == "a"}
    assert entries == {"numpy": 384, "torch": 128}
    assert document["command"] == "backproof accuracy --backend numpy --backend torch --dtype float32 " + (
        "--activation relu --budget 384 --budget torch=128 --format json"
    )


def test_docs_have_the_programs_of_today() -> None:
    assert programs() in (Path(__file__).parents[3] / "docs" / "accuracy.md").read_text("utf-8")
