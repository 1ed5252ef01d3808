from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.activations import ACTIVATIONS, Elementwise
from backproof.manual.case import Architecture
from backproof.manual.gradients import Quantity
from backproof.manual.network import feed_forward
from backproof.reference import registry
from helpers.drawn import pack

KINKED = [name for name, row in ACTIVATIONS.items() if isinstance(row, Elementwise) and row.kinks]


def on(name: str, dtype: str = "float64", cases: int = 4):  # type: ignore[no-untyped-def]
    return pack(Architecture((2, 4, 4, 2), (name, name, "identity")), dtype, ("kink",) * cases)


@pytest.mark.parametrize("name", KINKED)
def test_about_half_the_neurons_sit_on_a_kink_or_an_ulp_beside(name: str) -> None:
    of = on(name, cases=24)
    z, kinks = feed_forward(of)[0][0], [kink.at for kink in ACTIVATIONS[name].kinks]
    distance = np.min([np.abs(z - kink) for kink in kinks], axis=0)
    assert 0.2 < (distance == 0).mean() < 0.6
    assert 0.1 < ((distance > 0) & (distance <= 2 * np.spacing(max(kinks) + 2.0**-1074))).mean() < 0.5


@pytest.mark.parametrize(
    ("name", "backend"), [*((name, "numpy") for name in KINKED), *((name, "torch") for name in KINKED), ("selu", "jax")]
)
def test_no_convention_is_wrong_at_a_kink(name: str, backend: str) -> None:
    of, judged = on(name), registry.load(backend)
    verdicts = np.concatenate([one.verdict.ravel() for one in Judge(of).findings(judged, judged.gradients(of))])
    assert not (verdicts == Verdict.WRONG).any()
    if backend == "numpy":
        assert set(verdicts.tolist()) <= {Verdict.ACCURATE, Verdict.BLIND}
        # 6 of 412 for hardsigmoid, 1 for hardtanh, none of the others: one ulp of a sum that cancels is the whole of it
        assert (verdicts == Verdict.BLIND).sum() <= {"hardsigmoid": 6, "hardtanh": 1}.get(name, 0)


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_the_other_branch_is_undetermined_and_more_than_a_branch_is_wrong(
    factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, numpy, sigma = on("hardswish"), registry.load("numpy"), ACTIVATIONS["hardswish"]
    judge, right = Judge(of), sigma.slope

    def other(z):  # type: ignore[no-untyped-def]
        return np.where(z == 3, factor * 1.5, np.where(z == -3, factor * -0.5, right(z)))

    with monkeypatch.context() as patch:
        patch.setattr(type(sigma), "slope", lambda self, z: other(z))
        got = numpy.gradients(of)
    step = [finding for finding in judge.findings(numpy, got) if finding.place.quantity == Quantity.BP2]
    verdicts = {Verdict(v) for finding in step for v in np.unique(finding.verdict)}
    assert (Verdict.UNDETERMINED if factor == 1 else Verdict.WRONG) in verdicts
    assert (Verdict.WRONG in verdicts) == (factor != 1)
