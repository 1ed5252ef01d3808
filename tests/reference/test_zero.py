from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import Settings, run
from backproof.manual.case import Architecture
from backproof.reference.zero import ZERO
from helpers.every import none_of

Cell = tuple[str, ...]


def _counted() -> tuple[Counter[Cell], Counter[Cell], Counter[Cell]]:
    """Per dtype, activation, quantity and regime: entries whose truth is a normal number and of which a digit was
    decided, those called wrong, and all those that exceed their own end-to-end bound.
    """
    decided: Counter[Cell] = Counter()
    wrong: Counter[Cell] = Counter()
    visible: Counter[Cell] = Counter()
    for unit in Settings(cases=135, seed=2).units():
        pack, regimes = unit.draw()
        for finding in Judge(pack).findings(ZERO, answer(ZERO, pack)):
            truth, of, place = finding.whole.truth, pack.architecture, finding.place
            counted = finding.nonzero & (finding.verdict <= Verdict.WRONG) & ~finding.lost
            seen = finding.nonzero & (np.abs(truth.hi) - truth.radius > finding.whole.bounds.open)
            for k, regime in enumerate(regimes):
                cell = (pack.dtype.name, of.cost, of.activations[place.layer - 1], place.quantity.value, regime)
                decided[cell] += int(counted[k].sum())
                visible[cell] += int(seen[k].sum())
                wrong[cell] += int((counted[k] & (finding.verdict[k] == Verdict.WRONG)).sum())
    return decided, wrong, visible


@pytest.mark.usefixtures("as_users_have_it")  # a tenth of the time
def test_zero_is_wrong_in_every_entry_that_the_bound_does_not_hide() -> None:
    decided, wrong, visible = _counted()
    assert sum(map(bool, decided.values())) > 200
    assert {cell for cell in visible if wrong[cell] < visible[cell]} == set()
    assert {cell: wrong[cell] / n for cell, n in decided.items() if n and wrong[cell] < 0.99 * n} == {}


@pytest.mark.usefixtures("as_users_have_it")
def test_zero_is_wrong_somewhere_in_every_case_whose_gradient_is_not_0() -> None:
    tally = run(Settings(cases=45, seed=3), [ZERO])
    assert tally.wrong_cases >= 0.98 * tally.cases
    assert tally.disagrees


def test_zero_takes_everything() -> None:
    assert ZERO.supports(Architecture((1, 1), ("relu",)), "float32") is None
    pack = Settings(cases=9).units()[0].draw()[0]
    got = answer(ZERO, pack)
    assert none_of(np.any(part) for _, part in got.items())
    assert {part.dtype for _, part in got.items()} == {pack.dtype}
