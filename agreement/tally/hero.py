"""Errors of weight gradients in calm float64 networks beside what is allowed: what the first picture draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np

from ...manual.gradients import Quantity
from ...manual.shapes import Array
from ..judging.finding import Finding
from ..judging.verdict import Verdict
from .log_histogram import Histogram, stated

SHARPEST = (Quantity.BP4, "float64", "calm")
"""Where an error is seen best: weight gradients of calm float64 networks."""
DRAWN, DRAWN_WRONG = 320, 16
"""Entries of a backend that are drawn, by lot; so many wrong ones where the lot has none."""
LEAST, MOST = -17.0, 2.45
"""log10 of the relative errors at the picture's edges."""
RTOL, ATOL = 1e-5, 1e-8
"""The defaults of `numpy.allclose`: it sees what is off by more than ATOL + RTOL |value|."""

Dot = tuple[float, float, float]
"""Its lot, and log10 of error/|value| and of allowed/|value|."""


@dataclass
class Strip:
    """Of one backend: how many entries were held end to end, how many are over the bound, and a few of them."""

    n: int = 0
    over: int = 0
    dots: list[Dot] = field(default_factory=list)
    over_dots: list[Dot] = field(default_factory=list)

    def add(self, lots: Array, error: Array, allowed: Array) -> None:
        """Take in relative errors, with what is allowed of each."""
        over = ~(error <= allowed)
        self.n += error.size
        self.over += int(over.sum())
        self._keep(dots(lots, error, allowed), dots(lots[over], error[over], allowed[over]))

    def merge(self, other: Strip) -> None:
        """Take in another's."""
        self.n += other.n
        self.over += other.over
        self._keep(other.dots, other.over_dots)

    def _keep(self, some: Iterable[Dot], wrong: Iterable[Dot]) -> None:
        self.dots = sorted({*self.dots, *some})[:DRAWN]
        self.over_dots = sorted({*self.over_dots, *wrong})[:DRAWN_WRONG]

    def as_json(self) -> dict[str, Any]:
        """What is drawn, the tightest bound first; a wrong entry always shows."""
        shown = self.dots
        if self.over_dots and not {*self.over_dots} & {*shown}:
            shown = [*shown[: DRAWN - len(self.over_dots)], *self.over_dots]
        drawn = sorted(shown, key=lambda dot: (dot[2], dot[0]))
        return {"n": self.n, "over": self.over, "dots": [list(dot[1:]) for dot in drawn]}


def dots(lots: Array, error: Array, allowed: Array) -> list[Dot]:
    """The first few by lot; what is off the scale stands at its edge."""
    among = np.argpartition(lots, DRAWN)[:DRAWN] if len(lots) > DRAWN else np.arange(len(lots))
    first = among[np.argsort(lots[among])]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = [np.nan_to_num(np.log10(x[first]), nan=MOST, posinf=MOST, neginf=LEAST) for x in (error, allowed)]
    clipped = [np.clip(x, LEAST, MOST).round(2).tolist() for x in logs]
    return list(zip(lots[first].tolist(), *clipped, strict=True))


class Hero:
    """The strips by backend, and from which relative error on two checks would have seen one."""

    def __init__(self) -> None:
        self.strips: dict[str, Strip] = {}
        self.whole = Histogram()
        self.allclose = Histogram()

    def add(self, finding: Finding, calm: Array, ids: list[str]) -> None:
        """Take in the weight gradients of one layer of a float64 pack; `calm` says which cases are."""
        value = np.abs(finding.whole.truth.hi)
        used = (finding.whole.verdict <= Verdict.WRONG) & (value > 0) & calm.reshape((-1,) + (1,) * (value.ndim - 1))
        if not used.any():
            return
        lots = np.random.default_rng(crc32(f"{ids} {finding.place} hero".encode())).random(value.shape)
        parts = (lots, value, np.abs(finding.whole.error), finding.whole.allowed)
        lots, value, error, allowed = (x.ravel() if used.all() else x[used] for x in parts)
        with np.errstate(all="ignore"):
            error, allowed = error / value, allowed / value
            self.allclose.add(RTOL + ATOL / value)
        self.whole.add(allowed)
        self.strips.setdefault(finding.backend, Strip()).add(lots, error, allowed)

    def merge(self, other: Hero) -> None:
        """Take in another's."""
        for backend, strip in other.strips.items():
            self.strips.setdefault(backend, Strip()).merge(strip)
        self.whole.merge(other.whole)
        self.allclose.merge(other.allclose)

    def as_json(self, step: Histogram) -> dict[str, Any]:
        """As it stands in a record: `step` counts what the sharper judgement would have seen."""
        see = {"each step": step, "end to end": self.whole, "allclose": self.allclose}
        return {
            "hero": {backend: strip.as_json() for backend, strip in sorted(self.strips.items())},
            "see": {name: [stated(one.quantile(q)) for q in (0.5, 0.99)] for name, one in see.items() if one.total},
        }
