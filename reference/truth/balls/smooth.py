"""Smooth activations, with decaying exponentials: balls stay small when neurons saturate."""

from __future__ import annotations

from flint import arb, ctx

from .rows import elementwise


def sigmoid(z: arb) -> arb:
    """1/(1 + e^−z), or e^z/(1 + e^z) below 0."""
    if z.mid() >= 0:
        return 1 / (1 + (-z).exp())
    e = z.exp()
    return e / (1 + e)


def sigmoid_slope(z: arb) -> arb:
    """e^−|z|/(1 + e^−|z|)²; in ±z it is the same function."""
    e = (-z if z.mid() >= 0 else z).exp()
    return e / (1 + e) ** 2


def softplus(z: arb) -> arb:
    """ln(1 + e^z)."""
    return z + (-z).exp().log1p() if z.mid() >= 0 else z.exp().log1p()


def tanh_slope(z: arb) -> arb:
    """1/cosh² z = 4e^−2|z|/(1 + e^−2|z|)²."""
    return 4 * sigmoid_slope(2 * z)


def logsigmoid(z: arb) -> arb:
    """ln σ(z)."""
    return -softplus(-z)


def softsign(z: arb) -> arb:
    """z/(1 + |z|)."""
    return z / (1 + abs(z))


def softsign_slope(z: arb) -> arb:
    """1/(1 + |z|)²."""
    return 1 / (1 + abs(z)) ** 2


def tanhshrink(z: arb) -> arb:
    """z − tanh z, with as many bits more as that cancels near 0."""
    if not z.is_finite():
        return z - z.tanh()
    mantissa, exponent = z.mid().man_exp()
    cancelled = max(0, -2 * (int(exponent) + int(mantissa).bit_length())) if mantissa else 0
    with ctx.workprec(ctx.prec + cancelled):
        shrunk = z - z.tanh()
    return +shrunk


SMOOTH = {
    "sigmoid": elementwise(sigmoid, sigmoid_slope),
    "tanh": elementwise(arb.tanh, tanh_slope),
    "softplus": elementwise(softplus, sigmoid),
    "logsigmoid": elementwise(logsigmoid, lambda z: sigmoid(-z)),
    "softsign": elementwise(softsign, softsign_slope),
    "tanhshrink": elementwise(tanhshrink, lambda z: z.tanh() * z.tanh()),
}
