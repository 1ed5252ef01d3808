"""Activations with kinks: the branch, where a ball is on one side; the hull of the branches, where not."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from .rows import BallActivation, elementwise

Line = Callable[[arb], arb]


def pieces(at: tuple[arb, ...], branches: tuple[Line, ...], z: arb) -> arb:
    """The branch that z is on; exactly at a kink the one of smaller magnitude, over it the hull."""
    met = [
        branch(z)
        for low, branch, high in zip((None, *at), branches, (*at, None), strict=True)
        if not (low is not None and z < low) and not (high is not None and z > high)
    ]
    if z.is_exact() and len(met) > 1:
        return min(met, key=lambda x: float(abs(x).mid()))
    hull = met[0]
    for other in met[1:]:
        hull = hull.union(other)
    return hull


def row(at: tuple[int, ...], values: tuple[Line, ...], slopes: tuple[Line, ...]) -> BallActivation:
    """A row of pieces, between its kinks."""
    kinks = tuple(arb(kink) for kink in at)
    return elementwise(lambda z: pieces(kinks, values, z), lambda z: pieces(kinks, slopes, z))


def constant(x: int) -> Line:
    """One number."""
    return lambda z: arb(x)


def itself(z: arb) -> arb:
    """z."""
    return z


ZERO, ONE = constant(0), constant(1)


def scale() -> arb:
    """λ of the selu."""
    return arb("1.0507009873554804934193349852946")


def steepness() -> arb:
    """λα of the selu."""
    return scale() * arb("1.6732632423543772848170429916717")


def below(z: arb) -> arb:
    """The part of z that is not above 0."""
    return z.min(arb(0))


HARD = {
    "identity": elementwise(itself, ONE),
    "relu": row((0,), (ZERO, itself), (ZERO, ONE)),
    "leaky_relu": row((0,), (lambda z: z / 100, itself), (lambda z: arb(1) / 100, ONE)),
    "relu6": row((0, 6), (ZERO, itself, constant(6)), (ZERO, ONE, ZERO)),
    "hardtanh": row((-1, 1), (constant(-1), itself, ONE), (ZERO, ONE, ZERO)),
    "hardsigmoid": row((-3, 3), (ZERO, lambda z: (z + 3) / 6, ONE), (ZERO, lambda z: arb(1) / 6, ZERO)),
    "hardswish": row((-3, 3), (ZERO, lambda z: z * (z + 3) / 6, itself), (ZERO, lambda z: (2 * z + 3) / 6, ONE)),
    "elu": row((0,), (lambda z: below(z).expm1(), itself), (lambda z: below(z).exp(), ONE)),
    "selu": row(
        (0,),
        (lambda z: steepness() * below(z).expm1(), lambda z: scale() * z),
        (lambda z: steepness() * below(z).exp(), lambda z: scale()),
    ),
}
