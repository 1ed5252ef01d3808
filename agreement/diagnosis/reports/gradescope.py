"""A diagnosis as Gradescope's `results.json`: a test for each equation, partial credit by equation."""

from __future__ import annotations

from typing import Any

from ...languages import Language
from ..equations import EQUATIONS, Status
from ..result import Diagnosis
from .text import FORMULAS, render, say

POINTS = 25.0


def results(diagnosis: Diagnosis, language: Language = "en") -> dict[str, Any]:
    """Four tests of 25 points, and the whole report as the output."""
    tests = [_test(diagnosis, equation, language) for equation in EQUATIONS]
    return {
        "score": sum(test["score"] for test in tests),
        "output": render(diagnosis, language),
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
    }


def _test(diagnosis: Diagnosis, equation: str, language: Language) -> dict[str, Any]:
    status, passed = diagnosis.equations.get(equation, Status.UNSEEN), diagnosis.passes(equation)
    return {
        "name": f"{equation}: {FORMULAS[equation]}",
        "score": POINTS if passed else 0.0,
        "max_score": POINTS,
        "status": "passed" if passed else "failed",
        "output": say(status.word, language),
    }
