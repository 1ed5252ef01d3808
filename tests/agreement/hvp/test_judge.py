from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.hvp.judge import ProductJudge
from backproof.agreement.hvp.problem import Problem
from backproof.agreement.judging.backends import BackendFailed
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients, Quantity
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.second_order.direction import Direction
from backproof.manual.second_order.r_operator import R_OPERATOR, hessian_vector
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_product import MANUAL, ManualProduct
from helpers.every import every, none_of
from helpers.products import WRONG, findings, problem

HEADS = (("quadratic", "sigmoid"), ("quadratic", "softmax"), ("cross_entropy", "sigmoid"), ("cross_entropy", "softmax"))
NETWORKS = [Architecture((3, 4, 3, 3), ("tanh", "softplus", head[1]), head[0]) for head in HEADS]
FORGETFUL = Architecture((3, 4, 3, 2), ("tanh", "sigmoid", "sigmoid"), "quadratic")
TWO_KINKS = Architecture((2, 2, 1), ("relu", "identity"), "quadratic", "sum")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("of", NETWORKS, ids=str)
def test_the_r_operator_is_accurate_in_every_regime(of: Architecture, dtype: str) -> None:
    drawn = [problem(of, dtype, seed=seed) for seed in range(2)]
    for finding in (finding for one in drawn for finding in findings(R_OPERATOR, one)):
        assert not np.isin(finding.verdict, (Verdict.LOSSY, Verdict.WRONG, Verdict.UNDETERMINED)).any(), finding.place
        calm = tuple(REGIMES).index("calm")
        assert (finding.verdict[calm] == Verdict.ACCURATE).all(), finding.place


@pytest.mark.parametrize("name", WRONG)
def test_what_forgets_a_term_is_caught_in_every_calm_case(name: str) -> None:
    of = problem(FORGETFUL, regimes=("calm",) * 5)
    wrong = np.zeros(5, dtype=bool)
    for finding in findings(WRONG[name], of):
        wrong |= (finding.verdict == Verdict.WRONG).reshape(5, -1).any(axis=1)
    assert wrong.all()


def test_an_error_in_the_eleventh_digit_is_caught() -> None:
    def off(*arguments: Array) -> Array:
        return R_OPERATOR.r_bp4(*arguments) * (1 + 1e-11)

    of = problem(FORGETFUL, regimes=("calm",) * 5)
    judged = findings(R_OPERATOR._replace(r_bp4=off), of)
    wrong = [f.verdict == Verdict.WRONG for f in judged if f.place.quantity == Quantity.BP4]
    assert np.concatenate([part.ravel() for part in wrong]).mean() > 0.9
    assert none_of((f.verdict == Verdict.WRONG).any() for f in judged if f.place.quantity != Quantity.BP4)


def test_no_number_never_passes() -> None:
    of = problem(FORGETFUL, regimes=("calm",))
    for finding in findings(R_OPERATOR._replace(r_bp4=lambda *x: np.nan * R_OPERATOR.r_bp4(*x)), of):
        if finding.place.quantity == Quantity.BP4:
            assert (finding.verdict == Verdict.WRONG).all()


def on_a_kink() -> Problem:
    """The first hidden neuron at 0, the second beyond it."""
    pack = Pack(
        TWO_KINKS,
        (np.array([[[1.0, -1.0], [1.0, 1.0]]]), np.array([[[1.0, 2.0]]])),
        (np.zeros((1, 2)), np.zeros((1, 1))),
        np.ones((1, 2, 1)),
        np.zeros((1, 1, 1)),
    )
    return Problem(pack, Direction(pack.weights, pack.biases).map(np.ones_like), ("integers",))


def test_at_a_kink_the_other_branch_is_undetermined_and_elsewhere_it_is_wrong() -> None:
    of = on_a_kink()
    verdicts = {finding.place: finding.verdict for finding in findings(R_OPERATOR, of)}
    assert every((verdict == Verdict.ACCURATE).all() for verdict in verdicts.values())

    def ascending(sigma: object, z: Array, r_z: Array) -> Array:
        return np.where(z >= 0, r_z, 0.0)

    crossed = {finding.place: finding.verdict for finding in findings(R_OPERATOR._replace(r_activation=ascending), of)}
    assert crossed[Quantity.A, 1].ravel().tolist() == [Verdict.UNDETERMINED, Verdict.ACCURATE]
    away = replace(of, pack=replace(of.pack, biases=(np.array([[-1e-9, 0.0]]), np.zeros((1, 1)))))
    dead = R_OPERATOR._replace(r_activation=lambda sigma, z, r_z: r_z)
    beyond = {finding.place: finding.verdict for finding in findings(dead, away)}
    assert beyond[Quantity.A, 1].ravel().tolist() == [Verdict.WRONG, Verdict.ACCURATE]


def test_where_intermediates_may_overflow_nothing_is_decided() -> None:
    of = problem(FORGETFUL, regimes=("calm",))
    far = Problem(of.pack, of.v.map(lambda part: part * 1e305), of.regimes)
    assert every((finding.verdict == Verdict.OUT_OF_RANGE).all() for finding in findings(R_OPERATOR, far))


def test_a_network_without_second_derivatives_is_refused_to_every_mode() -> None:
    gelu = ProductJudge(problem(Architecture((1, 2, 1), ("gelu", "tanh")), regimes=("calm",)))
    assert "activation 'gelu' has no σ″ here" in str(gelu.refuses(MANUAL))
    assert ProductJudge(problem(FORGETFUL, regimes=("calm",))).refuses(MANUAL) is None


def test_a_mode_that_answers_in_other_shapes_fails() -> None:
    class Flat(ManualProduct):
        def products(self, pack: Pack, v: Direction) -> Gradients[Array]:
            return hessian_vector(pack, v).map(np.ravel)

    with pytest.raises(BackendFailed, match="flat answered nabla_w of shape"):
        assert not ProductJudge(problem(FORGETFUL, regimes=("calm",))).findings(Flat("flat"))
