"""The note's demon: it adds Δz to one weighted input, and the cost changes by δ Δz, to first order.

A nudge of the bias b_j^l is a nudge of z_j^l, so every cost here is that of a whole Case, certified
or by hand. The demon sits in the first example.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter

import numpy as np

from ...manual.backprop import backprop
from ...manual.case import Case, Pack
from ...manual.gradients import Gradients
from ...manual.shapes import Array
from ...reference.truth.certified import truth
from ...reference.truth.enclosure import Enclosure
from .example import first_example

REACH, POSITIONS = 4.0, 81
"""The slider goes from −REACH to REACH."""
POWERS = range(1, 27)
"""The Taylor remainder is taken at Δz = 2^−k."""


@dataclass(frozen=True)
class Demon:
    """One neuron (layer 1 … L, j from 0), its δ, and what its nudges do.

    nudges, changes (POSITIONS,): Δz and C(z + Δz) − C(z). steps, certified, floating (len(POWERS),):
    t and |R(t)| = |C(z + t) − C(z) − δ t| as it is, and as float64 computes it.
    """

    layer: int
    neuron: int
    delta: float
    nudges: Array
    changes: Array
    steps: Array
    certified: Array
    floating: Array

    @property
    def flat(self) -> bool:
        """Whether nothing is left of the remainder, as at a dead relu."""
        return not self.certified.any()

    @property
    def slope(self) -> float:
        """The log-log slope of the certified remainder over its smaller half: 2, or 3 without curvature."""
        half = len(self.steps) // 2
        known = self.certified[half:] > 0
        if known.sum() < 2:
            return np.nan
        return float(np.polyfit(np.log(self.steps[half:][known]), np.log(self.certified[half:][known]), 1)[0])


def demons(case: Case, most: int | None = None) -> Iterator[Demon]:
    """A demon for every neuron, or for so many: the first of each layer in turn."""
    first = first_example(case)
    places = [(layer, j) for layer, width in enumerate(case.architecture.widths[1:], 1) for j in range(width)]
    if most is not None and len(places) > most:
        places = sorted(sorted(places, key=itemgetter(1))[:most])
    for layer, neuron in places:
        yield _demon(first, layer, neuron)


def _demon(case: Case, layer: int, neuron: int) -> Demon:
    gradients = backprop(case)
    assert gradients.delta is not None
    assert gradients.cost is not None
    rest, delta = float(gradients.cost), float(gradients.delta[layer - 1][neuron, 0])
    nudges, steps = np.linspace(-REACH, REACH, POSITIONS), np.array([2.0**-k for k in POWERS])
    changes = _costs(case, layer, neuron, nudges) - rest
    floating = _costs(case, layer, neuron, steps) - rest - delta * steps
    here = truth(case, gradients.map(np.zeros_like))
    certified = np.array([_certified_remainder(case, here, layer, neuron, t) for t in steps])
    return Demon(layer, neuron, delta, nudges, changes, steps, np.abs(certified), np.abs(floating))


def _nudged(case: Case, layer: int, neuron: int, t: float) -> Case:
    bias = case.biases[layer - 1].copy()
    bias[neuron] += t
    return Case(
        case.architecture, case.weights, (*case.biases[: layer - 1], bias, *case.biases[layer:]), case.x, case.y
    )


def _costs(case: Case, layer: int, neuron: int, nudges: Array) -> Array:
    cost = backprop(Pack.of([_nudged(case, layer, neuron, t) for t in nudges])).cost
    assert cost is not None
    return cost


def _certified_remainder(case: Case, here: Gradients[Enclosure], layer: int, neuron: int, t: float) -> float:
    """R(t) from enclosures of C and δ, with the step that the bias really made."""
    nudged = _nudged(case, layer, neuron, t)
    step = Fraction(nudged.biases[layer - 1][neuron]) - Fraction(case.biases[layer - 1][neuron])
    there = truth(nudged, here.map(lambda enclosure: np.zeros_like(enclosure.hi)))
    assert here.cost is not None
    assert there.cost is not None
    assert here.delta is not None
    change = _exact(there.cost, ()) - _exact(here.cost, ())
    return float(change - _exact(here.delta[layer - 1], (neuron, 0)) * step)


def _exact(enclosure: Enclosure, at: tuple[int, ...]) -> Fraction:
    """The midpoint, some 106 bits of it."""
    return Fraction(float(enclosure.hi[at])) + Fraction(float(enclosure.lo[at]))
