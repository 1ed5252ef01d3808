"""What rounding can do to each equation: its companion, for one step and end to end.

A companion takes its operands as Inexact (a value with a bound on its error) and gives the result
as Inexact. With exact operands that is the bound of one step; chained from the inputs, the bound
of the whole computation. Every line is derived, and its assumptions stated, in docs/bounds.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np

from ..activations import ACTIVATIONS, Activation, Elementwise
from ..backprop import head_of, hidden_activation
from ..case import Case, Pack
from ..costs import Head
from ..gradients import Gradients
from ..network import weighted_input as exact_weighted_input
from ..regularisation import decayed_bound, penalised_bound
from ..shapes import Array
from .arithmetic import PRODUCTS, STABLE, Arithmetic, Inexact, Tier
from .forward_mode import widened


def weighted_input(w: Inexact, b: Inexact, a: Inexact, arithmetic: Arithmetic, tier: Tier = STABLE) -> Inexact:
    """z = W a + b: e_z = |W|e_a + e_W ā + γ_{n+2}(W̄ ā + b̄) + e_b + (2n + 2)τ, where x̄ = |x| + 2e_x."""
    n = w.value.shape[-1]
    w, a, arithmetic = _operands(w, a, arithmetic, tier)
    w_most, a_most = w.most, a.most
    magnitude = w_most @ a_most + b.most[..., None]
    of_a = 0.0 if a.exact else (w_most if w.exact else np.abs(w.value)) @ a.error
    inherited = of_a + (0.0 if w.exact else w.error @ a_most) + b.error[..., None]
    error = inherited + arithmetic.summed(n, 2) * magnitude + (2 * n + 2) * arithmetic.tau
    return Inexact(exact_weighted_input(w.value, a.value, b.value), arithmetic.ranged(magnitude, error))


def _operands(x: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> tuple[Inexact, Inexact, Arithmetic]:
    """What a matrix product reads, and what it is worked out in."""
    narrow = tier.narrow(PRODUCTS, arithmetic)
    return tier.narrowed(PRODUCTS, x, arithmetic), tier.narrowed(PRODUCTS, y, arithmetic), narrow


def activation(sigma: Activation, z: Inexact, arithmetic: Arithmetic, tier: Tier) -> Inexact:
    """a = σ(z)."""
    error = sigma.error_of(tier)(z, arithmetic) + tier.value_excess(sigma.name, z)
    return Inexact(sigma.value(z.value), arithmetic.ranged(np.zeros_like(error), error))


class Shares(NamedTuple):
    """What the examples count: all the same share of C, and each its weight (*k, 1, m) where there are weights."""

    share: float
    weights: Inexact | None = None


def cost(
    head: Head, row: str, z: Inexact, a: Inexact, y: Inexact, shares: Shares, arithmetic: Arithmetic, tier: Tier
) -> Inexact:
    """C, summed over the examples and shared out."""
    error = head.value_error(z, a, y, arithmetic, tier) + tier.value_excess(row, z, y.value).sum(axis=-2)
    each = Inexact(head.value(z.value, a.value, y.value)[..., None, :], error[..., None, :])
    weighted = _weighted(each, shares, arithmetic)
    total, total_error = (part.sum(axis=(-2, -1)) * shares.share for part in weighted)
    return shared(np.asarray(total), np.asarray(total_error), arithmetic)


def bp1(
    head: Head, row: str, z: Inexact, a: Inexact, y: Inexact, shares: Shares, arithmetic: Arithmetic, tier: Tier
) -> Inexact:
    """δ^L = ∇_a C ⊙ σ′(z^L), times the share of one example."""
    error = head.delta_error(z, a, y, arithmetic, tier) + tier.slope_excess(row, z, y.value)
    delta = Inexact(head.delta(z.value, a.value, y.value), error)
    weighted = _weighted(delta, shares, arithmetic, head.factor(a, y))
    return shared(weighted.value * shares.share, weighted.error * shares.share, arithmetic)


def _weighted(x: Inexact, shares: Shares, arithmetic: Arithmetic, factor: Array | float = 0.0) -> Inexact:
    """Times the weights of the examples, before or after the share: either may underflow first.

    A factor of x may meet them earlier, and leave the range.
    """
    if shares.weights is None:
        return x
    product = arithmetic.product_error(x, shares.weights, 4) + 4 * arithmetic.tau * shares.weights.most
    magnitude = np.maximum(x.most, factor) * shares.weights.most
    return Inexact(x.value * shares.weights.value, arithmetic.ranged(magnitude, product))


def shared(value: Array, error: Array, arithmetic: Arithmetic) -> Inexact:
    """A mean forms 1/m, multiplies, and may do so early: γ_4 and a few underflows more."""
    most = Inexact(value, error).most
    grown = np.asarray(error + arithmetic.gamma(4) * most + 4 * arithmetic.tau)
    return Inexact(value, arithmetic.ranged(most, grown))


def bp2(
    w_next: Inexact, delta_next: Inexact, sigma: Elementwise, z: Inexact, arithmetic: Arithmetic, tier: Tier
) -> Inexact:
    """δ^l = ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l): the inner product, then the product rule."""
    n = w_next.value.shape[-2]
    w_next, delta_next, inner = _operands(w_next, delta_next, arithmetic, tier)
    w_most, delta_most = w_next.most, delta_next.most
    magnitude = w_most.mT @ delta_most
    of_delta = 0.0 if delta_next.exact else (w_most if w_next.exact else np.abs(w_next.value)).mT @ delta_next.error
    inherited = of_delta + (0.0 if w_next.exact else w_next.error.mT @ delta_most)
    error = inherited + inner.summed(n, 1) * magnitude + (2 * n + 2) * inner.tau
    back = Inexact(w_next.value.mT @ delta_next.value, error)
    slope, outer = sigma.slope_within(z, arithmetic, tier), tier.narrow(sigma.name, arithmetic)
    product = outer.product_error(tier.narrowed(sigma.name, back, arithmetic), slope, 5)
    product = product + 4 * arithmetic.tau * sigma.raised(z)
    return Inexact(back.value * slope.value, inner.ranged(magnitude, product))


def bp3(delta: Inexact, arithmetic: Arithmetic) -> Inexact:
    """∂C/∂b = Σ δ over the examples."""
    m = delta.value.shape[-1]
    magnitude = delta.most.sum(axis=-1)
    inherited = 0.0 if delta.exact else delta.error.sum(axis=-1)
    error = inherited + arithmetic.summed(m, 1) * magnitude + (2 * m + 2) * arithmetic.tau
    return Inexact(delta.value.sum(axis=-1), arithmetic.ranged(magnitude, error))


def bp4(a_in: Inexact, delta_out: Inexact, arithmetic: Arithmetic, tier: Tier = STABLE) -> Inexact:
    """∂C/∂W = Σ a_in δ_out over the examples."""
    m = delta_out.value.shape[-1]
    a_in, delta_out, arithmetic = _operands(a_in, delta_out, arithmetic, tier)
    delta_most, a_most = delta_out.most, a_in.most
    magnitude = delta_most @ a_most.mT
    of_a = 0.0 if a_in.exact else delta_most @ a_in.error.mT
    inherited = of_a + (0.0 if delta_out.exact else delta_out.error @ a_most.mT)
    error = inherited + arithmetic.summed(m, 2) * magnitude + (2 * m + 2) * arithmetic.tau
    return Inexact(delta_out.value @ a_in.value.mT, arithmetic.ranged(magnitude, error))


class Operand(NamedTuple):
    """What the next equation works from: `stored` as a matrix product reads it, `repeated` as
    elementwise work does, which a compiler may do twice.
    """

    stored: Inexact
    repeated: Inexact


HandOver = Callable[[str, int, Inexact], Operand]
"""The operand to go on with: given the part (z, a or delta), the index of its layer and the
result as it was just bounded."""


def _shares(inputs: Case | Pack, arithmetic: Arithmetic) -> Shares:
    weights = inputs.example_weights
    return Shares(inputs.share, None if weights is None else arithmetic.read(weights[..., None, :]))


Once = Callable[[str, int, Callable[[], Inexact]], Inexact]
"""A matrix product, by part and layer: made here, or there already, where it is the same for several tiers."""


def _anew(part: str, index: int, product: Callable[[], Inexact]) -> Inexact:
    return product()


def _walk(
    inputs: Case | Pack, arithmetic: Arithmetic, tier: Tier, hand_over: HandOver, once: Once = _anew
) -> Gradients[Array]:
    """The errors of one forward and one backward pass, each equation fed what is handed over."""
    depth, row, shares = inputs.architecture.depth, inputs.architecture.cost, _shares(inputs, arithmetic)
    names, head, y = inputs.architecture.activations, head_of(inputs), arithmetic.read(inputs.y)
    weights, biases = [*map(arithmetic.read, inputs.weights)], [*map(arithmetic.read, inputs.biases)]
    x = arithmetic.read(inputs.x)
    zs, activations = [], []
    fed_z, fed_a = [], [Operand(x, x)]
    for i in range(depth):
        operands = weights[i], biases[i], fed_a[i].stored, arithmetic, tier
        zs.append(once("z", i, partial(weighted_input, *operands)))
        fed_z.append(hand_over("z", i, zs[i]).repeated)
        activations.append(activation(ACTIVATIONS[names[i]], fed_z[i], arithmetic, tier))
        fed_a.append(hand_over("a", i, activations[i]))
    output = (head, row, fed_z[-1], fed_a[-1].repeated, y, shares, arithmetic, tier)
    deltas = [bp1(*output)]
    fed_delta = [hand_over("delta", depth - 1, deltas[0])]
    for i in range(depth - 2, -1, -1):
        sigma = hidden_activation(names[i])
        deltas.insert(0, bp2(weights[i + 1], fed_delta[0].stored, sigma, fed_z[i], arithmetic, tier))
        fed_delta.insert(0, hand_over("delta", i, deltas[0]))
    nabla_w = [
        once("nabla_w", i, partial(bp4, a.stored, delta.stored, arithmetic, tier))
        for i, (a, delta) in enumerate(zip(fed_a, fed_delta, strict=False))
    ]
    total = cost(*output)
    if inputs.architecture.l2:
        nabla_w = [decayed_bound(of_c0, w, inputs, arithmetic) for of_c0, w in zip(nabla_w, weights, strict=True)]
        total = penalised_bound(total, weights, inputs, arithmetic)
    errors = Gradients(
        nabla_w=tuple(each.error for each in nabla_w),
        nabla_b=tuple(bp3(delta.repeated, arithmetic).error for delta in fed_delta),
        delta=tuple(delta.error for delta in deltas),
        z=tuple(z.error for z in zs),
        a=tuple(a.error for a in activations),
        cost=total.error,
    )
    return widened(errors, inputs, head, [x, *activations], deltas, arithmetic) if arithmetic.forward else errors


def end_to_end(inputs: Case | Pack, arithmetic: Arithmetic, tier: Tier) -> Gradients[Array]:
    """Bound, for every entry, how far a correct program may be off the true value.

    Arguments:
        inputs: A Case, or a Pack of K cases.
        arithmetic: The dtype, and what is known of the program's arithmetic.
        tier: STABLE for programs that use the best formulas known, TEXTBOOK for those of the textbook.

    Returns:
        Float64 bounds in absolute terms, shaped as the Gradients of the inputs; ∞ where nothing can be said.

    Source:
        Running error analysis (N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2002, chapter 3),
        derived equation by equation in docs/bounds.md.

    """
    with np.errstate(all="ignore"):
        return _walk(inputs, arithmetic, tier, lambda part, index, result: Operand(result, result))


def one_step(
    inputs: Case | Pack, computed: Gradients[Array], arithmetic: Arithmetic, tier: Tier, recomputes: bool = False
) -> Gradients[Array]:
    """The same for each equation alone, from the program's own previous floats.

    What a program keeps to itself is bridged: the next equation is bounded from the last floats
    that it showed. A δ that it shares out when it shows it may have lost τ to underflow. One that
    `recomputes` (a compiler that fuses) may feed elementwise work another ẑ, â^L or δ̂ than it
    returned; both are within one step of the exact result, so within two of each other
    (docs/bounds.md, section 6).
    """
    return one_steps(inputs, computed, arithmetic, (tier,), recomputes)[tier]


def one_steps(
    inputs: Case | Pack,
    computed: Gradients[Array],
    arithmetic: Arithmetic,
    tiers: Iterable[Tier],
    recomputes: bool = False,
) -> dict[Tier, Gradients[Array]]:
    """`one_step` of several tiers: matrix products of floats that are shown are bounded once for those that take
    them alike, and stand in each as the same array.
    """

    def hand_over(part: str, index: int, result: Inexact) -> Operand:
        shown = getattr(computed, part)
        if shown is None:
            return Operand(result, result)
        exact = arithmetic.read(shown[index])
        if part == "delta" and inputs.share != 1:
            exact = Inexact(exact.value, exact.error + arithmetic.tau)
        again = Inexact(exact.value, exact.error + 2 * result.error) if recomputes else exact
        return Operand(exact, again)

    kept: dict[object, Inexact] = {}
    needed = {"z": computed.a is not None, "nabla_w": computed.a is not None and computed.delta is not None}

    def walked(tier: Tier) -> Gradients[Array]:
        def once(part: str, index: int, product: Callable[[], Inexact]) -> Inexact:
            key = part, index, tier.deviation_bounds
            if not needed[part]:
                return product()
            return kept[key] if key in kept else kept.setdefault(key, product())

        return _walk(inputs, arithmetic, tier, hand_over, once)

    with np.errstate(all="ignore"):
        return {tier: walked(tier) for tier in tiers}
