"""Where a saturating neuron, or cost, begins to lose its digits: the least |z| for each formulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ...manual.case import Pack
from ...manual.gradients import Quantity
from ...manual.rounding.formats import FORMATS
from ...manual.shapes import Array
from ...reference.protocol import Backend
from ..judging.backends import answer, reason_against
from ..judging.judge import Judge
from .probes import Probe

POINTS = 600
"""On each side of 0."""


class Onset(NamedTuple):
    """The z nearest to 0 from which a gradient has lost half of its digits, all of them, or is no number.

    None where that does not happen while the truth is a normal number, all its digits included.
    """

    backend: str
    probe: str
    line: str
    dtype: str
    half: float | None
    all: float | None
    broken: float | None


def onsets(backends: Sequence[Backend], probe: Probe, dtype: str) -> Iterator[Onset]:
    """A row for each formulation and line on which at least half of the digits are lost somewhere."""
    edge = float(np.log(FORMATS[dtype].max))
    t = np.linspace(edge / POINTS, edge, POINTS).astype(dtype)
    for sign in (-1, 1):
        for line, points in probe.lines(sign * t):
            judge = Judge(Pack.of([probe.case(points)]))
            for backend in backends:
                if reason_against(backend, judge.pack.architecture, dtype) is None:
                    row = _row(backend, probe, judge, sign * t, line)
                    if row.half is not None:
                        yield row


def _row(backend: Backend, probe: Probe, judge: Judge, t: Array, line: str) -> Onset:
    dtype = judge.pack.dtype.name
    relative = _relative(backend, probe, judge)
    limits = (np.sqrt(FORMATS[dtype].eps), 0.5)
    half, everything = (_first(t, ~(relative <= limit)) for limit in limits)
    return Onset(backend.name, probe.name, line, dtype, half, everything, _first(t, relative == np.inf))


def _relative(backend: Backend, probe: Probe, judge: Judge) -> Array:
    """The largest relative error of each point's gradient; ∞ for no number.

    0 where the truth is so small that its last digits may underflow.
    """
    got, truth = answer(backend, judge.pack), judge.truth
    parts = {place.quantity: part[0] for place, part in got.items()}
    quantity = Quantity.BP1 if got.delta is not None else Quantity.BP3
    exact = {place.quantity: enclosure for place, enclosure in truth.items()}[quantity]
    hi, lo = exact.hi[0], exact.lo[0]
    with np.errstate(all="ignore"):
        relative = np.abs((parts[quantity].astype(np.float64) - hi) - lo) / np.abs(hi)
    relative = np.where(np.isfinite(parts[quantity]), relative, np.inf)
    info = FORMATS[judge.pack.dtype.name]
    normal = np.abs(hi) >= info.smallest_normal / info.eps
    return np.asarray(probe.each(np.where(normal, relative, 0.0)).max(axis=1))


def _first(t: Array, lost: Array) -> float | None:
    where = np.flatnonzero(lost)
    return float(t[where[0]]) if where.size else None
