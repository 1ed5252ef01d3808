"""The second certificate itself: what is inside its bound passes, what is four times outside is called wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from backproof.agreement.certificates.certify import subject_of
from backproof.agreement.certificates.operations import BITS, certify_operations, judge
from backproof.agreement.certificates.subject import ExecutedOperation
from backproof.agreement.judging.verdict import Verdict
from backproof.reference.graph.arrays import to_floats
from backproof.reference.graph.exact import walk
from backproof.reference.graph.graph import FLOATS
from backproof.reference.graph.rounding import FORMATS, widen, with_rounded_literals
from flint import arb, ctx
from helpers.torch_steps import made

STEPS = ("transformer encoder layer", "residual block, batch norm", "group and layer norm", "LSTM")


def executed(name: str) -> list[ExecutedOperation]:
    loss, (first, *rest) = made(name)
    return list(subject_of(loss, first, rest, None).operations())


def enclosed(operation: ExecutedOperation):
    graph = with_rounded_literals(operation.graph)
    with ctx.workprec(BITS):
        return walk(graph, operation.given, adjust=widen(graph))[operation.graph.outputs[0]]


def moved(operation: ExecutedOperation, by: float) -> ExecutedOperation | None:
    """The operation with its first result's largest entry moved by so many bounds; None where the bound is 0."""
    number = operation.graph.outputs[0]
    if operation.graph.values[number].dtype not in FLOATS or operation.otherwise[Verdict.LOSSY]() is not None:
        return None
    with np.errstate(all="ignore"):
        balls = enclosed(operation)
    truth = to_floats(balls)
    radius = np.array([float(x.rad()) for x in balls.ravel()]).reshape(truth.shape)
    place = int(np.argmax(np.where(np.isfinite(truth), np.abs(truth), -1)))
    if not 0 < radius.flat[place] < np.abs(truth.flat[place]) / 64:
        return None
    got = np.array(operation.gave[0], dtype=np.float64)
    got.flat[place] = truth.flat[place] + by * radius.flat[place]
    return operation._replace(gave=(got, *operation.gave[1:]))


@pytest.mark.parametrize("name", STEPS)
def test_a_kernel_off_by_four_times_its_bound_is_wrong(name: str) -> None:
    planted = [other for operation in executed(name) if (other := moved(operation, 4.0)) is not None]
    assert len(planted) >= 5
    for operation in planted:
        found = certify_operations([operation], flushes=False)
        assert found.verdicts[Verdict.WRONG] == 1, operation.name
        assert found.wrong[0].name == operation.name


@pytest.mark.parametrize("name", STEPS)
def test_one_that_uses_its_bound_up_is_not(name: str) -> None:
    planted = [other for operation in executed(name) if (other := moved(operation, -0.99)) is not None]
    found = certify_operations(planted, flushes=False)
    assert not found.verdicts[Verdict.WRONG]
    assert 0.9 < found.worst_ratio <= 1


def test_a_result_that_is_no_number_is_wrong_where_the_exact_one_is() -> None:
    operation = next(o for o in executed("LSTM") if o.name == "aten.mean")
    spoiled = operation._replace(gave=(np.full_like(operation.gave[0], np.nan),))
    assert certify_operations([spoiled], flushes=False).verdicts[Verdict.WRONG] == 1


def test_what_only_moves_numbers_has_no_tolerance() -> None:
    operation = next(o for o in executed("transformer encoder layer") if o.name == "aten.clone")
    nudged = np.nextafter(np.array(operation.gave[0], np.float32), np.float32(np.inf))
    found = certify_operations([operation._replace(gave=(nudged,))], flushes=False)
    assert found.verdicts[Verdict.WRONG] == nudged.size


def test_digits_that_the_textbooks_gelu_loses_are_lossy() -> None:
    x = torch.linspace(-5.5, -1.5, 400)
    subject = subject_of(lambda w: torch.nn.functional.gelu(w).sum(), x, (), None)
    rows = certify_operations(subject.operations(), subject.flushes).rows
    assert rows["aten.gelu"].verdicts[Verdict.LOSSY] >= 50
    assert not rows["aten.gelu"].verdicts[Verdict.WRONG]


def test_a_listed_deviation_is_known() -> None:
    x = torch.linspace(-4, 4, 16, dtype=torch.float64)
    subject = subject_of(lambda w: torch.nn.functional.hardsigmoid(w).sum(), x, (), None)
    row = certify_operations(subject.operations(), subject.flushes).rows["aten.hardsigmoid_backward"]
    assert row.verdicts[Verdict.KNOWN] >= 8
    assert not row.verdicts[Verdict.WRONG]


def test_beyond_the_range_is_no_error() -> None:
    from flint import arb

    one = judge(np.array([arb(1e39)], dtype=object), np.array([np.inf]), FORMATS["float32"].largest)
    assert one.verdict.tolist() == [Verdict.OUT_OF_RANGE]


SHALLOW = {
    "log_softmax": lambda w: w.log_softmax(1),
    "rsqrt": lambda w: (w.abs() + 0.1).rsqrt(),
    "added thirds": lambda w: torch.add(w, w.T, alpha=0.3),
    "pow": lambda w: w**3,
}


@pytest.mark.parametrize("name", SHALLOW)
def test_16_bits_kept_between_a_kernel_s_steps_are_lossy(name: str) -> None:
    """torch's kernels on the CPU round to bfloat16 on the way: log softmax gives 0 for −0.0021."""
    w = (5 * torch.randn(16, 16, generator=torch.Generator().manual_seed(0))).bfloat16()
    subject = subject_of(lambda w: (SHALLOW[name](w) * w).sum(), w, (), None)
    found = certify_operations(subject.operations(), subject.flushes)
    assert not found.wrong, found.wrong[0]
    assert found.verdicts[Verdict.ACCURATE] > 0
    assert found.verdicts[Verdict.LOSSY] < 0.2 * found.entries


def test_torch_s_trigamma_is_known_to_be_off_in_double_precision() -> None:
    w = torch.rand(8, generator=torch.Generator().manual_seed(0), dtype=torch.float64) + 0.2
    subject = subject_of(lambda w: torch.digamma(w).sum(), w, (), None)
    found = certify_operations(subject.operations(), subject.flushes)
    assert found.rows["aten.polygamma"].verdicts[Verdict.KNOWN] == 8
    assert not found.wrong


@pytest.mark.parametrize(
    ("ball", "came", "verdict", "ratio"),
    [
        (arb(1), 1.0, Verdict.ACCURATE, 0.0),
        (arb(1), 1.5, Verdict.WRONG, np.inf),
        (arb(1, 0.0625), 1.03125, Verdict.ACCURATE, 0.5),
        (arb(1, 0.0625), 0.875, Verdict.WRONG, 2.0),
        (arb(1, 0.5), 0.75, Verdict.BLIND, 0.5),
        (arb(0), 0.0, Verdict.ACCURATE, 0.0),
        (arb(0, 0.5), 0.25, Verdict.BLIND, 0.5),
        (arb(1, 0.5), np.nan, Verdict.WRONG, np.inf),
        (arb(1, 0.5), -np.inf, Verdict.WRONG, np.inf),
        (arb(200), 200.0, Verdict.OUT_OF_RANGE, 0.0),
        (arb(90, 20), 90.0, Verdict.OUT_OF_RANGE, 0.0),
        (arb("inf"), np.inf, Verdict.ACCURATE, 0.0),
        (arb("-inf"), -np.inf, Verdict.ACCURATE, 0.0),
        (arb("inf"), 1.0, Verdict.UNDETERMINED, 0.0),
        (arb("nan"), np.nan, Verdict.UNDETERMINED, 0.0),
        (arb(1, "inf"), 1.0, Verdict.UNDETERMINED, 0.0),
        (arb(1, arb(2) ** 1100), 1.0, Verdict.UNDETERMINED, 0.0),
    ],
)
def test_each_entry_is_judged_by_its_own_ball(ball: arb, came: float, verdict: Verdict, ratio: float) -> None:
    enclosed, got = np.array([[arb(1), ball]], dtype=object), np.array([[1.0, came]])
    found = judge(enclosed, got, largest=100.0)
    assert found.verdict.tolist() == [[Verdict.ACCURATE, verdict]]
    assert found.ratio.tolist() == [[0.0, pytest.approx(ratio, rel=1e-8)]]  # a radius is rounded up, to 30 bits
