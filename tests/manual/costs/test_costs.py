from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, SIGMOID, Sigmoid
from backproof.manual.costs import COSTS, Head
from backproof.manual.rounding.formats import DTYPES
from flint import arb, ctx
from helpers.definitions import BITS, OF_DIFFERENCE, cost, gradient
from helpers.drawn import HEADS
from helpers.every import every
from helpers.ulps import ulps

CROSS_ENTROPY = [head for head in HEADS if head[0] == "cross_entropy"]
COLUMNS = [  # logits and targets of one example
    ([0.5], [0.25]),
    ([0.3, -2.0, 5.0], [0.0, 1.0, 0.0]),
    ([1.5, 1.5], [0.5, 0.5]),
    ([-4.0, 3.0, 0.125, 1.0], [0.25, 0.25, 0.5, 0.0]),
]
SATURATED = [
    ([40.0, -40.0], [1.0, 0.0]),
    ([40.0, -40.0], [0.0, 1.0]),
    ([300.0, -2.0], [0.0, 1.0]),
    ([-80.0, 2.0], [1.0, 0.0]),
]


def head_of(row: tuple[str, str]) -> Head:
    return COSTS[row[0]].head(row[1])


def column(numbers: list[float], dtype: str) -> Any:
    return np.array(numbers, dtype=dtype)[:, None]


def exactly(row: tuple[str, str], z: Any, y: Any) -> tuple[arb, list[arb]]:
    """C and δ^L from the definition of C alone."""
    targets = [arb(float(t)) for t in y.ravel()]
    logits = [float(x) for x in z.ravel()]
    with ctx.workprec(BITS):
        value = cost(*row, [arb(x) for x in logits], targets)
    return value, gradient(lambda line: cost(*row, line, targets), logits)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("logits", "targets"), COLUMNS)
@pytest.mark.parametrize("row", HEADS, ids="-".join)
def test_cost_and_delta_are_right_wherever_nothing_is_saturated(
    row: tuple[str, str], logits: list[float], targets: list[float], dtype: str
) -> None:
    head, z, y = head_of(row), column(logits, dtype), column(targets, dtype)
    a = head.sigma.value(z)
    value, delta = exactly(row, z, y)
    got = head.value(z, a, y)
    assert got.dtype == z.dtype
    assert got.shape == (1,)
    assert float(abs(value - float(got[0]))) <= 64 * np.finfo(dtype).eps * max(1, float(value))
    for form in (head.delta(z, a, y), head.textbook_delta(z, a, y)):
        assert form.dtype == z.dtype
        errors = [float(abs(d - float(x))) for d, x in zip(delta, form.ravel(), strict=True)]
        assert max(errors) <= 64 * np.finfo(dtype).eps * max(1, *np.abs(a - y).ravel())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("logits", "targets"), COLUMNS + SATURATED)
@pytest.mark.parametrize("row", CROSS_ENTROPY, ids="-".join)
def test_cross_entropy_keeps_its_digits_when_saturated(
    row: tuple[str, str], logits: list[float], targets: list[float], dtype: str
) -> None:
    head, z, y = head_of(row), column(logits, dtype), column(targets, dtype)
    with np.errstate(under="ignore"):
        a = head.sigma.value(z)
        got, form = head.value(z, a, y), head.delta(z, a, y)
    value, delta = exactly(row, z, y)
    gap = 0 if row[1] == "sigmoid" else float(np.ptp(z))  # the softmax rounds z − max z before exp
    smallest = float(np.finfo(dtype).smallest_normal)
    if row[1] == "sigmoid":
        assert ulps(got[0], value) <= 16
    else:  # ln Σe^z − z_j keeps an error of u where it is near 0
        assert float(abs(value - float(got[0]))) <= 16 * np.finfo(dtype).eps * max(1, gap)
    for x, d in zip(form.ravel(), delta, strict=True):
        assert ulps(x, d) <= 16 + 2 * gap or abs(float(d)) < smallest


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("row", HEADS, ids="-".join)
def test_extreme_logits_give_numbers(row: tuple[str, str], dtype: str) -> None:
    head, far = head_of(row), np.finfo(dtype).max * 2.0**-70
    for logits in ([far, -far], [-far, far], [far, far], [1e4, -1e4]):
        for targets in ([1.0, 0.0], [0.5, 0.5]):
            z, y = column(logits, dtype), column(targets, dtype)
            with np.errstate(all="ignore"):
                a = head.sigma.value(z)
                assert not np.isnan(head.value(z, a, y)).any()
                assert np.isfinite(head.delta(z, a, y)).all()


@pytest.mark.parametrize(("logits", "targets"), COLUMNS)
@pytest.mark.parametrize("row", CROSS_ENTROPY, ids="-".join)
def test_fused_and_unfused_delta_agree_where_nothing_is_saturated(
    row: tuple[str, str], logits: list[float], targets: list[float]
) -> None:
    head, z, y = head_of(row), column(logits, "float64"), column(targets, "float64")
    a = head.sigma.value(z)
    assert head.delta(z, a, y) == pytest.approx(head.sigma.pull(z, head.nabla_a(a, y)), rel=1e-13, abs=1e-14)


def test_unfused_delta_is_no_number_where_a_rounds_to_1_and_the_fused_one_is() -> None:
    head, z, y = head_of(("cross_entropy", "sigmoid")), np.array([[800.0]]), np.array([[0.0]])
    with np.errstate(all="ignore"):
        a = head.sigma.value(z)
        assert not np.isfinite(head.sigma.pull(z, head.nabla_a(a, y))).any()
        assert head.delta(z, a, y) == 1


@pytest.mark.parametrize("row", HEADS, ids="-".join)
def test_nabla_a_is_the_gradient_in_a(row: tuple[str, str]) -> None:
    head, y = head_of(row), [0.25, 0.75]
    target = [0.9 * t + 0.05 for t in y] if row[0] == "smoothed_cross_entropy" else y

    def in_a(a: list[Any]) -> Any:
        if row[0] in OF_DIFFERENCE:
            return sum(OF_DIFFERENCE[row[0]](p - t) for p, t in zip(a, y, strict=True))
        logs = [t * p.log() + (1 - t) * (1 - p).log() * (row[1] == "sigmoid") for p, t in zip(a, target, strict=True)]
        return -sum(logs)

    a = [0.125, 0.625]
    exact = [float(slope) for slope in gradient(in_a, a)]
    assert head.nabla_a(column(a, "float64"), column(y, "float64")).ravel() == pytest.approx(exact, rel=1e-14)


def test_the_categorical_delta_holds_for_targets_that_do_not_sum_to_1() -> None:
    row, z, y = ("cross_entropy", "softmax"), column([1.0, -2.0], "float64"), column([3.0, 0.5], "float64")
    head = head_of(row)
    exact = [float(d) for d in exactly(row, z, y)[1]]
    for delta in (head.delta(z, head.sigma.value(z), y), head.textbook_delta(z, head.sigma.value(z), y)):
        assert delta.ravel() == pytest.approx(exact, rel=1e-14)


def test_costs_count_each_example_of_each_case_alone() -> None:
    rng = np.random.default_rng(0)
    z, y = rng.standard_normal((2, 3, 4, 5)), rng.random((2, 3, 4, 5))
    for row in HEADS:
        head = head_of(row)
        a = head.sigma.value(z)
        whole, one = head.value(z, a, y), head.value(z[1, 2, :, 3:4], a[1, 2, :, 3:4], y[1, 2, :, 3:4])
        assert whole.shape == (2, 3, 5)
        assert whole[1, 2, 3] == pytest.approx(one[0], rel=1e-14)


def test_rows_are_named_as_they_are_asked_for() -> None:
    assert every(name == row.name for name, row in COSTS.items())
    assert COSTS["quadratic"].head("relu").sigma is ACTIVATIONS["relu"]
    assert isinstance(COSTS["cross_entropy"].head("sigmoid").sigma, Sigmoid)
    assert COSTS["cross_entropy"].head("sigmoid").sigma is SIGMOID is ACTIVATIONS["sigmoid"]


@pytest.mark.parametrize("output", sorted(set(ACTIVATIONS) - {"sigmoid", "softmax"}))
def test_cross_entropy_refuses_other_outputs_by_name(output: str) -> None:
    with pytest.raises(ValueError, match=f"'cross_entropy' on '{output}' outputs: it needs sigmoid or softmax outputs"):
        COSTS["cross_entropy"].head(output)
