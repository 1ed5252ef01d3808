"""Products to be judged: problems by regime, and wrong R-operators."""

from __future__ import annotations

from typing import Any

import numpy as np
from backproof.agreement.cases.generate import DrawnUnit, Menu
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.hvp.judge import ProductJudge
from backproof.agreement.hvp.problem import Problem, drawn
from backproof.agreement.judging.finding import Finding
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.second_order.direction import Direction
from backproof.manual.second_order.r_operator import R_OPERATOR, ROperator
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_product import ManualProduct


def problem(
    of: Architecture, dtype: str = "float64", regimes: tuple[str, ...] = tuple(REGIMES), seed: int = 0
) -> Problem:
    """A case of each regime, with a direction."""
    return drawn(DrawnUnit(seed, 0, len(regimes), Menu(dtypes=(dtype,), regimes=regimes, architecture=of)))


def findings(by: ROperator, of: Problem) -> list[Finding]:
    """What the judge finds of an R-operator."""
    return ProductJudge(of).findings(ManualProduct("variant", by))


def gauss_newton(*arguments: Any) -> Array:
    """R{δ^l} without σ″, and without what δ^{l+1} itself contributes."""
    w_next, _, _, r_delta_next, sigma, _, z, _ = arguments
    return (w_next.mT @ r_delta_next) * sigma.slope(z)


def no_second_slope(*arguments: Any) -> Array:
    """R-BP2 without its σ″ term."""
    w_next, v_next, delta_next, r_delta_next, sigma, _, z, _ = arguments
    return (w_next.mT @ r_delta_next + v_next.mT @ delta_next) * sigma.slope(z)


def no_moved_weights(*arguments: Any) -> Array:
    """R-BP2 as if V did not move W^{l+1}."""
    w_next, v_next, *rest = arguments
    return R_OPERATOR.r_bp2(w_next, np.zeros_like(v_next), *rest)


def head_without_curvature(head: Any, second: Any, z: Array, a: Array, y: Array, r_z: Array, share: float) -> Array:
    """R{∇_a C} ⊙ σ′ alone, of the quadratic cost."""
    return head.sigma.slope(z) ** 2 * r_z * share


WRONG = {
    "the Gauss–Newton product": R_OPERATOR._replace(
        r_bp1=head_without_curvature, r_bp2=gauss_newton, r_bp4=lambda a, r_a, delta, r_delta: r_delta @ a.mT
    ),
    "no σ″ in R-BP2": R_OPERATOR._replace(r_bp2=no_second_slope),
    "no Vᵀδ in R-BP2": R_OPERATOR._replace(r_bp2=no_moved_weights),
    "no R{σ′} in R-BP1": R_OPERATOR._replace(r_bp1=head_without_curvature),
    "no δ R{a}ᵀ in R-BP4": R_OPERATOR._replace(r_bp4=lambda a, r_a, delta, r_delta: r_delta @ a.mT),
    "no V a in R{z}": R_OPERATOR._replace(
        r_weighted_input=lambda w, v, beta, a, r_a: w @ r_a + beta[..., None] * np.ones_like(a[..., :1, :])
    ),
    "no β in R{z}": R_OPERATOR._replace(r_weighted_input=lambda w, v, beta, a, r_a: w @ r_a + v @ a),
    "σ″ with its sign changed": R_OPERATOR._replace(
        r_bp2=lambda *arguments: 2 * no_second_slope(*arguments) - R_OPERATOR.r_bp2(*arguments)
    ),
}
"""What is forgotten, and the R-operator that forgets it."""


def inner(product: Gradients[Array], w: Direction) -> Array:
    """⟨Hv, w⟩ of every case of a pack."""
    parts = zip((*product.nabla_w, *product.nabla_b), (*w.weights, *w.biases), strict=True)
    return sum((part * move).reshape(len(part), -1).sum(axis=1) for part, move in parts)  # type: ignore[return-value]


def another(pack: Pack, seed: int) -> Direction:
    """Random small integers for every W and b."""
    rng = np.random.default_rng(seed)

    def integers(parts: tuple[Array, ...]) -> tuple[Array, ...]:
        return tuple(rng.integers(-3, 4, part.shape).astype(part.dtype) for part in parts)

    return Direction(integers(pack.weights), integers(pack.biases))
