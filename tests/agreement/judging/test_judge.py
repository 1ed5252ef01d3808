from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.judging.discrepancy import origin
from backproof.agreement.judging.finding import Bounds, Judgement
from backproof.agreement.judging.judge import or_blind
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import Architecture, Case, Gradients, Pack
from backproof.manual.gradients import Place, Quantity
from backproof.manual.shapes import Array
from backproof.reference.deviations import deviations
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from backproof.reference.torch_backends.torch_autograd import AUTOGRAD
from backproof.reference.truth.enclosure import Enclosure
from backproof.reference.zero import ZERO
from helpers import drawn
from helpers.every import every, none_of
from helpers.harmed import Harmed, one_entry
from helpers.judged import NETWORK, findings

CROSSED_KINK = Path(__file__).with_name("crossed-kink.json")
"""1 + tanh(z) is a tiny z^4 in truth and 0 in floats: relu takes the other branch."""


def test_one_entry_off_by_a_billionth_is_wrong_and_named() -> None:
    pack = drawn.pack(NETWORK, regimes=("calm",))
    wrong = Harmed(one_entry(1 + 1e-9), layer=2)
    found = list(findings(wrong, pack).values())
    discrepancy = origin(found, 0, architecture="", dtype="float64", regime="calm", case="x")
    assert discrepancy is not None
    assert str(discrepancy).startswith("harmed is wrong in BP4 ∂C/∂W^2, layer 2, entry [")
    assert f"got   {discrepancy.got!r}" in str(discrepancy)
    assert discrepancy.got == pytest.approx(discrepancy.truth * (1 + 1e-9), rel=1e-13)
    wrong_entries = sum(int((finding.verdict == Verdict.WRONG).sum()) for finding in found)
    assert wrong_entries == 1


@pytest.mark.parametrize("shown", [True, False])
def test_one_ulp_is_never_wrong(shown: bool) -> None:
    for layer in (1, 2, 3):
        up = Harmed(lambda part: np.nextafter(part, np.inf), layer=layer, shown=shown)
        assert every((finding.verdict <= Verdict.LOSSY).all() for finding in findings(up).values())


def test_an_error_in_an_equation_is_found_in_that_equation_though_all_below_it_is_off() -> None:
    doubled = Harmed(lambda delta: 2 * delta, part="delta", layer=2)
    found = findings(doubled)
    steps = {
        place for place, finding in found.items() if finding.step and (finding.step.verdict == Verdict.WRONG).any()
    }
    # δ^2 itself is not what its step gives; δ^1, ∂C/∂b^2 and ∂C/∂W^2 do not follow from it either.
    assert Place(Quantity.BP2, 2) in steps
    discrepancy = origin(list(found.values()), 0, architecture="", dtype="", regime="", case="")
    assert discrepancy is not None
    assert discrepancy.place == Place(Quantity.BP2, 2)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_number_is_wrong(value: float) -> None:
    def lose(part: Array) -> Array:
        part[0, 0, 0] = value
        return part

    finding = findings(Harmed(lose))[Place(Quantity.BP4, 1)]
    assert finding.verdict[0, 0, 0] == Verdict.WRONG
    assert finding.ratio[0, 0, 0] == np.inf
    assert (finding.verdict == Verdict.WRONG).sum() == 1


def test_a_backend_that_shows_only_gradients_is_judged_end_to_end() -> None:
    found = findings(Harmed(lambda part: part, shown=False))
    assert {place.quantity for place in found} == {Quantity.BP3, Quantity.BP4}
    assert every(finding.step is None for finding in found.values())
    assert every((finding.verdict == Verdict.ACCURATE).all() for finding in found.values())


def test_a_vacuous_bound_without_a_step_is_blind_and_with_one_is_not() -> None:
    deep = Architecture((4,) * 9, ("tanh",) * 8, "quadratic", "mean")
    pack = drawn.pack(deep, dtype="float32", regimes=("wide",) * 3)
    blind = sum(
        (f.verdict == Verdict.BLIND).sum() for f in findings(Harmed(lambda part: part, shown=False), pack).values()
    )
    assert blind > 0
    assert none_of(((f.verdict == Verdict.BLIND) & f.nonzero).any() for f in findings(MANUAL, pack).values())


CANCELLED = Case(
    Architecture((1, 1), ("identity",), "quadratic", "sum"),
    (np.array([[1.0]]),),
    (np.array([0.0]),),
    np.array([[1.0, -1.0 - 2.0**-52]]),
    np.array([[0.0, -2.0 - 2.0**-52]]),
)
"""∂C/∂W = 1·1 + 1·(−1 − 2u): 2u, of terms of 1."""


def test_a_step_that_could_not_tell_a_value_from_its_negative_is_blind() -> None:
    pack = Pack.of([CANCELLED])
    for backend in (MANUAL, Harmed(lambda part: -part)):
        found = findings(backend, pack)[Place(Quantity.BP4, 1)]
        assert found.step is not None
        assert (found.step.bounds.open > abs(found.whole.truth.hi)).all()
        assert found.verdict.tolist() == [[[Verdict.BLIND]]]
    far = findings(Harmed(lambda part: part + 1e-9), pack)[Place(Quantity.BP4, 1)]
    assert far.verdict.tolist() == [[[Verdict.WRONG]]]


SATURATED = Case(
    Architecture((1, 1), ("sigmoid",), "quadratic", "sum"),
    (np.array([[1.0]]),),
    (np.array([0.0]),),
    np.array([[30.0, 0.5]]),
    np.array([[0.0, 0.0]]),
)


def test_digits_lost_are_told_from_all_digits_lost() -> None:
    for z, lossy, lost in ((18.0, True, False), (37.0, True, True), (1.0, False, False)):
        pack = Pack.of([replace(SATURATED, x=np.array([[z]]), y=np.array([[0.0]]))])
        for place, found in findings(TEXTBOOK, pack).items():
            if place.quantity in (Quantity.BP1, Quantity.BP3, Quantity.BP4):
                assert (found.verdict == Verdict.LOSSY).all() == lossy, (z, place)
                assert found.lost.all() == lost, (z, place)
            assert not findings(MANUAL, pack)[place].lost.any()


def test_a_lossy_gradient_that_is_shown_alone_is_not_hidden_behind_a_wide_bound() -> None:
    pack = Pack.of([replace(SATURATED, x=np.array([[40.0]]), y=np.array([[0.0]]))])
    found = findings(Harmed(lambda part: 0 * part, shown=False), pack)[Place(Quantity.BP4, 1)]
    assert (found.whole.bounds.open > abs(found.whole.truth.hi)).all()
    assert found.verdict.tolist() == [[[Verdict.LOSSY]]]
    assert found.lost.all()


def test_what_was_wrong_says_nothing_of_what_would_have_been_seen() -> None:
    for finding in findings(ZERO, drawn.pack(NETWORK, regimes=("calm",))).values():
        if finding.place.quantity in (Quantity.BP3, Quantity.BP4):
            assert (finding.verdict == Verdict.WRONG).all()
            assert np.isnan(finding.visible).all()
            assert finding.sharp.all()  # it was seen


def test_the_error_of_a_listed_deviation_is_a_part_of_the_bound_listed() -> None:
    (row,) = (row for row in deviations.listed() if row.id == "torch-softplus-threshold")
    found = findings(AUTOGRAD, row.witness_pack("float64"))
    known = [one for one in found.values() if (one.verdict == Verdict.KNOWN).any()]
    assert known
    for one in known:
        assert np.nanmax(one.ratio) <= 1
        assert np.nanmax(one.step_ratio) <= 1


def test_the_manual_module_is_not_lossy_where_rounding_crossed_a_kink() -> None:
    case = case_json.read(CROSSED_KINK)
    for finding in findings(MANUAL, Pack.of([case])).values():
        assert not (finding.verdict == Verdict.LOSSY).any(), finding.place


def test_the_bound_of_gradients_alone_is_never_above_the_running_one() -> None:
    pack = drawn.pack(Architecture((3, 6, 6, 2), ("relu", "tanh", "softmax"), "cross_entropy"), "float32")
    alone, shown = (findings(Harmed(lambda part: part, shown=shown), pack) for shown in (False, True))
    for place, finding in alone.items():
        sharp, wide = finding.whole.bounds, shown[place].whole.bounds
        assert (sharp.open <= wide.open).all()
        assert (sharp.stable <= sharp.crossed).all()
        assert (sharp.crossed <= sharp.open).all()
        assert (sharp.stable <= sharp.textbook).all()
        assert (sharp.textbook <= sharp.open).all()
    assert any((alone[place].whole.bounds.open < shown[place].whole.bounds.open).any() for place in alone)


def test_what_overflows_on_the_way_is_out_of_range_and_its_steps_are_judged() -> None:
    """‖a − y‖² leaves float32 though every gradient is in range."""
    of = Architecture((1, 1), ("identity",), "quadratic", "sum")
    one = np.ones((1, 1, 1), np.float32)
    far = findings(MANUAL, Pack(of, (one,), (np.zeros((1, 1), np.float32),), one, np.float32(1e30) * one))
    assert far[Place(Quantity.C, 1)].verdict.item() == Verdict.OUT_OF_RANGE
    assert far[Place(Quantity.BP4, 1)].verdict.item() == Verdict.OUT_OF_RANGE
    near = findings(MANUAL, Pack(of, (one,), (np.zeros((1, 1), np.float32),), one, np.float32(1e10) * one))
    assert near[Place(Quantity.C, 1)].verdict.item() == Verdict.ACCURATE


def test_ratios_say_nan_where_nothing_was_decided() -> None:
    truth = Enclosure(np.ones(2), np.zeros(2), np.zeros(2))
    bounds = Bounds(*4 * [np.ones(2)])
    verdict = np.array([Verdict.ACCURATE, Verdict.UNDETERMINED])
    judgement = Judgement(truth, bounds, np.array([0.5, 0.5]), verdict, ulp=np.ones(2), omega=0.0)
    assert judgement.ratio(bounds.open).tolist() == pytest.approx([0.5, np.nan], nan_ok=True)


def test_ulps_count_zero_truths_apart_and_keep_the_sign() -> None:
    sparse = drawn.pack(Architecture((2, 2), ("relu",), "quadratic", "sum"), regimes=("zeros",) * 6)
    for finding in findings(MANUAL, sparse).values():
        exact = (finding.whole.truth.hi == 0) & (finding.whole.truth.radius == 0)
        assert np.isnan(finding.ulps[exact]).all()
    up = findings(Harmed(lambda part: np.nextafter(part, np.inf)))[Place(Quantity.BP4, 1)]
    down = findings(Harmed(lambda part: np.nextafter(part, -np.inf)))[Place(Quantity.BP4, 1)]
    assert np.nanmean(up.ulps) > np.nanmean(down.ulps)


def test_a_lone_relu_at_zero_leaves_the_convention_open_but_takes_no_other_number() -> None:
    network = Architecture((1, 1), ("relu",), "quadratic", "sum")
    pack = Pack.of([drawn.case(network, regime="zeros", examples=1)])
    pack = Pack(network, (np.zeros((1, 1, 1)),), (np.zeros((1, 1)),), np.ones((1, 1, 1)), np.full((1, 1, 1), -2.0))

    def slope(value: float) -> Verdict:
        def answered(delta: Array) -> Array:
            return np.full_like(delta, 2.0 * value)

        finding = findings(Harmed(answered, part="delta"), pack)[Place(Quantity.BP1, 1)]
        return Verdict(int(finding.verdict[0, 0, 0]))

    assert [slope(value) for value in (0.0, 0.5, 1.0, 1.5)] == [
        Verdict.ACCURATE,
        Verdict.UNDETERMINED,
        Verdict.UNDETERMINED,
        Verdict.WRONG,
    ]


def test_gradients_without_any_part_do_not_exist() -> None:
    assert [place.quantity for place, _ in Gradients((np.ones(1),), (np.ones(1),)).items()] == ["BP3", "BP4"]


def test_a_bound_of_an_eighth_of_the_value_is_where_blindness_begins() -> None:

    bounds = Bounds(*4 * [np.array([[0.1249, 0.1251]])])
    truth = Enclosure(np.ones((1, 2)), np.zeros((1, 2)), np.zeros((1, 2)))
    accurate = np.full((1, 2), np.int8(Verdict.ACCURATE))
    judged = Judgement(truth, bounds, np.zeros((1, 2)), accurate, np.ones((1, 2)), 2.0**-1022)
    assert or_blind(judged).tolist() == [[Verdict.ACCURATE, Verdict.BLIND]]


def test_an_error_is_taken_from_both_parts_of_the_truth() -> None:
    for finding in findings(MANUAL).values():
        truth, got = finding.whole.truth, finding.got.astype(np.longdouble)
        np.testing.assert_allclose(finding.whole.error, (got - truth.hi) - truth.lo, rtol=1e-9, atol=0)
        assert (finding.whole.error != got - truth.hi).any()
