from __future__ import annotations

import numpy as np
from backproof.agreement.cases import generate
from backproof.agreement.lesson import example, misprints, questions, saturation
from backproof.agreement.lesson.demon import demons
from backproof.manual.case import Architecture


def test_a_zero_input_stops_its_weight_exactly() -> None:
    slopes = saturation.low_activation(example.default())
    assert slopes[0] == 0
    assert (slopes[1:] != 0).all()


def test_the_quadratic_cost_sits_on_its_plateau_for_longer_the_further_it_starts() -> None:
    quadratic, entropy = saturation.learning("quadratic"), saturation.learning("cross_entropy")
    left = quadratic[:, -1] / quadratic[:, 0]
    far = saturation.STARTS >= 3
    assert (np.diff(left[far]) > 0).all()
    assert left[-1] > 0.99
    assert (entropy[:, -1] / entropy[:, 0] < 0.02).all()


def test_the_textbook_slope_is_gone_long_before_the_stable_one() -> None:
    truth, (textbook, hand) = saturation.rounding(("numpy",))
    assert textbook.gone == 37
    assert hand.gone is None
    assert (hand.errors < 1e-15).all()
    assert (np.diff(np.log(textbook.errors[5:36:5])) > 0).all()
    assert (truth > 0)[1:].all()
    assert set(textbook.verdicts) <= {"accurate", "lossy"}


def test_the_printed_bp2_is_refused_or_wrong() -> None:
    case = example.default()
    assert misprints.printed_bp2(case, 1).error == "operands could not be broadcast together with shapes (3,2) (2,1)"
    square = misprints.printed_bp2(misprints.square(case), 1)
    assert square.error is None
    assert square.printed is not None
    assert square.printed.shape == (2, 2)
    assert (np.abs(square.printed - square.right) > 0.01).all()


def test_the_answers_to_the_questions() -> None:
    case = example.default()
    requested = {one.id: one for one in questions.questions(case, list(demons(case)))}
    assert {id: one.right for id, one in requested.items()} == {"zero": 0, "halve": 1, "meet": 2, "vanish": 1}
    assert requested["meet"].values == {"left": 0, "all": 17}


def test_the_printed_bp2_runs_in_the_square_network_whatever_the_case() -> None:
    of = Architecture((3, 4, 6, 3), ("relu", "tanh", "softmax"), "cross_entropy")
    case = generate.case(np.random.default_rng(0), of, "float32", "calm", examples=4)
    square = misprints.printed_bp2(misprints.square(case), 2)
    assert square.error is None
    assert square.printed is not None
    assert not np.isclose(square.printed, square.right).any()
