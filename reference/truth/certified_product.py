"""The truth of a Hessian-vector product: the certified walk on first-order power series over balls.

W + tV, b + tβ go in; the coefficient of t in ∂C/∂W and ∂C/∂b is Hv. It shares no mathematics with the
R-operator of the hand-written module: nothing here but the arithmetic of numbers x + x′t.
"""

from __future__ import annotations

from dataclasses import replace

from flint import arb_mat

from ...manual.case import Case, Pack
from ...manual.gradients import Gradients
from ...manual.second_order.direction import Direction
from ...manual.shapes import Array
from .balls import ACTIVATIONS
from .balls.dual import DualMatrix, differentiated
from .certified import BallNetwork, ball_matrix, enclose, stacked, walk
from .enclosure import Enclosure


def product(case: Case, v: Direction) -> Gradients[arb_mat]:
    """R{z}, R{a}, R{δ}, R{∂C/∂b} and R{∂C/∂W} in balls of the present precision."""
    on = BallNetwork(
        [DualMatrix(ball_matrix(w), ball_matrix(dw)) for w, dw in zip(case.weights, v.weights, strict=True)],
        [DualMatrix(ball_matrix(b), ball_matrix(db)) for b, db in zip(case.biases, v.biases, strict=True)],
        DualMatrix(ball_matrix(case.x), arb_mat(*case.x.shape)),
        DualMatrix.of,
        {name: differentiated(ACTIVATIONS[name]) for name in case.architecture.activations},
    )
    walked = walk(case, on, lambda part, index, result: result)
    return replace(walked, cost=None).map(lambda matrix: matrix.tangent)


def truth(pack: Pack, v: Direction, tolerance: Gradients[Array]) -> Gradients[Enclosure]:
    """The true product of every case of a pack, enclosed 2^10 times more sharply than `tolerance` where
    that is finite, or with radius ∞.
    """
    return stacked([_of_case(pack, v, tolerance, k) for k in range(len(pack))])


def _of_case(pack: Pack, v: Direction, tolerance: Gradients[Array], k: int) -> Gradients[Enclosure]:
    limits, mine = tolerance.map(lambda array: array[k]), v.map(lambda array: array[k])
    return enclose(limits, lambda: product(pack[k], mine))
