"""The complex step, Im C(w + ih)/h: no difference is taken, so h can be so small that h² is nothing.

It needs the forward pass as a formula that complex numbers go through: no |z|, no maximum, and so none
of the forms that keep a saturated neuron accurate. J. N. Lyness and C. B. Moler, SIAM J. Numer. Anal. 4 (1967).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..objective import LibraryWords, arrays_of, leaves_among, objective, too_many
from ..protocol import Architecture, Array, Case, Gradients, Pack, Traits, one_by_one

COMPLEX = {"float64": np.complex128, "float32": np.complex64}
STEPS = {"float64": 2.0**-300, "float32": 2.0**-40}
MOST = 1000
"""Parameters: each takes a pass of a whole network."""


def _softplus(z: Any) -> Any:
    return np.log(1 + np.exp(z))


def _log_softmax(z: Any) -> Any:
    low = z - z.real.max(axis=0)
    return low - np.log(np.exp(low).sum(axis=0))


WORDS = LibraryWords(
    activations={
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
        "softplus": _softplus,
        "identity": lambda z: z,
        "softmax": lambda z: np.exp(_log_softmax(z)),
    },
    costs={
        ("cross_entropy", "sigmoid"): lambda z, a, y: (y * _softplus(-z) + (1 - y) * _softplus(z)).sum(),
        ("cross_entropy", "softmax"): lambda z, a, y: -(y * _log_softmax(z)).sum(),
    },
    of_any_output={"quadratic": lambda z, a, y: ((a - y) ** 2).sum() / 2},
)


@dataclass(frozen=True)
class ComplexStep:
    """Im C(w + ih)/h for every weight, bias and Δz."""

    name: str = "complex_step"
    version: str = np.__version__
    traits: Traits = Traits(recomputes=False, forward=True, architectures=8)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        absent = [name for name in architecture.activations if name not in WORDS.activations]
        if absent:
            return f"no formula of {absent[0]!r} here that complex numbers go through"
        return too_many(architecture, MOST) or WORDS.missing(architecture)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            return one_by_one(pack, self._gradients)

    def _gradients(self, case: Case) -> Gradients[Array]:
        dtype = case.dtype.name
        cost = objective(case.architecture, WORDS, case.share)
        arrays: list[Array] = [array.astype(COMPLEX[dtype]) for array in arrays_of(case)]
        shown = cost(*arrays)[1]
        slopes = [_slopes(cost, arrays, leaf, STEPS[dtype]).astype(dtype) for leaf in range(leaves_among(arrays))]
        depth = case.architecture.depth
        return Gradients(
            nabla_w=tuple(slopes[:depth]),
            nabla_b=tuple(slopes[depth : 2 * depth]),
            delta=tuple(slopes[2 * depth :]),
            z=tuple(z.real for z in shown.z),
            a=tuple(a.real for a in shown.a),
            cost=np.asarray(shown.cost.real),
        )


def _slopes(cost: Callable[..., Any], arrays: list[Array], leaf: int, h: float) -> Array:
    """The derivative along each entry of one leaf."""
    slopes = np.empty(arrays[leaf].shape)
    for index in np.ndindex(slopes.shape):
        moved = arrays[leaf].copy()
        moved[index] += 1j * h
        slopes[index] = cost(*arrays[:leaf], moved, *arrays[leaf + 1 :])[0].imag / h
    return slopes


COMPLEX_STEP = ComplexStep()
