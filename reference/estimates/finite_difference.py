"""Central differences of C, as the usual gradient checks take them; from the hand-written forward pass alone.

Not a way to a right gradient, but the yardstick most people check theirs with: C changes by some u |C|
of rounding, divided by 2h, and by h² of curvature, so that at best a third of the digits are lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...manual.backprop import cost_of
from ...manual.network import feed_forward
from ..objective import too_many
from ..protocol import Architecture, Array, Case, Gradients, Pack, Traits, one_by_one

MOST = 1000
"""Parameters: each takes two passes of a whole network."""


@dataclass(frozen=True)
class FiniteDifference:
    """(C(w + h) − C(w − h))/2h for every parameter w, h = u^⅓ max(1, |w|)."""

    name: str = "finite_difference"
    version: str = np.__version__
    traits: Traits = Traits(recomputes=False, architectures=8)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return too_many(architecture, MOST)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            return one_by_one(pack, self._gradients)

    def _gradients(self, case: Case) -> Gradients[Array]:
        z, a = feed_forward(case)
        parameters = (*case.weights, *case.biases)
        slopes = [_slopes(case, index) for index in range(len(parameters))]
        depth = len(case.weights)
        return Gradients(tuple(slopes[:depth]), tuple(slopes[depth:]), z=z, a=a, cost=cost_of(case, z[-1], a[-1]))


def _slopes(case: Case, index: int) -> Array:
    """∂C/∂w of one weight matrix or bias vector."""
    w = (*case.weights, *case.biases)[index]
    h = np.cbrt(np.finfo(w.dtype).eps) * np.maximum(1, np.abs(w))
    up, down = ((w + sign * h).astype(w.dtype) for sign in (1, -1))
    rise = _costs(case, index, up) - _costs(case, index, down)
    return np.asarray((rise / (up - down)).astype(w.dtype))


def _costs(case: Case, index: int, moved: Array) -> Array:
    """C with one entry of a parameter moved, for each of its entries: a pack of as many cases."""
    *parameters, x, y = (
        np.broadcast_to(array, (moved.size, *array.shape)) for array in (*case.weights, *case.biases, case.x, case.y)
    )
    entries = parameters[index].reshape(moved.size, -1).copy()
    np.fill_diagonal(entries, moved.ravel())
    parameters[index] = entries.reshape(parameters[index].shape)
    depth = len(case.weights)
    weights = case.example_weights
    weights = None if weights is None else np.broadcast_to(weights, (moved.size, *weights.shape))
    pack = Pack(case.architecture, tuple(parameters[:depth]), tuple(parameters[depth:]), x, y, weights)
    z, a = feed_forward(pack)
    return cost_of(pack, z[-1], a[-1]).reshape(moved.shape)


FINITE_DIFFERENCE = FiniteDifference()
