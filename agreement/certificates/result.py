"""What the three certificates say together."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ..errors import Refutable
from ..judging.verdict import DECIDED, Verdict
from .answer import AnswerCertificate
from .operations import OperationsCertificate
from .program import ProgramCertificate
from .text import render

SCHEMA = "backproof/certificate/1"


@dataclass(frozen=True)
class Certificates(Refutable):
    """What `certify` found: `program`, `operations` and `answers`; `str()` is the report, `as_json()` the record."""

    framework: str
    version: str
    loss: float
    parameters: int
    notes: tuple[str, ...]
    program: ProgramCertificate
    operations: OperationsCertificate
    answers: tuple[AnswerCertificate, ...]
    seconds: float

    @property
    def disagrees(self) -> bool:
        """Whether any certificate says wrong."""
        wrong = self.operations.verdicts[Verdict.WRONG] or any(a.verdicts[Verdict.WRONG] for a in self.answers)
        return bool(wrong) or self.program.verdict == Verdict.WRONG

    @property
    def decided(self) -> bool:
        """Whether the program and some operation were decided, and every answer is there, with finite numbers."""
        operations = any(self.operations.verdicts[v] for v in DECIDED)
        answered = not any(a.failure or a.digits_lost == math.inf for a in self.answers)
        return self.program.verdict in DECIDED and operations and answered and not self.operations.unread

    def __str__(self) -> str:
        return render(self)

    def as_json(self) -> dict[str, Any]:
        """The record, schema `backproof/certificate/1`; numbers that were compared as hex floats."""
        return {
            "schema": SCHEMA,
            "framework": self.framework,
            "version": self.version,
            "loss": self.loss.hex(),
            "parameters": self.parameters,
            "notes": list(self.notes),
            "seconds": self.seconds,
            "verdict": "wrong" if self.disagrees else "accurate" if self.decided else "undetermined",
            "program": _program(self.program),
            "operations": _operations(self.operations),
            "answers": [_answer(answer) for answer in self.answers],
        }


def counted(verdicts: Counter[Verdict]) -> dict[str, int]:
    """All eight by name."""
    return {verdict.word: int(verdicts[verdict]) for verdict in Verdict}


def _program(found: ProgramCertificate) -> dict[str, Any]:
    return {
        "verdict": found.verdict.word,
        "digits": _number(found.digits),
        "bits": found.bits,
        "parameters": [
            {
                "name": p.name,
                "verdict": p.verdict.word,
                "digits": _number(p.agreement.digits),
                "entries": p.agreement.entries,
                "apart": p.agreement.apart,
                "difference": float(p.agreement.difference).hex(),
            }
            for p in found.parameters
        ],
        "culprits": [
            {
                "operation": c.name,
                "where": c.where,
                "difference": float(c.difference).hex(),
                "allowed": c.allowed,
                "hook": c.hook,
            }
            for c in found.culprits
        ],
    }


def _operations(found: OperationsCertificate) -> dict[str, Any]:
    return {
        "entries": found.entries,
        **counted(found.verdicts),
        "worst_ratio": float(found.worst_ratio).hex(),
        "rows": [
            {"operation": r.name, "calls": r.calls, "entries": r.entries, "worst_ratio": float(r.worst_ratio).hex()}
            | counted(r.verdicts)
            for r in found.rows.values()
        ],
        "disagreements": [
            {"operation": w.name, "phase": w.phase, "where": w.where, "index": list(w.entry.index)}
            | {key: float(getattr(w.entry, key)).hex() for key in ("got", "truth", "bound", "ratio")}
            for w in found.wrong
        ],
        "unread": list(found.unread),
    }


def _answer(found: AnswerCertificate) -> dict[str, Any]:
    keys = ("error", "bound", "worst_ratio", "digits_lost", "signed_bound", "signed_ratio")
    return {
        "mode": found.mode,
        "failure": found.failure,
        "bounded_by": "forms" if found.sharp else "enclosure",
        **counted(found.verdicts),
        "parameters": [
            {"name": p.name, "entries": p.entries} | counted(p.verdicts) | {key: _hex(getattr(p, key)) for key in keys}
            for p in found.parameters
        ],
    }


def _hex(x: float | None) -> str | None:
    return None if x is None else float(x).hex()


def _number(x: float) -> float | str:
    return "inf" if x == float("inf") else round(x, 1)
