"""No correct program is wrong, however it uses its freedom; one that takes a little more is."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.cases.regimes import OFFSET, REGIMES
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from helpers import adversaries
from helpers.adversaries import ADVERSARIES, Adversary

WORK = [unit.draw()[0] for unit in units(120, 11, Menu(regimes=(*REGIMES, OFFSET.name)))]


def counted(by: Adversary) -> tuple[Counter[Verdict], float]:
    """Its verdicts, and the largest error/bound in one step."""
    found: Counter[Verdict] = Counter()
    worst = 0.0
    for pack in WORK:
        for finding in Judge(pack).findings(by, by.gradients(pack)):
            found.update(Verdict(v) for v in finding.verdict.ravel().tolist())
            worst = max(worst, float(np.nanmax(finding.step_ratio, initial=0.0)))
    return found, worst


@pytest.mark.parametrize("by", ADVERSARIES, ids=lambda by: by.name)
def test_an_adversary_that_keeps_to_the_assumptions_is_never_wrong(by: Adversary) -> None:
    found, worst = counted(by)
    assert found[Verdict.WRONG] == 0
    assert sum(found.values()) > 10_000
    assert 0.2 < worst <= 1


@pytest.mark.parametrize("name", ["plain", "textbook", "cancelled"])
def test_one_that_goes_beyond_c_is_wrong(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(adversaries, "SPARE", -30.0)
    found, _ = counted(next(by for by in ADVERSARIES if by.name == name))
    assert found[Verdict.WRONG] > 20


def test_there_are_twenty_and_no_two_are_alike() -> None:
    assert len({by.name for by in ADVERSARIES}) == len(ADVERSARIES) == 20
