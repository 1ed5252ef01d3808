"""Deep networks: where the bound of the whole sees nothing, the steps and the sharp bound do."""

from __future__ import annotations

import numpy as np
from backproof.agreement.judging.judge import or_blind
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import Architecture
from backproof.manual.gradients import Place, Quantity
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers import drawn
from helpers.harmed import Harmed
from helpers.judged import findings

DEEP = Architecture((8,) * 91, ("tanh",) * 90, "quadratic", "mean")


def test_depth_blinds_the_whole_and_every_step_still_speaks() -> None:
    """The running end-to-end bound of 90 layers has no end, and no number is larger than 10."""
    pack = drawn.pack(DEEP, "float32", regimes=("calm",), examples=4)
    whole = findings(Harmed(lambda part: part), pack)
    ends = [finding for place, finding in whole.items() if place.quantity in (Quantity.BP3, Quantity.BP4)]
    verdicts = np.concatenate([or_blind(finding.whole).ravel() for finding in ends])
    assert (verdicts == Verdict.BLIND).mean() > 0.9
    assert not (verdicts == Verdict.OUT_OF_RANGE).any()
    for layer in (1, 20):
        negated = findings(Harmed(lambda part: -part, layer=layer), pack)
        assert (negated[Place(Quantity.BP4, layer)].verdict == Verdict.WRONG).all()
    for place, finding in findings(MANUAL, pack).items():
        assert (finding.verdict <= Verdict.LOSSY).all(), place


def test_depth_does_not_blind_the_judge_of_gradients_alone() -> None:
    pack = drawn.pack(DEEP, "float32", regimes=("calm",), examples=1)
    right = findings(Harmed(lambda part: part, shown=False), pack)
    assert np.concatenate([(finding.verdict == Verdict.ACCURATE).ravel() for finding in right.values()]).mean() > 0.97
    wrong = findings(Harmed(lambda part: -part, layer=1, shown=False), pack)
    assert (wrong[Place(Quantity.BP4, 1)].verdict == Verdict.WRONG).mean() > 0.9


def test_below_what_is_wrong_a_right_step_does_not_vouch_for_a_whole_that_sees_nothing() -> None:
    pack = drawn.pack(DEEP, "float32", regimes=("calm",), examples=4)
    found = findings(Harmed(lambda z: 2 * z, part="z", layer=1), pack)
    assert (found[Place(Quantity.Z, 1)].verdict == Verdict.WRONG).any()
    beyond = found[Place(Quantity.BP4, 2)]
    assert beyond.step is not None
    assert (beyond.step.verdict == Verdict.ACCURATE).all()
    assert (beyond.verdict == Verdict.BLIND).mean() > 0.9
