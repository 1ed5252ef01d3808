"""How many digits of σ′(z) a backend loses as a neuron saturates: the note's slow learning, seen through rounding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...manual.case import Architecture, Case, Pack
from ...manual.rounding.formats import FORMATS
from ...manual.shapes import Array
from ...reference.protocol import Backend, traits
from ..cases.generate import Menu
from .backends import BackendFailed, answer, reason_against
from .judge import Judge

SATURATING = ("sigmoid", "tanh", "softplus")
Z = np.arange(-40.0, 41.0)
TARGET = -2.0
"""y: below every a − 1, so that a − y loses no digit."""
Curves = dict[tuple[str, str, str], list[float | None]]
"""Digits lost at each z, by backend, activation and dtype; None where no number came out."""


def curves(menu: Menu, backends: Sequence[Backend]) -> Curves:
    """Of every backend that is not dear, in what the menu leaves of activations and dtypes."""
    requested = [backend for backend in backends if traits(backend).architectures is None]
    found: Curves = {}
    for activation in (name for name in SATURATING if name in menu.activations):
        for dtype in menu.dtypes:
            judge = Judge(_pack(activation, dtype))
            found |= {(one.name, activation, dtype): digits for one in requested if (digits := _digits(judge, one))}
    return found


def _pack(activation: str, dtype: str) -> Pack:
    """One neuron with weight 1 and bias 0 for each z: its ∂C/∂b is (a − y) σ′(z)."""
    of = Architecture((1, 1), (activation,), "quadratic", "sum")

    def column(x: float) -> Array:
        return np.full((1, 1), x, dtype)

    return Pack.of([Case(of, (column(1),), (np.zeros(1, dtype),), column(z), column(TARGET)) for z in Z])


def _digits(judge: Judge, backend: Backend) -> list[float | None]:
    """Decimal digits lost, from 0 to all that the dtype has; nothing for a backend that does not answer."""
    try:
        if reason_against(backend, judge.pack.architecture, judge.pack.dtype.name) is not None:
            return []
        got = answer(backend, judge.pack).nabla_b[0][:, 0].astype(np.float64)
    except BackendFailed:
        return []
    truth, u = judge.truth.nabla_b[0], FORMATS[judge.pack.dtype.name].eps / 2
    with np.errstate(all="ignore"):
        relative = np.abs((got - truth.hi[:, 0]) - truth.lo[:, 0]) / np.abs(truth.hi[:, 0])
        lost = np.clip(np.log10(relative / u), 0, -np.log10(u))
    return [None if np.isnan(digits) else round(float(digits), 2) for digits in lost]
