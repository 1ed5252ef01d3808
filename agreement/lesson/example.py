"""The network of the lesson: a small one of our own, or the reader's."""

from __future__ import annotations

import json
from importlib import resources

from ...manual.case import Case
from ..cases import case_json
from ..errors import UsageError

WIDEST, DEEPEST, EXAMPLES = 6, 4, 4
"""What a page has room for."""


def default() -> Case:
    """2-3-2 sigmoid neurons, a quadratic cost, one example: round binary fractions."""
    text = resources.files(__package__).joinpath("default.json").read_text("utf-8")
    return case_json.from_json(json.loads(text))


def fitting(case: Case) -> Case:
    """The case, if a page has room for it; UsageError saying what is too large, or not of the note."""
    architecture = case.architecture
    if not architecture.plain:
        raise UsageError(f"no lesson of {architecture}: the note knows neither L2 terms nor weights of examples")
    for what, size, most in (
        ("a layer of", max(architecture.widths), WIDEST),
        ("layers:", architecture.depth, DEEPEST),
        ("examples:", case.examples, EXAMPLES),
    ):
        if size > most:
            raise UsageError(
                f"no room for {architecture} with {case.examples} examples: {what} {size}, at most {most} fit"
            )
    return case
