"""The verdicts do not depend on the floating-point state that others leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement import Disagreement, cross_check, cross_check_vjp
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.judging.finding import Finding
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import judge_one
from backproof.agreement.running.session import Session, opened
from backproof.agreement.tally.tally import Tally
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.shapes import Array
from backproof.reference.arithmetic_state import unsound
from backproof.reference.numpy_backends.manual_numpy import MANUAL, ManualNumpy
from helpers import drawn
from helpers.arithmetic import CHANGES, changed


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In an empty folder and a session of its own: what is wrong here on purpose stays out of the footer."""
    monkeypatch.chdir(tmp_path)
    with opened(Session()):
        yield


WORK = [unit.draw() for unit in units(108, 3, Menu())]
SUBNORMAL = drawn.pack(Architecture((4, 5, 3), ("tanh", "sigmoid"), "quadratic"), regimes=("subnormal", "tiny") * 3)


def verdicts(findings: list[Finding]) -> list[Any]:
    return [finding.verdict.tolist() for finding in findings]


@pytest.mark.parametrize("how", CHANGES)
def test_a_state_that_is_bad_at_the_start_changes_no_verdict_and_no_enclosure(how: str) -> None:
    for pack, _ in WORK:
        got = MANUAL.gradients(pack)
        right = Judge(pack).findings(MANUAL, got)
        with changed(CHANGES[how]):
            here = Judge(pack).findings(MANUAL, got)
        assert verdicts(here) == verdicts(right)
        for one, other in zip(here, right, strict=True):
            for mine, theirs in zip(one.whole.truth, other.whole.truth, strict=True):
                np.testing.assert_array_equal(mine, theirs)


class StateChanging(ManualNumpy):
    """Right answers, and a changed state left behind."""

    def __init__(self, how: str) -> None:
        object.__setattr__(self, "how", how)
        super().__init__("culprit")

    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = backprop(pack)
        CHANGES[self.how]()  # type: ignore[attr-defined]
        return got


@pytest.mark.parametrize("how", CHANGES)
def test_a_check_names_the_guilty_backend_and_the_next_is_judged_rightly(how: str) -> None:
    tally, regimes = Tally(), ("subnormal",) * len(SUBNORMAL)
    for backend in (StateChanging(how), MANUAL):
        judge_one(Judge(SUBNORMAL), backend, regimes, tally)
    assert unsound() == ()
    assert tally.verdicts[Verdict.WRONG] == 0
    (sentence,) = tally.unsteady
    assert sentence.startswith("culprit left ")
    assert how in sentence


NETWORK = Architecture((2, 3, 2), ("tanh", "sigmoid"), "quadratic")


def flushing(weights: Any, biases: Any, x: Any, y: Any) -> Any:
    """Right when it is called first; after that subnormal numbers are 0."""
    got = backprop(replace(drawn.case(NETWORK), weights=tuple(weights), biases=tuple(biases), x=x, y=y))
    CHANGES["flushed"]()
    return got.nabla_w, got.nabla_b


def test_cross_check_warns_of_what_a_function_leaves_behind() -> None:
    with pytest.warns(UserWarning, match=r"flushing left subnormal numbers flushed to zero"):
        cross_check(flushing, case=drawn.case(NETWORK))
    assert unsound() == ()


def test_a_disagreement_says_so_too() -> None:
    with pytest.raises(Disagreement, match=r"flushing left subnormal numbers flushed to zero"):
        cross_check(flushing, architecture=NETWORK, cases=9)
    assert unsound() == ()


def test_a_product_alone_warns_likewise() -> None:
    def mine(z: Any, v: Any) -> Any:
        CHANGES["up"]()
        return np.zeros_like(v)

    with pytest.warns(UserWarning, match=r"left rounding up behind"), pytest.raises(AssertionError):
        cross_check_vjp(mine, "tanh", cases=10)
    assert unsound() == ()
