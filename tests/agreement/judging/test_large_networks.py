"""Networks of real size: every entry certified, none drawn by lot, and balls not asked."""

from __future__ import annotations

from collections import Counter

import pytest
from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import Architecture, Pack
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from backproof.reference.truth import certified
from helpers import drawn
from helpers.harmed import Harmed, one_entry

MNIST = Architecture((784, 100, 10), ("sigmoid", "softmax"), "cross_entropy")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_entry_of_784_100_10_is_judged(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certified, "AFFORDABLE", 0)
    pack = Pack.of([drawn.case(MNIST, dtype, examples=32)])
    judge = Judge(pack)
    findings = judge.findings(MANUAL, answer(MANUAL, pack))
    assert sum(finding.verdict.size for finding in findings) > 2 * MNIST.parameters - 79_000
    counts = Counter(int(verdict) for finding in findings for verdict in finding.verdict.flat)
    assert set(counts) <= {Verdict.ACCURATE, Verdict.BLIND}
    # In float32 18 of 3,200 entries of z^1 and 2 of 78,400 of ∂C/∂W^1: sums that cancel to less than 8 bounds.
    assert counts[Verdict.BLIND] <= (20 if dtype == "float32" else 0)
    wrong = Harmed(one_entry(1 + 4e-5 if dtype == "float32" else 1 + 1e-10), layer=1)
    verdicts = [finding.verdict for finding in judge.findings(wrong, answer(wrong, pack))]
    assert sum(int((verdict == Verdict.WRONG).sum()) for verdict in verdicts) == 1
