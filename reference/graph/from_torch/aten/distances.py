"""Distances of all rows of one matrix from all rows of another."""

from __future__ import annotations

from ...expression import Expression
from ...graph import Unsupported
from .call import AtenCall, Row
from .reductions import norm

E = Expression


def distances(call: AtenCall, x: E, y: E, order: float, mode: int | None) -> E:
    """|x_i − y_j| of all rows."""
    return norm(call, _differences(x, y), order, [-1])


def by_a_product(call: AtenCall, x: E, y: E) -> E:
    """√max(|x|² + |y|² − 2xy, 0): torch's form for more than 25 rows, which cancels."""
    squares = x.square().sum([-1], True) + y.square().sum([-1], True).mT - x.matmul(y.mT) * 2.0
    return squares._with("max", 0.0).sqrt()


def distances_backward(call: AtenCall, v: E, x: E, y: E, order: float, found: E) -> E:
    """Σ_j v (x_i − y_j)/|x_i − y_j|, nothing where they are equal."""
    if order not in (1, 2):
        raise Unsupported(f"{call.executed}: distances of order 1 or 2, not {order}")
    apart = _differences(x, y)
    size = found.reshape(*found.shape, 1)
    slope = apart.apply("sign") if order == 1 else size.compare("eq", 0.0).where(0.0, apart / size)
    return (v.reshape(*v.shape, 1) * slope).sum([-2])


def _differences(x: E, y: E) -> E:
    return x.reshape(*x.shape[:-1], 1, x.shape[-1]) - y.reshape(*y.shape[:-2], 1, *y.shape[-2:])


DISTANCES: dict[str, Row] = {
    "_cdist_forward": distances, "_cdist_backward": distances_backward, "_euclidean_dist": by_a_product,
}  # fmt: skip
