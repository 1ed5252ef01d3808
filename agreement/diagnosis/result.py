"""The diagnosis of one subject, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..cases import case_json
from .equations import EQUATIONS, Failure, Status
from .inference.conventions import Convention
from .inference.domain import Domain
from .inference.reading import AnswerReading
from .inference.residuals import Signature
from .inference.search import Hypothesis
from .inference.terms import NOTHING, Terms
from .side_effects import SideEffect


@dataclass(frozen=True)
class Diagnosis:
    """What was found of one subject.

    `status` is `right`, `wrong`, `unknown` (no convention that is known gives any of its numbers),
    `stopped` (it gave no answer that could be judged: `reason` says why) or `not_understood` (no verdict).
    `adapter` is what to paste where there is no verdict on a program.
    `understood` says how a program that is not in the note's form was read.
    `worthless` says that its answers are `empty`, `zero`, `constant` or `echoed` weights: then all four
    equations are wrong. It was judged within `convention`, `terms` and `domain`, which were inferred but
    for what was `given`. `guesses` are the explanations that reproduce every answer, the first guess
    first; each names one mistake, or two that were made together.
    """

    subject: str
    status: str
    reason: str | None = None
    worthless: str | None = None
    line: int | None = None
    lines: dict[str, tuple[int, str]] = field(default_factory=dict)
    single: bool = False
    reading: AnswerReading | None = None
    convention: Convention | None = None
    terms: Terms = NOTHING
    domain: Domain = Domain()
    given: tuple[str, ...] = ()
    equations: dict[str, Status] = field(default_factory=dict)
    guesses: tuple[Hypothesis, ...] = ()
    named: tuple[tuple[str, ...], ...] = ()
    probes: tuple[SideEffect, ...] = ()
    signatures: tuple[Signature, ...] = ()
    failure: Failure | None = None
    understood: tuple[str, ...] = ()
    adapter: str | None = None

    @property
    def right(self) -> bool:
        """Nothing is wrong with it."""
        return self.status == "right"

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The ids of the first guess; none where no mistake of the catalogue explains the answers.

        A right program has one, too, where it gives no number at extremes or changes its arguments.
        """
        return self.named[0] if self.named else ()

    @property
    def caveats(self) -> list[tuple[str, str]]:
        """What else may have been meant, and the mistake that it is then."""
        found = []
        if self.convention is not None and self.status != "unknown":
            like_quadratic = self.convention.cost == "cross_entropy" and self.convention.output == "sigmoid"
            found += [("quadratic cost", "M01")] if like_quadratic and "cost" not in self.given else []
            found += [("no L2 term", "M32")] if self.terms.l2 and "l2" not in self.given else []
        return found

    def passes(self, equation: str) -> bool:
        """It is right; or there was nothing of it to judge in a right program, as BP3 without biases."""
        status = self.equations.get(equation, Status.UNSEEN)
        return status in (Status.RIGHT, Status.INEXACT) or (status is Status.UNSEEN and self.right)

    @property
    def score(self) -> float:
        """The part of the four equations that pass, from 0 to 1."""
        return sum(map(self.passes, EQUATIONS)) / len(EQUATIONS)

    def as_json(self) -> dict[str, Any]:
        """The diagnosis as `--format json` prints it; numbers of a failure as hex floats."""
        return {
            "schema": "backproof/diagnosis/1",
            "subject": self.subject,
            "status": self.status,
            "reason": self.reason,
            "understood": list(self.understood),
            "adapter": self.adapter,
            "worthless": self.worthless,
            "line": self.line,
            "lines": {equation: list(line) for equation, line in self.lines.items()},
            "convention": self._convention(),
            "equations": {equation: status.word for equation, status in self.equations.items()},
            "mistakes": list(self.mistakes),
            "caveats": [list(caveat) for caveat in self.caveats],
            "alternatives": [list(ids) for ids in self.named[1:]],
            "probes": [probe._asdict() for probe in self.probes],
            "signatures": [_plain(signature._asdict()) for signature in self.signatures],
            "failure": self._failure(),
        }

    def _convention(self) -> dict[str, Any] | None:
        if self.convention is None or self.reading is None:
            return None
        return {
            **vars(self.convention),
            **vars(self.terms),
            "domain": {**vars(self.domain)},
            **vars(self.reading.layout),
            "one_example": self.single,
            "weights_first": self.reading.weights_first,
            "last_layer_first": self.reading.backwards,
            "declared": list(self.given),
        }

    def _failure(self) -> dict[str, Any] | None:
        if self.failure is None:
            return None
        exact = {key: float(getattr(self.failure, key)).hex() for key in ("got", "true", "bound")}
        rest = {key: getattr(self.failure, key) for key in ("equation", "layer", "raised")}
        shape = self.failure.shape and list(self.failure.shape)
        return {
            **rest,
            **exact,
            "index": list(self.failure.index),
            "shape": shape,
            "case": case_json.as_json(self.failure.case),
        }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN."""
    return {key: None if value != value else value for key, value in row.items()}
