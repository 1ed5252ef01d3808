"""What the pictures of a report are drawn from, beside the cells: samples, error by depth, saturation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np

from ...manual.case import Pack
from ...manual.gradients import Quantity
from ..judging import saturation
from ..judging.finding import Finding
from ..judging.saturation import Curves
from ..judging.verdict import Verdict
from .counts import GroupCounts
from .log_histogram import Histogram

SAMPLED = (Quantity.BP3, Quantity.BP4)
PER_FINDING, MOST_SAMPLES = 3, 250
"""Entries drawn from one part of a pack, and kept of a backend in a dtype."""

Sample = tuple[float, float, float, float, float]
"""Its lot, |gradient|, |error|, the stable bound and the textbook bound."""


@dataclass
class Depth:
    """error/bound of the weight gradients this many layers below the output, and what would have been seen."""

    ratio: Histogram = field(default_factory=Histogram)
    visible: Histogram = field(default_factory=Histogram)

    def merge(self, other: Depth) -> None:
        """Take in another's counts."""
        self.ratio.merge(other.ratio)
        self.visible.merge(other.visible)


class Pictures:
    """Kept so that they merge: which entries are sampled depends on nothing but the cases."""

    def __init__(self) -> None:
        self.samples: dict[tuple[str, str], list[Sample]] = {}
        self.depths: dict[tuple[str, str, int], Depth] = {}
        self.saturation: Curves = {}

    def add(self, finding: Finding, figures: GroupCounts, pack: Pack, ids: list[str]) -> None:
        """Take in one part of a pack."""
        backend, dtype, place = finding.backend, pack.dtype.name, finding.place
        if place.quantity == Quantity.BP4:
            key = (backend, dtype, pack.architecture.depth - place.layer)
            depth = self.depths.setdefault(key, Depth())
            depth.ratio.count(figures.ratio.sum(axis=0))
            depth.visible.count(figures.visible.sum(axis=0))
        if place.quantity in SAMPLED:
            drawn = _drawn(finding, crc32(f"{ids} {place}".encode()))
            self._keep(backend, dtype, drawn)

    def _keep(self, backend: str, dtype: str, samples: list[Sample]) -> None:
        pooled = self.samples.get((backend, dtype), []) + samples
        self.samples[backend, dtype] = sorted(pooled)[:MOST_SAMPLES]

    def merge(self, other: Pictures) -> None:
        """Take in another's."""
        for (backend, dtype), samples in other.samples.items():
            self._keep(backend, dtype, samples)
        for key, depth in other.depths.items():
            self.depths.setdefault(key, Depth()).merge(depth)
        self.saturation |= other.saturation

    def as_json(self) -> dict[str, Any]:
        """As it stands in a record's summary."""
        return {
            "samples": [
                {"backend": backend, "dtype": dtype, "entries": [list(sample[1:]) for sample in samples]}
                for (backend, dtype), samples in sorted(self.samples.items())
            ],
            "depth": [_depth_row(*key, depth) for key, depth in sorted(self.depths.items())],
            "saturation": {
                "z": saturation.Z.tolist(),
                "curves": [
                    {"backend": backend, "activation": activation, "dtype": dtype, "digits": digits}
                    for (backend, activation, dtype), digits in sorted(self.saturation.items())
                ],
            },
        }


def _depth_row(backend: str, dtype: str, below: int, depth: Depth) -> dict[str, Any]:
    ratio = {name: _finite(depth.ratio.quantile(q)) for name, q in (("median", 0.5), ("p99", 0.99), ("max", 1.0))}
    visible = _finite(depth.visible.quantile(0.5))
    return {"backend": backend, "dtype": dtype, "below_output": below, "ratio": ratio, "visible": visible}


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else value


def _drawn(finding: Finding, seed: int) -> list[Sample]:
    """A few entries that were decided, by lot: the same ones of every backend."""
    rng = np.random.default_rng(seed)
    shape = finding.verdict.shape
    chosen = rng.integers(0, finding.verdict.size, PER_FINDING)
    lots = rng.random(PER_FINDING).tolist()
    found = []
    for lot, index in zip(lots, chosen, strict=True):
        at = np.unravel_index(int(index), shape)
        bounds = finding.whole.bounds
        numbers = [abs(float(x[at])) for x in (finding.whole.truth.hi, finding.whole.error, bounds.stable, bounds.open)]
        if finding.verdict[at] <= Verdict.WRONG and np.isfinite(numbers).all():
            found.append((lot, *numbers))
    return found
