"""What rounding can do to a Hessian-vector product, end to end: the companion of the R-operator.

One bound serves every order of differentiation: forward over reverse, reverse over reverse and reverse over
forward carry the same R{z} and R{δ} from layer to layer (docs/bounds.md, section 11).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from ..activations import ACTIVATIONS, SOFTMAX, Elementwise
from ..activations.softmax import pull_error
from ..backprop import head_of, hidden_activation
from ..case import Case, Pack
from ..gradients import Gradients
from ..rounding import rounding
from ..rounding.arithmetic import Arithmetic, Inexact, Tier
from ..shapes import Array
from .activation_rows import SECOND
from .cost_rows import second_order, triple_error
from .direction import Direction
from .r_operator import hessian_vector, r_activation, unsupported


class Factors(NamedTuple):
    """Two matrices that are multiplied."""

    left: Inexact
    right: Inexact


def products(pairs: list[Factors], arithmetic: Arithmetic, addend: Inexact | None = None) -> Inexact:
    """A sum of matrix products, and a column that may be added: the bound of one inner product of N terms."""
    n = sum(pair.left.value.shape[-1] for pair in pairs) + len(pairs)
    magnitude = sum(x.most @ y.most for x, y in pairs)
    inherited = sum(x.most @ y.error + x.error @ y.most for x, y in pairs)
    value = sum(x.value @ y.value for x, y in pairs)
    if addend is not None:
        value, magnitude, inherited = value + addend.value, magnitude + addend.most, inherited + addend.error
    error = inherited + arithmetic.gamma(n + 2) * magnitude + (2 * n + 2) * arithmetic.tau
    return Inexact(np.asarray(value), arithmetic.ranged(np.asarray(magnitude), np.asarray(error)))


def transposed(x: Inexact) -> Inexact:
    """Of a matrix, or of every matrix of a pack."""
    return Inexact(x.value.mT, x.error.mT)


def _column(x: Inexact) -> Inexact:
    return Inexact(x.value[..., None], x.error[..., None])


class _Layer(NamedTuple):
    """What one layer has by the end of the forward pass; a_in and r_a_in are of the layer below."""

    w: Inexact
    v: Inexact
    a_in: Inexact
    r_a_in: Inexact
    z: Inexact
    r_z: Inexact
    a: Inexact
    r_a: Inexact


def _forward(inputs: Case | Pack, direction: Direction, arithmetic: Arithmetic, tier: Tier) -> list[_Layer]:
    layers: list[_Layer] = []
    a = arithmetic.read(inputs.x)
    r_a = Inexact(np.zeros_like(a.value), np.zeros_like(a.value))
    rows = zip(inputs.weights, inputs.biases, *direction, inputs.architecture.activations, strict=True)
    for *arrays, name in rows:
        w, b, v, beta = map(arithmetic.read, arrays)
        z = rounding.weighted_input(w, b, a, arithmetic)
        r_z = products([Factors(w, r_a), Factors(v, a)], arithmetic, _column(beta))
        above = rounding.activation(ACTIVATIONS[name], z, arithmetic, tier)
        r_above = _r_activation(name, z, r_z, arithmetic, tier)
        layers.append(_Layer(w, v, a, r_a, z, r_z, above, r_above))
        a, r_a = above, r_above
    return layers


def _r_activation(name: str, z: Inexact, r_z: Inexact, arithmetic: Arithmetic, tier: Tier) -> Inexact:
    """R{a}: the product rule with σ′, or the pull-back of a softmax."""
    sigma = ACTIVATIONS[name]
    if isinstance(sigma, Elementwise):
        error = arithmetic.product_error(sigma.slope_within(z, arithmetic, tier), r_z, 8)
    else:
        p = Inexact(SOFTMAX.value(z.value), SOFTMAX.error_of(tier)(z, arithmetic))
        error = pull_error(p, r_z, arithmetic)
    return Inexact(r_activation(sigma, z.value, r_z.value), arithmetic.ranged(r_z.most, error))


def r_bp1(
    inputs: Case | Pack, z: Inexact, a: Inexact, y: Inexact, r_z: Inexact, arithmetic: Arithmetic, tier: Tier
) -> Inexact:
    """R{δ^L}, with its share."""
    head = head_of(inputs)
    second = second_order(head)
    assert second is not None, f"asked for what is not supported: {unsupported(inputs.architecture)}"
    value = second.value(head, z.value, a.value, y.value, r_z.value)
    error = second.error(head, z, a, y, r_z, arithmetic, tier) * inputs.share
    # The share may come first: what underflows then is not shared out any more.
    lost = 16 * arithmetic.tau * _reach(a.most + y.most) * _reach(r_z.most)
    return rounding.shared(value * inputs.share, error + lost, arithmetic)


def _reach(x: Array) -> Array:
    """More than any factor that a head takes from one example."""
    return np.asarray(1 + x + x.sum(axis=-2, keepdims=True))


def r_bp2(
    w_next: Inexact,
    v_next: Inexact,
    delta_next: Inexact,
    r_delta_next: Inexact,
    name: str,
    z: Inexact,
    r_z: Inexact,
    arithmetic: Arithmetic,
    tier: Tier,
) -> Inexact:
    """R{δ^l}: two inner products, the product rule with σ′, and with σ″ and R{z^l}."""
    slope = hidden_activation(name).slope_within(z, arithmetic, tier)
    second = SECOND[name].within(name, z, arithmetic, tier)
    back = products([Factors(transposed(w_next), delta_next)], arithmetic)
    moved = products([Factors(transposed(w_next), r_delta_next), Factors(transposed(v_next), delta_next)], arithmetic)
    value = moved.value * slope.value + back.value * second.value * r_z.value
    error = arithmetic.product_error(moved, slope, 8) + triple_error(back, second, r_z, arithmetic)
    return Inexact(value, arithmetic.ranged(moved.most + back.most * r_z.most, error))


def r_end_to_end(inputs: Case | Pack, direction: Direction, arithmetic: Arithmetic, tier: Tier) -> Gradients[Array]:
    """For every entry of Hv, and every R{z}, R{a} and R{δ}, the most that a correct program may be off.

    Float64, shaped as `hessian_vector` has it; ∞ where intermediates may leave the range.
    """
    with np.errstate(all="ignore"):
        layers = _forward(inputs, direction, arithmetic, tier)
        deltas, r_deltas = _back(inputs, layers, arithmetic, tier)
        return Gradients(
            nabla_w=tuple(
                products(
                    [Factors(r_delta, transposed(layer.a_in)), Factors(delta, transposed(layer.r_a_in))], arithmetic
                ).error
                for layer, delta, r_delta in zip(layers, deltas, r_deltas, strict=True)
            ),
            nabla_b=tuple(rounding.bp3(r_delta, arithmetic).error for r_delta in r_deltas),
            delta=tuple(r_delta.error for r_delta in r_deltas),
            z=tuple(layer.r_z.error for layer in layers),
            a=tuple(layer.r_a.error for layer in layers),
        )


def r_by_columns(inputs: Case | Pack, direction: Direction, arithmetic: Arithmetic, tier: Tier) -> Gradients[Array]:
    """The same for a program that works out every column of H, and the sum of v_j times them afterwards."""
    exact, count = inputs.astype(np.float64), inputs.architecture.parameters
    total: Gradients[Array] | None = None
    for unit, move in direction.units():
        errors, column = r_end_to_end(inputs, unit, arithmetic, tier), hessian_vector(exact, unit)
        part = errors.map(partial(_column_error, arithmetic.read(move), count, arithmetic), column)
        total = part if total is None else total.map(np.add, part)
    assert total is not None
    return total


def _column_error(move: Inexact, count: int, arithmetic: Arithmetic, error: Array, value: Array) -> Array:
    """What one of so many columns adds, multiplied by what v moves it by."""
    column = Inexact(value, error)
    factor = Inexact(*(part.reshape(part.shape + (1,) * (error.ndim - part.ndim)) for part in move))
    with np.errstate(all="ignore"):
        off = arithmetic.product_error(column, factor, count + 2)
        return arithmetic.ranged(np.maximum(1.0, factor.most) * column.most, off)


def _back(
    inputs: Case | Pack, layers: list[_Layer], arithmetic: Arithmetic, tier: Tier
) -> tuple[list[Inexact], list[Inexact]]:
    names, y = inputs.architecture.activations, arithmetic.read(inputs.y)
    top, head, row = layers[-1], head_of(inputs), inputs.architecture.cost
    deltas = [rounding.bp1(head, row, top.z, top.a, y, rounding.Shares(inputs.share), arithmetic, tier)]
    r_deltas = [r_bp1(inputs, top.z, top.a, y, top.r_z, arithmetic, tier)]
    for i in range(len(layers) - 2, -1, -1):
        here, above = layers[i], layers[i + 1]
        moved = (above.w, above.v, deltas[0], r_deltas[0], names[i], here.z, here.r_z, arithmetic, tier)
        r_deltas.insert(0, r_bp2(*moved))
        deltas.insert(0, rounding.bp2(above.w, deltas[0], hidden_activation(names[i]), here.z, arithmetic, tier))
    return deltas, r_deltas
