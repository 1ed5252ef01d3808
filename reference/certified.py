"""The truth: balls that provably hold the true gradient of a Case, and of each single equation.

It shares the Case and the names of the parts with the hand-written module, but no mathematics:
the layers are walked anew in Arb balls, whose radius accounts for every rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from flint import arb, arb_mat, ctx

from ..manual.case import Case
from ..manual.gradients import Gradients
from ..manual.shapes import Array
from . import balls

PRECISIONS = (128, 256, 512, 1024, 2048, 4096, 8192)
"""Bits, tried in turn; what the last one cannot resolve has radius ∞."""
SHARPNESS = 2.0**-10
"""The largest radius, as a part of the tolerance that it serves to judge."""


class Enclosure(NamedTuple):
    """|x − (hi + lo)| ≤ radius for the true x, entry by entry; float64."""

    hi: Array
    lo: Array
    radius: Array


HandOver = Callable[[str, int, arb_mat], arb_mat]
"""What the next equation works from: given the part (z, a or delta), the index of its layer and
the result just enclosed."""


def _matrix(array: Array) -> arb_mat:
    rows = array.reshape(-1, 1) if array.ndim == 1 else array
    return arb_mat(rows.shape[0], rows.shape[1], rows.astype(np.float64).ravel().tolist())


def _columns(matrix: arb_mat) -> list[balls.Column]:
    entries, m = matrix.entries(), matrix.ncols()
    return [entries[j::m] for j in range(m)]


def _from_columns(columns: list[balls.Column]) -> arb_mat:
    return arb_mat([list(row) for row in zip(*columns, strict=True)])


def _row_sums(matrix: arb_mat) -> arb_mat:
    return matrix * arb_mat(matrix.ncols(), 1, [1] * matrix.ncols())


def _walk(case: Case, hand_over: HandOver) -> Gradients[arb_mat]:
    """One forward and one backward pass in balls, each equation fed what is handed over."""
    architecture, m = case.architecture, case.examples
    names, share = architecture.activations, arb(1) / (m if architecture.reduction == "mean" else 1)
    weights, targets = [_matrix(w) for w in case.weights], _columns(_matrix(case.y))
    every_example = arb_mat(1, m, [1] * m)
    z, a, delta = [], [], []
    fed_z, fed_a = [], [_matrix(case.x)]
    for i, name in enumerate(names):
        z.append(weights[i] * fed_a[i] + _matrix(case.biases[i]) * every_example)
        fed_z.append(hand_over("z", i, z[i]))
        a.append(_from_columns([balls.ACTIVATIONS[name].value(column) for column in _columns(fed_z[i])]))
        fed_a.append(hand_over("a", i, a[i]))
    cost = balls.cost(architecture.cost, names[-1])
    output = list(zip(_columns(fed_z[-1]), _columns(fed_a[-1]), targets, strict=True))
    delta.append(_from_columns([cost.delta(*example) for example in output]) * share)
    fed_delta = [hand_over("delta", len(names) - 1, delta[0])]
    for i in range(len(names) - 2, -1, -1):
        back, pull = weights[i + 1].transpose() * fed_delta[0], balls.ACTIVATIONS[names[i]].pull
        pulled = [pull(*columns) for columns in zip(_columns(fed_z[i]), _columns(back), strict=True)]
        delta.insert(0, _from_columns(pulled))
        fed_delta.insert(0, hand_over("delta", i, delta[0]))
    return Gradients(
        nabla_w=tuple(d * below.transpose() for d, below in zip(fed_delta, fed_a, strict=False)),
        nabla_b=tuple(map(_row_sums, fed_delta)),
        delta=tuple(delta),
        z=tuple(z),
        a=tuple(a),
        cost=arb_mat([[sum((cost.value(*example) for example in output), arb(0)) * share]]),
    )


def _enclosure(matrix: arb_mat, shape: tuple[int, ...]) -> Enclosure:
    hi, lo, radius = np.empty((3, matrix.nrows() * matrix.ncols()))
    for i, entry in enumerate(matrix.entries()):
        hi[i] = high = float(entry)
        rest = entry - high
        lo[i] = low = float(rest)
        doubt = (rest - low).abs_upper()
        # float() rounds to nearest: a step up makes it an upper bound again, unless it is exactly 0.
        radius[i] = 0.0 if doubt == 0 else math.nextafter(float(doubt) * (1 + 2.0**-50), math.inf)
    radius[np.isnan(radius) | ~np.isfinite(hi)] = np.inf
    return Enclosure(hi.reshape(shape), lo.reshape(shape), radius.reshape(shape))


def _unresolved(enclosure: Enclosure, tolerance: Array) -> Array:
    """Where the radius is not small beside a finite tolerance (below the smallest float it always is)."""
    spacing = np.spacing(np.abs(enclosure.hi))
    fine = enclosure.radius <= np.maximum(SHARPNESS * (tolerance + spacing), np.finfo(np.float64).smallest_subnormal)
    return np.isfinite(tolerance) & ~fine


def _enclose(case: Case, tolerance: Gradients[Array], hand_over: HandOver) -> Gradients[Enclosure]:
    """Walk at rising precision until every entry is resolved; what never is has radius ∞."""
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            walked = _walk(case, hand_over)
            truth = walked.map(lambda matrix, limit: _enclosure(matrix, limit.shape), tolerance)
        unresolved = truth.map(_unresolved, tolerance)
        if not any(entries.any() for _, entries in unresolved.items()):
            return truth
    return truth.map(_give_up, unresolved)


def _give_up(enclosure: Enclosure, unresolved: Array) -> Enclosure:
    return enclosure._replace(radius=np.where(unresolved, np.inf, enclosure.radius))


def truth(case: Case, tolerance: Gradients[Array]) -> Gradients[Enclosure]:
    """The true z, a, C, δ, ∂C/∂b and ∂C/∂W of a Case, enclosed.

    `tolerance`, shaped like the result, says what is to be judged: balls are made 2^10 times
    sharper than it where it is finite.
    """
    return _enclose(case, tolerance, lambda part, index, result: result)


def step_truth(case: Case, own: Gradients[Array], tolerance: Gradients[Array]) -> Gradients[Enclosure]:
    """The true result of each equation alone, from the floats that a program itself shows."""

    def hand_over(part: str, index: int, result: arb_mat) -> arb_mat:
        shown = getattr(own, part)
        return result if shown is None else _matrix(shown[index])

    return _enclose(case, tolerance, hand_over)
