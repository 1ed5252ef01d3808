"""The smallest case that shows each mistake: small integers, stored as case files beside this one."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np

from ...manual.backprop import backprop
from ...manual.case import Case
from ...manual.gradients import Gradients, Place
from ...manual.shapes import Array
from ..cases import case_json
from .calling import accumulated
from .row import Mistake
from .trace import FAILURES

CLOSE = 1e-9
"""What is no further from the right number than this part of the largest is the same to the eye."""

NETWORKS = {
    "M02": ("sigmoid", "sigmoid", "cross_entropy"),
    "M29": ("sigmoid", "softmax", "quadratic"),
    "M30": ("sigmoid", "softmax", "cross_entropy"),
    "M31": ("sigmoid", "sigmoid", "cross_entropy"),
    "M33": ("tanh", "tanh", "quadratic"),
    "M34": ("relu", "sigmoid", "quadratic"),
    "M44": ("relu", "sigmoid", "quadratic"),
}
"""The hidden and the output activation and the cost with which a mistake can be made, where the note's own
(sigmoid, sigmoid, quadratic) leave no room for it.
"""


@cache
def smallest(id: str) -> Case:
    """The stored case of a mistake."""
    text = (resources.files(__package__) / "cases" / f"{id}.json").read_text("utf-8")
    return case_json.from_json(json.loads(text))


def wrong(mistake: Mistake, case: Case) -> Gradients[Array] | str:
    """What a program with the mistake makes of a case, or the error that it stops with."""
    try:
        with np.errstate(all="ignore"):
            if mistake.forms:
                return mistake.form.gradients(case)
            right = backprop(case)
            return accumulated(right, right)
    except FAILURES as error:
        return f"{type(error).__name__}: {error}"


def differences(mistake: Mistake, case: Case) -> list[tuple[Place, Array, Array]]:
    """Every gradient of a parameter that comes out wrong: its place, the wrong one and the right one."""
    got = wrong(mistake, case)
    if isinstance(got, str):
        return []
    right = dict(backprop(case).items())
    rows = ((place, np.asarray(part), right[place]) for place, part in got.items() if place.quantity in ("BP3", "BP4"))
    return [row for row in rows if _differ(row[1], row[2])]


def _differ(got: Array, want: Array) -> bool:
    return got.shape != want.shape or not bool((np.abs(got - want) <= CLOSE * np.abs(want).max()).all())


def shows(mistake: Mistake, case: Case) -> bool:
    """The mistake can be made on such a network, and then something is wrong."""
    applies = not mistake.forms or mistake.applies(case.architecture)
    return applies and (isinstance(wrong(mistake, case), str) or bool(differences(mistake, case)))
