"""Predict, then reveal: the questions, with answers that are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...manual.backprop import backprop
from ...manual.case import Case
from . import numbers, saturation
from .demon import Demon

FAR = 40
"""A weighted input at which a neuron is far saturated."""


@dataclass(frozen=True)
class Question:
    """A question by the group of its strings, which option is right, and the values that its answer names."""

    id: str
    right: int
    values: dict[str, Any]


def questions(case: Case, demons: Sequence[Demon]) -> list[Question]:
    """All of them."""
    return [zero(case), halve(demons[-1]), meet(case), vanish()]


def zero(case: Case) -> Question:
    """What a zero input does to a weight's slope."""
    slope = saturation.low_activation(case)[0]
    return Question("zero", 0 if slope == 0 else 1, {"value": numbers.short(slope)})


def halve(demon: Demon) -> Question:
    """By how much the remainder falls when the nudge is halved."""
    middle = len(demon.steps) // 2
    left = demon.certified[middle + 1] / demon.certified[middle] if demon.certified[middle] else np.nan
    right = int(np.argmin([abs(left - share) for share in (1 / 2, 1 / 4, 1 / 8)]))
    return Question("halve", right, {"value": numbers.short(left)})


def meet(case: Case) -> Question:
    """Which slopes are left when the target is what the network answers."""
    exact = case.astype("float64")
    answer = backprop(exact).a
    assert answer is not None
    met = replace(exact, y=answer[-1])
    gradients = backprop(met)
    every = np.concatenate([part.ravel() for part in (*gradients.nabla_w, *gradients.nabla_b)])
    left = int((every != 0).sum())
    right = 2 if left == 0 else 0 if left == every.size else 1
    return Question("meet", right, {"left": left, "all": every.size})


def vanish() -> Question:
    """What a(1 − a) is far out."""
    case = saturation.neuron(float(FAR))
    gradients = backprop(case)
    assert gradients.a is not None
    a = gradients.a[0][0, 0]
    printed, truth = a * (1 - a), gradients.nabla_b[0][0]
    right = 1 if printed == 0 else 0 if printed > 0 else 2
    return Question("vanish", right, {"z": FAR, "value": numbers.short(printed), "truth": numbers.short(truth)})
