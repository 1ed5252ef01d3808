"""The network of the lesson: a small one of our own, or the reader's."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np

from ...manual.case import Case
from ..cases import case_json
from ..errors import UsageError
from .numbers import DIGITS

WIDEST, DEEPEST, EXAMPLES = 6, 4, 4
"""What every matrix of a page has room for."""
MOST_PARAMETERS = 100_000
"""The truth of a larger network takes longer than a reader waits."""


def default() -> Case:
    """2-3-2 sigmoid neurons, a quadratic cost, one example: round binary fractions."""
    text = resources.files(__package__).joinpath("default.json").read_text("utf-8")
    return case_json.from_json(json.loads(text))


def first_example(case: Case) -> Case:
    """The case with its first example alone, in float64: that is what the picture shows."""
    x, y = (np.ascontiguousarray(array[:, :1]) for array in (case.x, case.y))
    return Case(case.architecture, case.weights, case.biases, x, y).astype("float64")


def roomy(case: Case) -> bool:
    """Whether every matrix of the case fits on a page."""
    architecture = case.architecture
    return max(architecture.widths) <= WIDEST and architecture.depth <= DEEPEST and case.examples <= EXAMPLES


def fitting(case: Case) -> Case:
    """The case, if there is a lesson of it; UsageError saying why not."""
    architecture = case.architecture
    if not architecture.plain:
        raise UsageError(f"no lesson of {architecture}: the note knows neither L2 terms nor weights of examples")
    if case.dtype.name not in DIGITS:
        raise UsageError(f"no lesson in {case.dtype.name}: {' or '.join(DIGITS)} is needed, as by hand")
    if architecture.parameters > MOST_PARAMETERS:
        raise UsageError(
            f"no lesson of {architecture}: {architecture.parameters} weights and biases, at most {MOST_PARAMETERS}"
        )
    return case
