"""A diagnosis as Gradescope's `results.json`: a test for each equation, partial credit by equation."""

from __future__ import annotations

from collections.abc import Sequence
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


def together(rows: Sequence[tuple[str, Diagnosis]], language: Language = "en") -> dict[str, Any]:
    """The tests of every file of a submission, each under what the file is called; the score is the files' mean."""
    each = [(label, results(found, language)) for label, found in rows]
    points = 1 / len(each)
    return {
        "score": sum(one["score"] for _, one in each) * points,
        "output": "\n\n".join(f"{name}\n{one['output']}" for name, one in each),
        "output_format": "text",
        "visibility": "visible",
        "tests": [
            {
                **test,
                "name": f"{name}, {test['name']}",
                "score": test["score"] / len(each),
                "max_score": POINTS / len(each),
            }
            for name, one in each
            for test in one["tests"]
        ],
    }


def _test(diagnosis: Diagnosis, equation: str, language: Language) -> dict[str, Any]:
    status, passed = diagnosis.equations.get(equation, Status.UNSEEN), diagnosis.passes(equation)
    unseen = status is Status.UNSEEN and diagnosis.reason
    return {
        "name": f"{equation}: {FORMULAS[equation]}",
        "score": POINTS if passed else 0.0,
        "max_score": POINTS,
        "status": "passed" if passed else "failed",
        "output": say(status.word, language) + (f": {diagnosis.reason}" if unseen else ""),
    }
