"""What the pictures of a report are drawn from, beside the cells: samples and saturation."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

from ...manual.case import Pack
from ...manual.gradients import Quantity
from ..judging import saturation
from ..judging.finding import Finding
from ..judging.saturation import Curves
from ..judging.verdict import Verdict
from .hero import Hero
from .log_histogram import Histogram

SAMPLED = (Quantity.BP3, Quantity.BP4)
PER_FINDING, MOST_SAMPLES = 3, 250
"""Entries drawn from one part of a pack, and kept of a backend in a dtype."""

Sample = tuple[float, float, float, float, float]
"""Its lot, |gradient|, |error|, the stable bound and the textbook bound."""


class Pictures:
    """Kept so that they merge: which entries are sampled depends on nothing but the cases."""

    def __init__(self) -> None:
        self.samples: dict[tuple[str, str], list[Sample]] = {}
        self.saturation: Curves = {}
        self.hero = Hero()

    def add(self, finding: Finding, pack: Pack, ids: list[str]) -> None:
        """Take in one part of a pack."""
        backend, dtype, place = finding.backend, pack.dtype.name, finding.place
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
        self.saturation |= other.saturation
        self.hero.merge(other.hero)

    def as_json(self, visible: Histogram) -> dict[str, Any]:
        """As it stands in a record's summary; `visible` has the smallest errors seen."""
        return {
            **self.hero.as_json(visible),
            "samples": [
                {"backend": backend, "dtype": dtype, "entries": [list(sample[1:]) for sample in samples]}
                for (backend, dtype), samples in sorted(self.samples.items())
            ],
            "saturation": saturation_json(self.saturation),
        }


def saturation_json(curves: Curves) -> dict[str, Any]:
    """How σ′ saturates, as it stands in a record."""
    rows = [
        {"backend": backend, "activation": activation, "dtype": dtype, "digits": digits}
        for (backend, activation, dtype), digits in sorted(curves.items())
    ]
    return {"z": saturation.Z.tolist() if rows else [], "curves": rows}


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
