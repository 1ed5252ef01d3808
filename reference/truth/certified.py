"""The truth: balls that provably hold the true gradient of a Case, and of each single equation.

It shares the Case and the names of the parts with the hand-written module, but no mathematics:
the layers are walked anew in Arb balls, whose radius accounts for every rounding. A pack is first
walked as a whole in pairs of floats with a proven radius; what is not sharp then goes to balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
from flint import arb, arb_mat, ctx

from ...manual.case import Case, Pack
from ...manual.gradients import Gradients
from ...manual.rounding.formats import FORMATS
from ...manual.shapes import Array
from . import balls, doubled
from .enclosure import Enclosure, enclosure

PRECISIONS = (128, 256, 512, 1024, 2048, 4096, 8192)
"""Bits, tried in turn; what the last one cannot resolve has radius ∞."""
SHARPNESS = 2.0**-10
"""The largest radius, as a part of the tolerance that it serves to judge."""
AFFORDABLE = 2**24
"""Weights times examples of a case that balls are asked about."""
FEW, FEW_WEIGHTS = 100, 600
"""Neurons of all cases, and their weights, to a layer, each times examples: below both, arrays cost more than balls."""
FINE = 2.0**-20
"""A part of the value and of the tolerance beside which no digit of an error is missed."""

T = TypeVar("T")
HandOver = Callable[[str, int, arb_mat], arb_mat]
"""What the next equation works from: given the part (z, a or delta), the index of its layer and
the result just enclosed."""


def ball_matrix(array: Array) -> arb_mat:
    """An array as balls that hold just its floats; a vector as a column."""
    rows = array.reshape(-1, 1) if array.ndim == 1 else array
    return arb_mat(rows.shape[0], rows.shape[1], rows.astype(np.float64).ravel().tolist())


def _columns(matrix: arb_mat) -> list[balls.Column]:
    entries, m = matrix.entries(), matrix.ncols()
    return [entries[j::m] for j in range(m)]


class BallNetwork(NamedTuple):
    """What a network is walked on: its leaves as matrices, what makes a matrix of rows, and the activations."""

    weights: list[Any]
    biases: list[Any]
    x: Any
    matrix: Callable[[list[list[Any]]], Any] = arb_mat
    activations: Mapping[str, balls.BallActivation] = balls.ACTIVATIONS


def numbers_of(case: Case) -> BallNetwork:
    """The case in balls."""
    return BallNetwork([*map(ball_matrix, case.weights)], [*map(ball_matrix, case.biases)], ball_matrix(case.x))


def _row_sums(matrix: arb_mat) -> arb_mat:
    return matrix * arb_mat(matrix.ncols(), 1, [1] * matrix.ncols())


def walk(case: Case, on: BallNetwork, hand_over: HandOver) -> Gradients[Any]:
    """One forward and one backward pass, each equation fed what is handed over."""
    architecture, m = case.architecture, case.examples
    names, share = architecture.activations, arb(1) / (m if architecture.reduction == "mean" else 1)
    weights, targets, every_example = on.weights, _columns(ball_matrix(case.y)), arb_mat(1, m, [1] * m)
    z, a, delta = [], [], []
    fed_z, fed_a = [], [on.x]

    def from_columns(columns: list[balls.Column]) -> Any:
        return on.matrix([list(row) for row in zip(*columns, strict=True)])

    for i, name in enumerate(names):
        z.append(weights[i] * fed_a[i] + on.biases[i] * every_example)
        fed_z.append(hand_over("z", i, z[i]))
        a.append(from_columns([on.activations[name].value(column) for column in _columns(fed_z[i])]))
        fed_a.append(hand_over("a", i, a[i]))
    cost = balls.cost(architecture.cost, names[-1])
    output = list(zip(_columns(fed_z[-1]), _columns(fed_a[-1]), targets, strict=True))
    deltas, costs = [cost.delta(*example) for example in output], [cost.value(*example) for example in output]
    if case.example_weights is not None:
        counts = [*map(arb, case.example_weights.tolist())]
        deltas = [[d * count for d in column] for column, count in zip(deltas, counts, strict=True)]
        costs = [each * count for each, count in zip(costs, counts, strict=True)]
    delta.append(from_columns(deltas) * share)
    fed_delta = [hand_over("delta", len(names) - 1, delta[0])]
    for i in range(len(names) - 2, -1, -1):
        back, pull = weights[i + 1].transpose() * fed_delta[0], on.activations[names[i]].pull
        pulled = [pull(*columns) for columns in zip(_columns(fed_z[i]), _columns(back), strict=True)]
        delta.insert(0, from_columns(pulled))
        fed_delta.insert(0, hand_over("delta", i, delta[0]))
    nabla_w = [d * below.transpose() for d, below in zip(fed_delta, fed_a, strict=False)]
    if architecture.l2:
        nabla_w = [of_c0 + w * (arb(architecture.l2) * share) for of_c0, w in zip(nabla_w, weights, strict=True)]
        costs += [arb(architecture.l2) / 2 * x * x for w in weights for x in w.entries()]
    return Gradients(
        nabla_w=tuple(nabla_w),
        nabla_b=tuple(map(_row_sums, fed_delta)),
        delta=tuple(delta),
        z=tuple(z),
        a=tuple(a),
        cost=on.matrix([[sum(costs, arb(0)) * share]]),
    )


def _unresolved(enclosure: Enclosure, tolerance: Array) -> Array:
    """Where the radius is not small beside a finite tolerance (below the smallest float it always is)."""
    coarse = ~(enclosure.radius <= SHARPNESS * tolerance)
    if not coarse.any():
        return coarse
    spacing = np.spacing(np.abs(enclosure.hi))
    fine = enclosure.radius <= np.maximum(SHARPNESS * (tolerance + spacing), np.finfo(np.float64).smallest_subnormal)
    return np.isfinite(tolerance) & ~fine


def is_sharp(truth: Gradients[Enclosure], tolerance: Gradients[Array]) -> bool:
    """Whether every radius is small beside this tolerance, or ∞ beside any."""
    coarse = truth.map(lambda part, limit: _unresolved(part, limit) & np.isfinite(part.radius), tolerance)
    return not any(entries.any() for _, entries in coarse.items())


def enclose(tolerance: Gradients[Array], walked_anew: Callable[[], Gradients[arb_mat]]) -> Gradients[Enclosure]:
    """Walk at rising precision until every entry is resolved; what never is has radius ∞."""
    limits = np.concatenate([limit.ravel() for limit in _parts(tolerance)])
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            walked = [entry for matrix in _parts(walked_anew()) for entry in matrix.entries()]
            truth = enclosure(walked, limits.shape)
        unresolved = _unresolved(truth, limits)
        if not unresolved.any():
            return _taken_apart(truth, tolerance)
    return _taken_apart(_give_up(truth, unresolved), tolerance)


def _parts(of: Gradients[T]) -> list[T]:
    """In the order in which Gradients are mapped."""
    found: list[T] = []
    of.map(found.append)
    return found


def _taken_apart(truth: Enclosure, of: Gradients[Array]) -> Gradients[Enclosure]:
    """What lies end to end, as parts of these shapes."""
    ends = np.cumsum([part.size for part in _parts(of)])[:-1]
    parts = iter(zip(*(np.split(each, ends) for each in truth), strict=True))
    return of.map(lambda like: Enclosure(*(each.reshape(like.shape) for each in next(parts))))


def _give_up(enclosure: Enclosure, unresolved: Array) -> Enclosure:
    return enclosure._replace(radius=np.where(unresolved, np.inf, enclosure.radius))


def truth(inputs: Case | Pack, tolerance: Gradients[Array]) -> Gradients[Enclosure]:
    """Enclose the true z, a, C, δ, ∂C/∂b and ∂C/∂W of a case, or of every case of a pack.

    Arguments:
        inputs: A Case, or a Pack of K cases. Its floats are taken as exact numbers.
        tolerance: Float64, shaped as the result: the error that matters in each entry. Precision is raised until
            the radius is at most 2^−10 of it, where it is finite.

    Returns:
        Gradients of Enclosure, each part shaped as a backend's answer, without the axis K for a Case. The radius
        is ∞ where 8,192 bits do not suffice.

    Source:
        Arb's ball arithmetic (F. Johansson, 2017) on BP1 to BP4, written apart from `backproof.manual`; packs in
        pairs of floats with a proven radius (docs/certification.md).

    """
    return _of_pack(inputs, None, tolerance) if isinstance(inputs, Pack) else _of_case(inputs, None, tolerance)


def step_truth(inputs: Case | Pack, computed: Gradients[Array], tolerance: Gradients[Array]) -> Gradients[Enclosure]:
    """Enclose the true result of each equation alone, from the floats that a program itself shows.

    Arguments:
        inputs: A Case, or a Pack of K cases.
        computed: The program's answer; each equation is taken from the last of its floats before it.
        tolerance: As for `truth`, of one step.

    Returns:
        Gradients of Enclosure, as `truth` gives them.

    """
    return _of_pack(inputs, computed, tolerance) if isinstance(inputs, Pack) else _of_case(inputs, computed, tolerance)


def _of_case(case: Case, computed: Gradients[Array] | None, tolerance: Gradients[Array]) -> Gradients[Enclosure]:
    def hand_over(part: str, index: int, result: arb_mat) -> arb_mat:
        shown = None if computed is None else getattr(computed, part)
        return result if shown is None else ball_matrix(shown[index])

    return enclose(tolerance, lambda: walk(case, numbers_of(case), hand_over))


def _of_pack(pack: Pack, computed: Gradients[Array] | None, tolerance: Gradients[Array]) -> Gradients[Enclosure]:
    """In pairs of floats, and in balls those cases of which some entry is not sharp enough then.

    All in balls where the pack is small, or has no rows in pairs.
    """
    if _is_small(pack) or not doubled.covers(pack.architecture):
        return stacked([_of_case(case, *_at(k, computed, tolerance)) for k, case in enumerate(pack)])
    whole = doubled.walk(pack, computed).map(_settled)
    unresolved = whole.map(partial(_open, pack.dtype.name), tolerance)
    blunt = np.any([entries.reshape(len(pack), -1).any(axis=1) for _, entries in unresolved.items()], axis=0)
    if pack.architecture.parameters * pack.examples > AFFORDABLE:
        return whole.map(_give_up, whole.map(_unresolved, tolerance))
    for k in np.flatnonzero(blunt).tolist():
        whole.map(partial(_put, k), _of_case(pack[k], *_at(k, computed, tolerance)))
    return whole


def _is_small(pack: Pack) -> bool:
    of, copies = pack.architecture, len(pack) * pack.examples
    return copies * sum(of.widths[1:]) < FEW * of.depth and copies * of.parameters < FEW_WEIGHTS * of.depth


def _settled(parts: Enclosure) -> Enclosure:
    """Arrays of their own, with radius ∞ where some part is no number."""
    hi, lo, radius = parts
    return Enclosure(
        hi.copy(), lo.copy(), np.where(np.isfinite(hi) & np.isfinite(lo) & np.isfinite(radius), radius, np.inf)
    )


def _open(dtype: str, enclosure: Enclosure, tolerance: Array) -> Array:
    """What balls may resolve: a radius that is large beside the tolerance, or beside an ulp of the value."""
    return _unresolved(enclosure, tolerance) | _doubtful(dtype, enclosure, tolerance)


def _doubtful(dtype: str, enclosure: Enclosure, tolerance: Array) -> Array:
    """Where the radius shows beside an ulp of the value; or in digits, where the tolerance is very many ulps."""
    coarse = ~(enclosure.radius <= FORMATS[dtype].eps / 8 * np.abs(enclosure.hi))  # an ulp is at least eps/2 of it
    if not coarse.any():
        return coarse
    with np.errstate(over="ignore", invalid="ignore"):
        ulp = np.spacing(np.abs(enclosure.hi).astype(dtype)).astype(np.float64)
    fine = np.maximum(2.0**-2 * ulp, FINE * np.minimum(np.abs(enclosure.hi), tolerance))
    return ~(enclosure.radius <= np.maximum(fine, _underflown(dtype))) & np.isfinite(tolerance)


def _underflown(dtype: str) -> float:
    """What is nearer to 0 does not show among a dtype's smallest floats; of float64 pairs say no more than 2^−1060."""
    return max(2.0**-1060, 2.0**-10 * FORMATS[dtype].smallest_subnormal)


def _at(
    k: int, computed: Gradients[Array] | None, tolerance: Gradients[Array]
) -> tuple[Gradients[Array] | None, Gradients[Array]]:
    return computed and computed.map(lambda array: array[k]), tolerance.map(lambda array: array[k])


def _put(k: int, parts: Enclosure, part: Enclosure) -> None:
    for array, value in zip(parts, part, strict=True):
        array[k] = value


def stacked(cases: list[Gradients[Enclosure]]) -> Gradients[Enclosure]:
    """Those of cases as those of their pack."""
    first, *rest = cases
    return first.map(lambda *parts: Enclosure(*map(np.stack, zip(*parts, strict=True))), *rest)
