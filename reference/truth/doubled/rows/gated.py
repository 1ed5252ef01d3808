"""z times a gate that opens from 0 to 1: silu, mish and both gelus.

Beyond some reach a gate is as good as 0 or 1, even times z: there z is replaced by its end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import arb

from ..constants import read
from ..functions import LOWEST, Lifted, lifted_exp
from ..normal import FARTHEST, mills
from ..number import Doubled, exact
from .row import ONE, DoubledRow, chosen, clipped, downward, elementwise
from .smooth import lifted_sigmoid

TWO, FOUR = exact(2.0), exact(4.0)
STEEPNESS = read(lambda: (8 / arb.pi()).sqrt())
CUBIC, THRICE_CUBIC = read(lambda: arb(44715) / 10**6), read(lambda: arb(134145) / 10**6)
"""Of the gelu's approximation ½z(1 + tanh u): 2u = √(8/π)(z + 0.044715 z³)."""
PEAK = read(lambda: 1 / (2 * arb.pi()).sqrt())
"""φ(0)."""

Part = Callable[[Doubled], Lifted]


def gated(reach: float, gate: Part, slope: Part) -> DoubledRow:
    """z G(z), and G + z G′; both from the nearest z within reach."""

    def value(z: Doubled) -> Doubled:
        near = clipped(z, reach)
        opened = gate(near)
        return opened.lowered(chosen(z.hi > 0, z, near) * opened.value)

    return elementwise(value, lambda z: slope(clipped(z, reach)))


def logistic_slope(w: Doubled, risen: Doubled) -> Lifted:
    """Of zσ(w): σ(w)(1 + zw′σ(−w)), from w and zw′."""
    opened, closed = lifted_sigmoid(w), lifted_sigmoid(-w)
    return opened._replace(value=opened.value * (ONE + closed.lowered(risen * closed.value)))


def _powers(z: Doubled) -> tuple[Lifted, Doubled, Doubled]:
    """e = e^−|z|, the same without its lift, and e² + 2e + 2 with e = e^z, times e^−2z above 0."""
    e = lifted_exp(downward(z))
    low = e.lowered(e.value)
    return e, low, chosen(z.hi > 0, ONE + (low + low * low).scaled(2.0), TWO + low * (TWO + low))


def mish_gate(z: Doubled) -> Lifted:
    """tanh ln(1 + e) = ((1 + e)² − 1)/((1 + e)² + 1) = e(e + 2)/(e² + 2e + 2), e = e^z."""
    e, low, below = _powers(z)
    above = ONE + low.scaled(2.0)
    return Lifted(chosen(z.hi > 0, above, e.value * (TWO + low)) / below, np.where(z.hi > 0, 0, e.lift))


def mish_slope(z: Doubled) -> Lifted:
    """G + z G′, with G′ = 4e(e + 1)/(e² + 2e + 2)²."""
    e, low, below = _powers(z)
    bend = z * (FOUR * (ONE + low) / below)
    above = ONE + low.scaled(2.0) + low * low * bend
    return Lifted(chosen(z.hi > 0, above, e.value * (TWO + low + bend)) / below, np.where(z.hi > 0, 0, e.lift))


def _doubled(z: Doubled) -> tuple[Doubled, Doubled]:
    """2u and z times its slope: ½(1 + tanh u) = σ(2u)."""
    square, steep = z * z, STEEPNESS * z
    return steep * (ONE + CUBIC * square), steep * (ONE + THRICE_CUBIC * square)


def _tailed(z: Doubled, tail: Callable[[Doubled], Doubled]) -> Lifted:
    """φ(x)·tail(x) at −x from below 0, 1 − φ(x)·tail(x) at x from above."""
    x = -downward(z)
    power = lifted_exp((x * x).scaled(-0.5))
    value = power.value * (PEAK * tail(x))
    return Lifted(
        chosen(z.hi > 0, ONE - power.lowered(value), value),
        np.where(z.hi > 0, 0, power.lift),
    )


def normal(z: Doubled) -> Lifted:
    """Φ(−x) = φ(x) M(x), M the ratio of Mills."""
    return _tailed(z, mills)


def normal_slope(z: Doubled) -> Lifted:
    """Φ + zφ at −x: φ(x)(M(x) − x)."""
    return _tailed(z, lambda x: mills(x) - x)


GATED = {
    "silu": gated(-LOWEST, lifted_sigmoid, lambda z: logistic_slope(z, z)),
    "mish": gated(-LOWEST, mish_gate, mish_slope),
    "gelu": gated(FARTHEST, normal, normal_slope),
    "gelu_tanh": gated(30.0, lambda z: lifted_sigmoid(_doubled(z)[0]), lambda z: logistic_slope(*_doubled(z))),
}
