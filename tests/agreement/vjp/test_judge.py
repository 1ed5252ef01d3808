from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement import Disagreement, UsageError, cross_check_vjp
from backproof.agreement.cli.main import main
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.vjp.judge import Author, judge_vjp
from backproof.agreement.vjp.operations import operations
from backproof.manual import costs
from backproof.manual.activations import ACTIVATIONS, CORE
from backproof.manual.costs import COSTS
from backproof.manual.shapes import Array
from backproof.reference.protocol import Traits
from helpers.later import long_but
from helpers.vjps import by_hand, of_jax, of_torch

HEADS = [name for name in operations() if "/" in name]
ON_TANH = [name for name in HEADS if COSTS[name.split("/")[0]].labels or name.endswith(("/tanh", "/softmax"))]
"""Every cost on every kind of output: a label's, an elementwise one, a softmax."""
BLIND_AT_0 = {"quadratic/softmax", "huber/softmax", "log_cosh/softmax"}
"""Where all outputs are equal, g_j − g_k is nothing but what rounding left of a."""


def _most(name: str) -> float:
    """The share of its entries that are decided, at least."""
    return 0.7 if name in BLIND_AT_0 else 0.9


EVERY = ["affine", *ACTIVATIONS, *ON_TANH]
QUICK = ["affine", *CORE, *(name for name in ON_TANH if name.split("/")[0] in costs.CORE)]


def test_every_operation_of_a_network_is_there() -> None:
    pairs = {f"{cost}/{output}" for cost, row in COSTS.items() for output in row.heads or ACTIVATIONS}
    assert set(operations()) == {"affine", *ACTIVATIONS, *pairs}


@pytest.mark.parametrize("name", long_but(*QUICK, of=EVERY))
def test_by_hand_every_operation_is_accurate_in_every_regime(name: str) -> None:
    report = cross_check_vjp(by_hand(name), name, cases=40)
    assert report.cases >= 40
    assert report.verdicts[Verdict.LOSSY] == report.verdicts[Verdict.KNOWN] == report.verdicts[Verdict.WRONG] == 0
    assert report.verdicts[Verdict.ACCURATE] >= _most(name) * sum(report.verdicts.values())
    assert report.worst_ratio <= 1


@pytest.mark.parametrize("name", long_but(*QUICK, of=EVERY))
def test_torch_s_own_are_right_or_listed(name: str) -> None:
    vjp = of_torch(name)
    if vjp is None:
        assert "tanhshrink" in name or "log_cosh" in name
        return
    version = pytest.importorskip("torch").__version__
    report = cross_check_vjp(vjp, name, cases=40, author=Author("torch", version))
    known = name in ("softplus", "hardsigmoid", "smoothed_cross_entropy/softmax", "kl/softmax")
    assert report.verdicts[Verdict.KNOWN] == 0 or known
    assert report.decided >= _most(name) * sum(report.verdicts.values())


@pytest.mark.parametrize("name", long_but(*QUICK, of=EVERY))
def test_jax_s_own_are_right(name: str) -> None:
    vjp = of_jax(name)
    if vjp is None:
        assert "tanhshrink" in name
        return
    version = pytest.importorskip("jax").__version__
    author = Author("jax", version, Traits(flushes=True, recomputes=False))
    report = cross_check_vjp(vjp, name, cases=10, dtypes=("float64",), author=author)
    assert report.verdicts[Verdict.KNOWN] == 0
    # It flushes, and a tenth of the cases are of the regime subnormal.
    assert report.decided >= (_most(name) - 1 / 10) * sum(report.verdicts.values())


def _times(part: int, factor: float) -> Callable[[Any], Any]:
    return lambda got: tuple(g * g.dtype.type(factor) if i == part else g for i, g in enumerate(got))


WRONG: list[tuple[str, Callable[..., Any], str]] = [
    ("affine", lambda w, b, a, v: (v @ a.T * (1 + w.dtype.type(2.0**-12)), v.sum(1), w.T @ v), "∂W"),
    ("affine", lambda w, b, a, v: (v @ a.T, v.mean(1), w.T @ v), "∂b"),
    ("affine", lambda w, b, a, v: (v @ a.T, v.sum(1), -w.T @ v), "∂a"),
    ("sigmoid", lambda z, v: by_hand("sigmoid")(z, v) * (1 + z.dtype.type(2.0**-18)), "∂C/∂z"),
    ("tanh", lambda z, v: v * (1 - np.tanh(z)), "∂C/∂z"),
    ("relu", lambda z, v: np.where(z > -1e-3, v, 0).astype(z.dtype), "∂C/∂z"),
    ("softplus", lambda z, v: v, "∂C/∂z"),
    ("softmax", lambda z, v: v * by_hand("softmax")(z, np.ones_like(v)), "∂C/∂z"),
    ("cross_entropy/softmax", lambda z, y: ACTIVATIONS["softmax"].value(z), "∂C/∂z"),
    ("cross_entropy/sigmoid", lambda z, y: np.nan * z, "∂C/∂z"),
    ("quadratic/tanh", lambda z, y: 2 * by_hand("quadratic/tanh")(z, y), "∂C/∂z"),
]


@pytest.mark.parametrize(("name", "vjp", "result"), WRONG)
def test_a_wrong_one_is_told_with_its_entry(name: str, vjp: Callable[..., Any], result: str) -> None:
    report = judge_vjp(vjp, name, cases=20)
    assert report.disagrees
    assert {entry.result for entry in report.wrong} == {result}
    worst = report.wrong[0]
    assert worst.operation == name
    assert not worst.ratio <= 1
    assert not abs(worst.got - worst.truth) <= worst.bound
    of = operations()[name]
    assert set(worst.arguments) <= set(of.takes)
    message = f"{name} is wrong in {result}, entry ["
    assert message in str(report)
    with pytest.raises(Disagreement) as raised:
        cross_check_vjp(vjp, name, cases=20)
    assert message in str(raised.value)


def test_the_arguments_that_are_told_give_the_truth() -> None:
    worst = judge_vjp(lambda z, v: 2 * by_hand("tanh")(z, v), "tanh", cases=20, dtypes=("float64",)).wrong[0]
    z, v = (np.array(worst.arguments[name]) for name in ("z", "v"))
    assert by_hand("tanh")(z, v) == pytest.approx(worst.truth, rel=1e-14)
    worst = judge_vjp(lambda w, b, a, v: (v @ a.T, v.sum(1), 2 * w.T @ v), "affine", cases=20).wrong[0]
    assert np.dot(worst.arguments["W"], worst.arguments["v"]) == pytest.approx(worst.truth, rel=1e-5)


def test_digits_lost_are_no_error_and_a_kink_is_nobody_s() -> None:
    def textbook(z: Array, v: Array) -> Array:
        a = ACTIVATIONS["sigmoid"].value(z)
        return v * a * (1 - a)

    assert judge_vjp(textbook, "sigmoid", cases=40).verdicts[Verdict.LOSSY] > 0
    other = cross_check_vjp(lambda z, v: np.where(z >= 0, v, 0).astype(z.dtype), "relu", cases=40)
    assert other.verdicts[Verdict.UNDETERMINED] > 0


def test_a_listed_deviation_is_that_library_s_alone() -> None:
    def linear_beyond_20(z: Array, v: Array) -> Array:
        return np.where(z > 20, v, by_hand("softplus")(z, v)).astype(z.dtype)

    assert judge_vjp(linear_beyond_20, "softplus", dtypes=("float64",)).verdicts[Verdict.WRONG] > 0
    report = cross_check_vjp(linear_beyond_20, "softplus", dtypes=("float64",), author=Author("torch", "2.13.0"))
    assert report.verdicts[Verdict.KNOWN] > 0


def test_what_raises_or_has_another_shape_is_told() -> None:
    def raises(z: Array, v: Array) -> Array:
        raise KeyError("z")

    for vjp, message in [
        (raises, "tanh raised KeyError: 'z'"),
        (lambda z, v: v[:1], "is needed"),
        (lambda z, v: v.astype(np.float32), "tanh gave float32 ("),
        (lambda z, v: None, "tanh gave object () where float64 ("),
    ]:
        with pytest.raises(Disagreement, match="tanh") as raised:
            cross_check_vjp(vjp, "tanh", cases=40, dtypes=("float64",))
        assert message in str(raised.value)


def test_what_writes_to_its_input_fails_with_the_remedy() -> None:
    def greedy(z: Array, v: Array) -> Array:
        got = by_hand("tanh")(z, v)
        z[...] = v[...] = 0
        return got

    with pytest.raises(Disagreement, match="tanh wrote to its input, z: copy an array before changing it"):
        cross_check_vjp(greedy, "tanh", cases=10)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown operation 'swish': choose from affine, sigmoid, .* or a cost"):
        judge_vjp(by_hand("tanh"), "swish")
    with pytest.raises(UsageError, match="dtypes are \\('float8',\\): choose from float64, float32"):
        judge_vjp(by_hand("tanh"), "tanh", dtypes=("float8",))
    with pytest.raises(UsageError, match="seed is -1: an integer ≥ 0"):
        judge_vjp(by_hand("tanh"), "tanh", seed=-1)
    with pytest.raises(UsageError, match=r"3 is no function \(z, v\)"):
        judge_vjp(3, "tanh")  # type: ignore[arg-type]  # what the message is for


MINE = """
import numpy as np

def right(z, v):
    return v * 1 / np.cosh(z) ** 2 if np.abs(z).max() < 300 and z.dtype == np.float64 else stable(z, v)

def stable(z, v):
    e = np.exp(-2 * np.abs(z))
    return v * (4 * e / (1 + e) ** 2)

def wrong(z, v):
    return v * (1 - np.tanh(z))
"""


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE, "utf-8")
    said = ["vjp", "mine.py:stable", "--operation", "tanh", "--cases", "20"]
    assert main(said) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("✓ tanh is right: 0 wrong of 320 entries.\n")
    assert [line.split()[1] for line in printed.splitlines() if line.startswith("  ✓ ")] == ["float64", "float32"]
    assert "\n  20 cases\n" in printed
    said[1] = "mine.py:wrong"
    assert main(said) == 1
    assert "tanh is wrong in ∂C/∂z, entry [" in capsys.readouterr().out
    assert main([*said, "--format", "json", "--dtype", "float32"]) == 1
    document = json.loads(capsys.readouterr().out)
    entry = document["disagreements"][0]
    assert (document["operation"], entry["result"], entry["dtype"]) == ("tanh", "∂C/∂z", "float32")
    assert float.fromhex(entry["ratio"]) > 1
    assert 0 < document["wrong"] <= document["entries"] == sum(document[verdict.word] for verdict in Verdict)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mine.py", "--operation", "tanh"], "'mine.py': FILE.py:NAME is needed"),
        (["none.py:f", "--operation", "tanh"], "none.py"),
        (["mine.py:left", "--operation", "tanh"], "mine.py has no 'left': it has right, stable, wrong"),
        (["mine.py:right", "--operation", "tan"], "unknown operation 'tan'"),
        (["mine.py:right", "--operation", "tanh", "--cases", "0"], "cases is 0: at least 1 is needed"),
    ],
)
def test_bad_usage_is_one_line(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE, "utf-8")
    assert main(["vjp", *words]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def stable_softmax(z: Array, v: Array) -> Array:
    """p_j Σ_k p_k (v_j − v_k)."""
    e = np.exp(z - z.max(axis=0))
    p = e / e.sum(axis=0)
    return np.asarray(p * (p[None] * (v[:, None] - v[None])).sum(axis=1))


def usual_softmax(z: Array, v: Array) -> Array:
    """p ⊙ (v − pᵀv)."""
    e = np.exp(z - z.max(axis=0))
    p = e / e.sum(axis=0)
    return np.asarray(p * (v - (p * v).sum(axis=0)))


def _where_almost_sure(change: Callable[[Array], Array]) -> Callable[[Array, Array], Array]:
    def changed(z: Array, v: Array) -> Array:
        got, e = stable_softmax(z, v), np.exp(z - z.max(axis=0))
        return np.where(e / e.sum(axis=0) > 1 - 4 * np.finfo(z.dtype).eps, change(got), got)

    return changed


def test_the_form_of_the_softmax_that_does_not_cancel_loses_no_digit_and_the_usual_one_does() -> None:
    stable, usual = judge_vjp(stable_softmax, "softmax"), judge_vjp(usual_softmax, "softmax")
    assert stable.verdicts[Verdict.LOSSY] == stable.verdicts[Verdict.WRONG] == 0
    assert usual.verdicts[Verdict.WRONG] == 0
    assert usual.verdicts[Verdict.LOSSY] > usual.lost > 0


@pytest.mark.parametrize("change", [lambda got: -got, lambda got: 0 * got], ids=["turned", "thrown away"])
def test_the_likeliest_entry_turned_or_thrown_away_is_not_accurate(change: Callable[[Array], Array]) -> None:
    report = judge_vjp(_where_almost_sure(change), "softmax")
    right = judge_vjp(stable_softmax, "softmax")
    assert report.lost + report.verdicts[Verdict.WRONG] > 20
    assert report.verdicts[Verdict.ACCURATE] < right.verdicts[Verdict.ACCURATE]
    assert "lost" in str(report)
