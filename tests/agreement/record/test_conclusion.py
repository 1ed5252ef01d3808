from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu
from backproof.agreement.record.conclusion import RunVerdict, agreeing
from backproof.agreement.record.record import Record
from backproof.agreement.report import terminal
from backproof.agreement.running.check import Settings, run
from backproof.manual import Architecture, Gradients, Pack
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from backproof.reference.protocol import Backend
from helpers.harmed import Harmed

DEEP = Menu(dtypes=("float32",), architecture=Architecture((8,) * 25, ("tanh",) * 24, "quadratic", "mean"))
SHORT = Menu(dtypes=("float64",), architecture=Architecture((2, 2), ("tanh",), "quadratic", "mean"))


def _record(menu: Menu, *backends: Backend, cases: int = 9, missing: tuple[str, ...] = ()) -> Record:
    settings = Settings(backends=tuple(backend.name for backend in backends), menu=menu, cases=cases)
    versions = {backend.name: backend.version for backend in backends}
    return Record.of(run(settings, backends), settings, versions, 0.0, missing)


@dataclass(frozen=True)
class Blindfolded(Harmed):
    """0 wherever nothing is to be seen."""

    name: str = "blindfolded"

    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = super().gradients(pack)
        return Gradients(tuple(0 * w for w in got.nabla_w[:-1]) + got.nabla_w[-1:], got.nabla_b)


@dataclass(frozen=True)
class SilentHarmed(Harmed):
    name: str = "silent"

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return "never"


def test_all_that_is_seen_agrees() -> None:
    record = _record(SHORT, MANUAL)
    assert record.conclusion == (RunVerdict.AGREE, ())
    assert terminal.render(record, None).startswith("✓ The gradients are right: 0 wrong of ")


def test_a_run_that_saw_too_little_is_incomplete_and_says_how_little() -> None:
    only = Harmed(lambda part: part, shown=False)
    record = _record(replace(DEEP, regimes=("wide",)), only, MANUAL)
    assert record.conclusion.verdict is RunVerdict.INCOMPLETE
    (unseen,) = record.conclusion.unseen
    assert "of the nonzero ∂C/∂W and ∂C/∂b of harmed in float32 were judged sharply, 50 % are needed" in unseen
    assert agreeing(record.summary) == ["numpy"]
    first = " ".join(terminal.render(record, None).partition("\n\n")[0].split())
    assert first.startswith("? Incomplete: ")
    assert unseen in first
    assert ". numpy: 0 wrong of " in first


def test_zeros_where_nothing_can_be_seen_are_not_agreement() -> None:
    record = _record(replace(DEEP, regimes=("wide",)), Blindfolded(lambda part: part, shown=False))
    assert record.summary["wrong"] or record.conclusion.verdict is RunVerdict.INCOMPLETE


def test_a_backend_of_which_nothing_was_decided_is_not_named_among_those_that_agree() -> None:
    record = _record(SHORT, MANUAL, SilentHarmed(lambda part: part))
    assert record.conclusion == (RunVerdict.INCOMPLETE, ("no entry of silent was decided",))
    assert agreeing(record.summary) == ["numpy"]
    lines = terminal.render(record, None).splitlines()
    assert lines[0].startswith("? Incomplete: no entry of silent was decided. numpy: 0 wrong of ")
    assert any(line.startswith("  ? silent") and line.endswith("nothing decided") for line in lines)


def test_what_is_missing_is_said_first_and_a_disagreement_before_it() -> None:
    missing = ("jax: jax cannot be imported",)
    assert _record(SHORT, MANUAL, missing=missing).conclusion.verdict is RunVerdict.INCOMPLETE
    wrong = _record(SHORT, Harmed(lambda part: 2 * part), missing=missing)
    assert wrong.conclusion == (RunVerdict.DISAGREE, ("not checked, jax: jax cannot be imported",))
    lines = terminal.render(wrong, None).splitlines()
    assert lines[0].startswith("✗ harmed is wrong in ")
    assert "  ? incomplete: not checked, jax: jax cannot be imported" in lines


def test_a_stale_deviation_disagrees_in_every_word() -> None:
    record = _record(SHORT, MANUAL)
    record.document["summary"]["stale_deviations"].append("x no longer shows")
    assert record.conclusion.verdict is RunVerdict.DISAGREE
    assert terminal.render(record, None).startswith("✗ A known deviation no longer shows. numpy is right.")


def test_subnormal_numbers_are_not_held_against_a_backend() -> None:
    record = _record(replace(SHORT, dtypes=("float32",), regimes=("subnormal",)), MANUAL)
    assert record.summary["blind"] > 0
    assert record.conclusion.verdict is RunVerdict.AGREE


def test_an_older_record_does_not_know_what_was_seen() -> None:
    record = _record(replace(DEEP, regimes=("wide",)), Harmed(lambda part: part, shown=False))
    for key in ("sharpness", "missing", "lost"):
        del record.document["summary"][key]
    for cell in record.document["cells"]:
        for mark in ("lost", "nonzero", "sharp"):
            del cell[mark]
    assert record.conclusion.verdict is RunVerdict.AGREE
    assert terminal.render(record, None).startswith("✓ The gradients are right")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_right_library_is_seen_well_enough_in_16_bits(dtype: str) -> None:
    from backproof.reference.torch_backends.torch_autograd import AUTOGRAD

    record = _record(Menu(dtypes=(dtype,)), AUTOGRAD, cases=90)
    assert record.conclusion.verdict is RunVerdict.AGREE
    (row,) = record.summary["sharpness"]
    assert 0.5 < row["sharp"] / row["nonzero"] < 1
    assert np.isfinite(row["nonzero"])
