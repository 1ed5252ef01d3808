from __future__ import annotations

import warnings

import numpy as np
import pytest
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.cases.strategies import architectures
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.backprop import backprop, hidden_activation
from backproof.manual.case import Architecture, Case
from backproof.manual.equations import EQUATIONS, TEXTBOOK_EQUATIONS
from backproof.manual.gradients import Gradients
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import OPEN, Arithmetic
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.shapes import Array
from helpers.drawn import INTEGER_MENU, case, cases, pack
from helpers.every import none_of
from helpers.variants import backend, findings
from hypothesis import given, settings
from hypothesis import strategies as st

NETWORKS = architectures(depth=4, width=5)
FEW = settings(max_examples=settings().max_examples // 4)
"""Each example is nine cases: one of every regime."""


def _same(x: Gradients[Array], y: Gradients[Array]) -> bool:
    return all(
        p.tobytes() == q.tobytes() and p.dtype == q.dtype for (_, p), (_, q) in zip(x.items(), y.items(), strict=True)
    )


@FEW
@given(of=NETWORKS, dtype=st.sampled_from(DTYPES))
def test_a_pack_is_its_cases_one_by_one_within_the_bound(of: Architecture, dtype: str) -> None:
    whole = pack(of, dtype)
    limits = rounding.end_to_end(whole, Arithmetic(dtype), OPEN)
    together = backprop(whole)
    for k, single in enumerate(whole):
        alone = backprop(single)
        for place, part in together.map(lambda part, limit, k=k: (part[k], limit[k]), limits).items():
            assert part[0].shape == dict(alone.items())[place].shape
            with np.errstate(all="ignore"):
                apart = np.abs(part[0].astype(float) - dict(alone.items())[place])
            assert ((apart <= 2 * part[1]) | ~np.isfinite(part[1])).all(), place


@given(of=architectures(INTEGER_MENU), dtype=st.sampled_from(DTYPES))
def test_a_pack_is_its_cases_to_the_bit_where_arithmetic_is_exact(of: Architecture, dtype: str) -> None:
    whole = pack(of, dtype, regimes=("integers",) * 3)
    together = backprop(whole)
    for k, single in enumerate(whole):
        assert _same(together.map(lambda part, k=k: part[k]), backprop(single))


@given(of=cases())
def test_everything_is_there_in_the_dtype_of_the_inputs(of: Case) -> None:
    got, depth = backprop(of), of.architecture.depth
    layers = [(len(b), of.examples) for b in of.biases]
    assert [place.layer for place, _ in got.items()].count(depth) == 6
    assert {part.dtype.name for _, part in got.items()} == {of.dtype.name}
    assert [w.shape for w in got.nabla_w] == [w.shape for w in of.weights]
    assert [b.shape for b in got.nabla_b] == [b.shape for b in of.biases]
    assert (
        [z.shape for z in got.z or ()] == [a.shape for a in got.a or ()] == [d.shape for d in got.delta or ()] == layers
    )
    assert got.cost is not None
    assert got.cost.shape == ()


@given(of=cases())
def test_nothing_handed_in_is_changed_and_a_second_call_gives_the_same(of: Case) -> None:
    before = of.id
    first = backprop(of)
    assert _same(first, backprop(of))
    assert before == Case(of.architecture, of.weights, of.biases, of.x, of.y).id
    inputs = [*of.weights, *of.biases, of.x, of.y]
    assert none_of(np.shares_memory(part, array) for _, part in first.items() for array in inputs)


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_it_is_silent_and_leaves_numpy_s_error_state(regime: str, dtype: str) -> None:
    of = case(Architecture((3, 4, 4, 2), ("softplus", "tanh", "sigmoid")), dtype, regime)
    with np.errstate(all="raise"), warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        before = np.geterr()
        backprop(of)
        assert np.geterr() == before
    assert not heard


def test_overflow_gives_infinities_and_no_exception() -> None:
    of = Architecture((1, 1, 1), ("identity", "identity"))
    big = np.full((1, 1), 1e200)
    got = backprop(Case(of, (big, big), (np.zeros(1), np.zeros(1)), big, big))
    assert np.isinf(got.z[1]).all() if got.z else False


def test_sum_and_mean_differ_by_the_number_of_examples() -> None:
    mean = case(Architecture((3, 3, 2), ("tanh", "sigmoid"), "cross_entropy", "mean"), examples=4)
    total = Case(
        Architecture((3, 3, 2), ("tanh", "sigmoid"), "cross_entropy", "sum"), mean.weights, mean.biases, mean.x, mean.y
    )
    summed = dict(backprop(total).items())
    for place, part in backprop(mean).items():
        share = 1 if place.quantity in ("z", "a") else 4
        assert summed[place] == pytest.approx(part * share, rel=1e-14)


@FEW
@given(of=NETWORKS, dtype=st.sampled_from(DTYPES))
def test_the_textbook_equations_are_right_within_the_textbook_bound(of: Architecture, dtype: str) -> None:
    judged = findings(backend(TEXTBOOK_EQUATIONS), pack(of, dtype))
    assert none_of((finding.verdict == Verdict.WRONG).any() for finding in judged)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_the_textbook_equations_lose_digits_in_saturation_and_the_stable_ones_do_not(name: str) -> None:
    saturated = pack(Architecture((4, 4, 3), (name, name)), regimes=("saturated",) * 6)
    lossy = [(f.verdict == Verdict.LOSSY).any() for f in findings(backend(TEXTBOOK_EQUATIONS), saturated)]
    stable = [(f.verdict == Verdict.LOSSY).any() for f in findings(backend(EQUATIONS), saturated)]
    assert any(lossy)
    assert none_of(stable)


def test_a_hidden_layer_needs_a_slope() -> None:
    with pytest.raises(AssertionError, match="refuses softmax in a hidden layer"):
        hidden_activation("softmax")
