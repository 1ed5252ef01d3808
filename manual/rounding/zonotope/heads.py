"""BP1 for linear forms: how a cost on its output activation passes the errors of z^L on to δ^L."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np

from ...activations import SOFTMAX, Elementwise, sum_of_others
from ...activations.ranges import range_of, slopes
from ...costs import Head
from ...costs.binary import BinaryCrossEntropy
from ...costs.categorical import CategoricalCrossEntropy
from ...costs.difference import Difference
from ...costs.smoothed import Smoothed
from ...shapes import Array
from ..arithmetic import STABLE, Arithmetic, Inexact
from .form import LEAST, SPACING, Form, spread_of
from .layers import CROSS, Rules, passed_on

BENT = 12.0
"""How far the softmax's derivative turns on the way: |D²p_j[v, d]| ≤ 2 p_j q_j · range v · range d."""
FLOAT64 = Arithmetic("float64")


class HeadOperands(NamedTuple):
    """What a cost is worked out from: z^L, as elementwise work reads it, and y."""

    z: Form
    y: Inexact


def delta(rules: Rules, head: Head, output: HeadOperands) -> tuple[Form, Array]:
    """δ^L before it is weighted and shared out, and the largest magnitude on its way."""
    row = next(row for kind, row in ROWS if isinstance(head, kind))
    return row(rules, head, output)


def _smoothed(rules: Rules, head: Head, output: HeadOperands) -> tuple[Form, Array]:
    smoothed = cast("Smoothed", head)
    known = smoothed.known(output.y, rules.arithmetic)
    return delta(rules, smoothed.unsmoothed, output._replace(y=known))


def _binary(rules: Rules, head: Head, output: HeadOperands) -> tuple[Form, Array]:
    """σ(z) − y."""
    binary, (z, y), near = cast("BinaryCrossEntropy", head), output, rules.near(output.z)
    moved = _through_sigma(rules, cast("Elementwise", head.sigma), output)
    value = binary.delta(z.value, moved.value, y.value)
    box = moved.box + binary.delta_rounding(near, y, rules.arithmetic, rules.tier)
    return moved._replace(value=value, box=box), np.abs(y.value)


def _through_sigma(rules: Rules, sigma: Elementwise, output: HeadOperands) -> Form:
    """σ(z) before it is rounded."""
    z = output.z
    middle, box = passed_on(z, slopes(sigma, rules.near(z)), np.zeros_like(z.box))
    return Form(sigma.value(z.value), middle[..., None] * z.signed, np.abs(middle) * z.spread, box)


def _categorical(rules: Rules, head: Head, output: HeadOperands) -> tuple[Form, Array]:
    """p Σy − y."""
    categorical, (_, y), near = cast("CategoricalCrossEntropy", head), output, rules.near(output.z)
    # z^L is read once here: whichever version that is, its own rounding is one symbol for all p.
    p, total = _softmax(rules, output._replace(z=output.z.settled())), y.value.sum(axis=-2, keepdims=True)
    of_total = y.error.sum(axis=-2, keepdims=True) + y.value.shape[-2] * SPACING * y.most.sum(axis=-2, keepdims=True)
    rounded = categorical.delta_rounding(near, y, rules.arithmetic, rules.tier)
    box = (
        np.abs(total) * p.box + CROSS * of_total * p.radius + 4 * SPACING * np.abs(total) * p.radius + rounded + p.lost
    )
    value = categorical.delta(output.z.value, p.value, y.value)
    return Form(value, total[..., None] * p.signed, np.abs(total) * p.spread, box), y.most


def _softmax(rules: Rules, output: HeadOperands) -> Form:
    """p before it is rounded: p_j Σ_{k≠j} p_k (A_j − A_k)."""
    z, near = output.z, rules.near(output.z)
    p, most = SOFTMAX.value(z.value), SOFTMAX.most_likely(near)
    others, top = np.minimum(1.0, sum_of_others(most)), z.radius.max(axis=-2, keepdims=True)
    jacobian = _jacobian(p)
    signed = (jacobian @ np.moveaxis(z.signed, -2, -3)).swapaxes(-3, -2)
    n, off = p.shape[-2], SOFTMAX.rounding(near, FLOAT64, STABLE) + (p.shape[-2] + 8) * SPACING
    evaluated = 2 * top * most * (off * others + sum_of_others(off * most)) + 4 * n * FLOAT64.omega * (1 + top)
    of_box = SOFTMAX.moved(Inexact(z.value, z.box), most)
    box = BENT * most * others * top**2 + evaluated + of_box + n * z.lost
    return Form(p, signed, spread_of(signed), box)


def _jacobian(p: Array) -> Array:
    """∂p_j/∂z_k, (k, m, n, n)."""
    columns = p.swapaxes(-1, -2)
    jacobian = -columns[..., :, None] * columns[..., None, :]
    each = np.arange(p.shape[-2])
    jacobian[..., each, each] = columns * sum_of_others(p).swapaxes(-1, -2)
    return jacobian


def _difference(rules: Rules, head: Head, output: HeadOperands) -> tuple[Form, Array]:
    """f′(a − y) ⊙ σ′(z)."""
    difference, sigma, z = cast("Difference", head), head.sigma, output.z
    if not isinstance(sigma, Elementwise):
        return _difference_of_softmax(rules, difference, output)
    near = rules.near(z)
    moved = _through_sigma(rules, sigma, output)
    a = moved._replace(box=moved.box + sigma.rounding_of(rules.tier)(near, rules.arithmetic))
    g = _less(rules, a, output.y)
    s = rules.slope(sigma, z, slopes(sigma, near))
    return rules.times_slope(_rise(rules, difference, g), s, sigma.raised(near), 8), g.most


def _less(rules: Rules, a: Form, y: Inexact) -> Form:
    """g = a − y."""
    value = a.value - y.value
    rounding = rules.arithmetic.u * (np.abs(value) + 2 * a.radius + 2 * y.error) + rules.arithmetic.tau
    return a._replace(value=value, box=a.box + y.error + rounding)


def _rise(rules: Rules, head: Difference, g: Form) -> Form:
    """f′(g)."""
    near = rules.near(g)
    rounded = head.rise_rounding(near, rules.arithmetic, rules.tier)
    middle, box = passed_on(g, range_of(head.second, near, head.extremes), rounded)
    return Form(head.rise(g.value), middle[..., None] * g.signed, np.abs(middle) * g.spread, box)


def _difference_of_softmax(rules: Rules, head: Difference, output: HeadOperands) -> tuple[Form, Array]:
    """p ⊙ (r − pᵀr), r = f′(p − y), with room for p_j Σ_k p_k (r_j − r_k): more roundings, fewer digits lost."""
    n, near = output.z.value.shape[-2], rules.near(output.z)
    p = _softmax(rules, output)
    p = p._replace(box=p.box + SOFTMAX.rounding_of(rules.tier)(near, rules.arithmetic))
    g = _less(rules, p, output.y)
    rise = _rise(rules, head, g)
    each = _product(rules, p, rise, 2)
    summing = rules.arithmetic.summed(n, 0) * p.most * rise.most
    mean = Form(
        each.value.sum(axis=-2, keepdims=True),
        each.signed.sum(axis=-3, keepdims=True),
        np.zeros_like(output.y.value[..., :1, :]),
        (each.box + summing + 2 * n * SPACING * each.spread).sum(axis=-2, keepdims=True),
    )
    mean = mean._replace(spread=spread_of(mean.signed))
    signed = rise.signed - mean.signed
    box = rise.box + mean.box + 2 * SPACING * (rise.spread + mean.spread)
    centred = Form(rise.value - mean.value, signed, spread_of(signed), box)
    rounding = rules.arithmetic.gamma(n + 8) * p.most * (rise.most + mean.most)
    product = _product(rules, p, centred, 8)
    return product._replace(box=product.box + rounding), g.most


def _product(rules: Rules, x: Form, y: Form, roundings: int) -> Form:
    """x ⊙ y of two forms in the same symbols."""
    signed = x.value[..., None] * y.signed + y.value[..., None] * x.signed
    box = rules.product_box(x, y.inexact, y.box, roundings) + x.lost + y.lost
    return Form(x.value * y.value, signed, spread_of(signed), np.asarray(box + 4 * LEAST))


Row = Callable[[Rules, Head, HeadOperands], tuple[Form, Array]]
ROWS: tuple[tuple[type[Head], Row], ...] = (
    (BinaryCrossEntropy, _binary),
    (CategoricalCrossEntropy, _categorical),
    (Smoothed, _smoothed),
    (Difference, _difference),
)
"""By the class of a head."""
