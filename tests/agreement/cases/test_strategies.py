from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases import strategies
from backproof.agreement.cases.generate import Menu
from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import Case, Pack
from backproof.reference.protocol import Backend
from helpers.harmed import Harmed
from hypothesis import Phase, find, given, settings


@given(strategies.cases())
def test_cases_are_cases(case: Case) -> None:
    assert np.isfinite(case.x).all()
    assert case.architecture.depth >= 1


@given(strategies.seeded_packs(cases=3))
def test_packs_come_with_their_regimes(drawn: tuple[Pack, tuple[str, ...]]) -> None:
    pack, regimes = drawn
    assert len(pack) == len(regimes) == 3


@given(strategies.small_cases(strategies.architectures(Menu(("cross_entropy",), ("softmax", "tanh"))), ["float32"]))
def test_a_menu_is_kept_to(case: Case) -> None:
    assert case.architecture.activations[-1] == "softmax"
    assert set(case.architecture.activations[:-1]) <= {"tanh"}
    assert case.dtype == np.float32


def test_l2_terms_and_weights_are_drawn_when_asked_for() -> None:
    menu = Menu(l2=(0.0, 0.5), weighted=True)
    cases = strategies.small_cases(strategies.architectures(menu))
    for wanted in ((0.5, True), (0.0, False)):
        find(cases, lambda case, kind=wanted: (case.architecture.l2, case.architecture.weighted) == kind)


def _is_wrong(backend: Backend, case: Case) -> bool:
    pack = Pack.of([case])
    findings = Judge(pack).findings(backend, answer(backend, pack))
    return any((finding.verdict == Verdict.WRONG).any() for finding in findings)


@pytest.mark.parametrize("layer", [1, 2])
def test_an_error_in_a_layer_shrinks_to_a_case_that_a_person_can_check(layer: int) -> None:
    wrong = Harmed(lambda delta: delta * 1.5, part="delta", layer=layer)
    case = find(
        strategies.small_cases(strategies.architectures()),
        lambda case: case.architecture.depth >= layer and _is_wrong(wrong, case),
        settings=settings(max_examples=400, database=None, derandomize=True, phases=[Phase.generate, Phase.shrink]),
    )
    numbers = np.concatenate([array.ravel() for array in (*case.weights, *case.biases, case.x, case.y)])
    assert case.architecture.depth <= layer + 1
    assert max(case.architecture.widths) <= 2
    assert (numbers == np.round(numbers)).all()
    assert np.abs(numbers).max() <= 9
    assert (str(case.architecture), numbers.tolist()) == SNAPSHOT[layer]


SNAPSHOT = {
    1: ("1-1 sigmoid / quadratic (mean)", [0.0] * 4),
    2: ("1-1-1 sigmoid,sigmoid / cross_entropy (mean)", [0.0] * 6),
}
"""What a reader of the failure gets to see: architecture, and W, b, x, y."""
