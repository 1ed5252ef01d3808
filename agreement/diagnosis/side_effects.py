"""Probes: what a program does beside the numbers that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...manual.case import Case
from .asking.outcome import Outcome
from .inference.reading import Answer


class Probe(NamedTuple):
    """Something that a call did: its kind, the mistake that it is, and what it concerns."""

    kind: str
    mistake: str
    about: str


def of(outcomes: Sequence[tuple[Case, Outcome]], answers: Sequence[Answer]) -> list[Probe]:
    """Everything that was noticed, the gravest first."""
    found = [*_changed(outcomes), *_repeats(outcomes), *_dtypes(outcomes), *_extremes(answers)]
    return list(dict.fromkeys(found))


def _changed(outcomes: Sequence[tuple[Case, Outcome]]) -> list[Probe]:
    names = dict.fromkeys(name for _, outcome in outcomes for name in outcome.changed)
    return [Probe("changed", "M13" if name in ("weights", "biases") else "M35", name) for name in names]


def _repeats(outcomes: Sequence[tuple[Case, Outcome]]) -> list[Probe]:
    return [Probe("differs", "M36", "")] if any(not outcome.repeats for _, outcome in outcomes) else []


def _dtypes(outcomes: Sequence[tuple[Case, Outcome]]) -> list[Probe]:
    kinds = {name for _, outcome in outcomes for name in outcome.dtype.split(",") if name}
    whole = sorted(name for name in kinds if np.dtype(name).kind in "iub")
    short = sorted(name for name in kinds if name in ("float32", "float16"))
    return [Probe("integers", "M37", name) for name in whole] + [Probe("short", "M39", name) for name in short]


def _extremes(answers: Sequence[Answer]) -> list[Probe]:
    """No number where the ordinary cases have numbers."""
    lost = [regime for answer in answers if (regime := answer.regime) and not _finite(answer)]
    ordinary = [answer for answer in answers if answer.regime not in ("saturated", "wide", "extreme")]
    return [Probe("no_number", "M38", lost[0])] if lost and all(map(_finite, ordinary)) else []


def _finite(answer: Answer) -> bool:
    if answer.observed is None:
        return True
    return all(np.isfinite(part).all() for part in (*answer.observed.nabla_w, *answer.observed.nabla_b))
