"""Known deviations: ours for our own classes, a user's from a file, both strict."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.errors import UsageError
from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.deviation_file import take_in_deviations
from backproof.manual import Gradients, Pack
from backproof.manual.backprop import backprop
from backproof.manual.shapes import Array
from backproof.reference.deviations import deviations
from backproof.reference.jax_backends.jax_grad import UNFUSED_JIT
from backproof.reference.numpy_backends.manual_numpy import ManualNumpy
from backproof.reference.protocol import Traits
from helpers.every import none_of

ROW = """
[[deviation]]
id = "mine-half"
library = "mine"
versions = ">=1"
dtypes = ["float64"]
activation = "sigmoid"
excess = {{ slope = {slope}, low = -40.0, high = 40.0 }}
what = "the slope is off by 1e-6"
reference = "https://example.org/1"
witness = {{ cost = "quadratic", z = 0.5, y = 0.0 }}
"""
MINE = """
from dataclasses import replace
from backproof.manual.backprop import backprop

class Mine:
    name, version = "mine", "1.0"

    def supports(self, architecture, dtype):
        fits = architecture.activations == ("sigmoid",) and architecture.cost == "quadratic" and dtype == "float64"
        return None if fits else "no"

    def gradients(self, pack):
        got = backprop(pack)
        delta = got.delta[0] * (1 + {off})
        return replace(got, delta=(delta,), nabla_w=(delta @ pack.x.mT,), nabla_b=(delta.sum(axis=-1),))
"""


@dataclass(frozen=True)
class Thief(ManualNumpy):
    """No number wherever jax's unfused cross-entropy is known to give none."""

    name: str = UNFUSED_JIT.name
    version: str = UNFUSED_JIT.version
    traits: Traits = Traits(recomputes=False)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = backprop(pack)
        delta = (np.where(1 - got.a[-1] == 0, np.nan, got.delta[-1]) if got.a and got.delta else np.nan,)
        return replace(got, delta=delta)


def test_our_rows_are_not_for_who_merely_calls_himself_so() -> None:
    row = next(row for row in deviations.listed() if row.excess == "binary_rounded_away" and row.library == "jax")
    pack = row.witness_pack("float64")
    found = [finding.verdict for finding in Judge(pack).findings(Thief(), answer(Thief(), pack))]
    assert none_of((verdict == Verdict.KNOWN).any() for verdict in found)
    assert any((verdict == Verdict.WRONG).any() for verdict in found)
    assert row in deviations.known_of(UNFUSED_JIT)
    assert deviations.known_of(Thief()) == ()


def _check(tmp_path: Path, off: float, slope: float) -> tuple[int, dict[str, object]]:
    (tmp_path / "mine.py").write_text(MINE.format(off=off), "utf-8")
    (tmp_path / "mine.toml").write_text(ROW.format(slope=slope), "utf-8")
    arguments = ["check", "--cases", "90", "--backend", f"{tmp_path}/mine.py:Mine", "--activation", "sigmoid"]
    arguments += ["--cost", "quadratic", "--dtype", "float64", "--regime", "calm", "--regime", "zeros"]
    code = main([*arguments, "--deviations", f"{tmp_path}/mine.toml", "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out" / "record.json").read_text("utf-8"))["summary"]
    return code, summary


def test_a_row_of_ones_own_excuses_what_it_says_and_no_more(tmp_path: Path) -> None:
    code, summary = _check(tmp_path, off=1e-7, slope=1e-6)
    assert summary["wrong"] == 0
    assert summary["known"] > 0  # type: ignore[operator]
    assert [row["id"] for row in summary["known_deviations"]] == ["mine-half"]  # type: ignore[attr-defined]
    assert code == 0
    code, summary = _check(tmp_path, off=1e-3, slope=1e-6)
    assert summary["wrong"] > 0  # type: ignore[operator]
    assert code == 1
    assert deviations.every() == deviations.listed()  # the run's end lets go of it


def test_a_row_of_ones_own_that_no_longer_shows_is_stale(tmp_path: Path) -> None:
    code, summary = _check(tmp_path, off=0.0, slope=1e-6)
    assert code == 1
    assert "mine-half no longer shows in mine 1.0" in str(summary["stale_deviations"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("sigmoid", "sigmoyd"), "unknown activation 'sigmoyd': choose from"),
        (("float64", "float8"), "unknown dtype 'float8'"),
        ((">=1", "new"), "versions are 'new'"),
        (("1e-06", "-1.0"), "an excess is a number ≥ 0"),
        (("mine-half", "torch-softplus-threshold"), "is listed already: choose another id"),
        (("witness", "wittness"), "wit"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(ROW.format(slope=1e-6).replace(*change), "utf-8")
    with deviations.lasting(), pytest.raises(UsageError, match=said) as error:
        take_in_deviations(file)
    assert "mine.toml" in str(error.value)


def test_the_stated_excess_is_where_it_is_said_to_be() -> None:
    from backproof.manual.rounding.arithmetic import Inexact
    from backproof.reference.deviations.deviation_bounds import stated

    excess = stated("sigmoid", slope=1e-6, low=-1.0, high=1.0)
    z = Inexact(np.array([-1.5, -1.0, 0.0, 1.0, 1.5]), np.zeros(5))
    assert excess.slope(z, None).tolist() == [0, 1e-6, 1e-6, 1e-6, 0]
    assert not excess.value(z, None).any()
