"""The report: three lines, one a certificate; then operations, what is wrong, and parameters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from ..judging.verdict import Verdict
from ..screen.text import WIDTH, columns, wrapped
from .answer import AnswerCertificate
from .operations import OperationsCertificate
from .program import ProgramCertificate


class StepCertificates(Protocol):
    """All three certificates of a step, and what it was."""

    @property
    def framework(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def parameters(self) -> int: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def program(self) -> ProgramCertificate: ...
    @property
    def operations(self) -> OperationsCertificate: ...
    @property
    def answers(self) -> tuple[AnswerCertificate, ...]: ...
    @property
    def disagrees(self) -> bool: ...
    @property
    def decided(self) -> bool: ...


SHOWN = 12
"""Rows of a table, at most."""
CERTIFICATE = 16
"""Where a certificate's sentence begins."""


def render(found: StepCertificates) -> str:
    """The whole report, for a screen of 80 columns."""
    return "\n".join(_lines(found))


def headline(found: StepCertificates) -> str:
    """What all three say together."""
    said = "WRONG" if found.disagrees else "CERTIFIED" if found.decided else "INCOMPLETE"
    return f"{said}: the gradient of {found.parameters:,} parameters by {found.framework} {found.version}"


def certificates(found: StepCertificates) -> list[str]:
    """The three lines."""
    return [_of_program(found.program), _of_operations(found.operations), *map(_of_answer, found.answers)]


def complaints(found: StepCertificates) -> list[str]:
    """What is wrong, a line each."""
    program = [line for line in _culprits(found.program) if not line.startswith("allowed")]
    if found.program.verdict == Verdict.WRONG and not program:
        program = [_of_program(found.program)]
    operations = [
        f"{w.name} ({w.phase}) at {w.where or 'no line of yours'}: got {w.entry.got!r}, exact {w.entry.truth!r}, "
        f"bound {w.entry.bound:.3g}"
        for w in found.operations.wrong
    ]
    answers = [
        f"{answer.mode}: {p.verdicts[Verdict.WRONG]} entries of {p.name} are wrong"
        for answer in found.answers
        for p in answer.parameters
        if p.verdicts[Verdict.WRONG]
    ]
    return [*program, *operations, *answers]


def _lines(found: StepCertificates) -> Iterator[str]:
    yield headline(found)
    for line in certificates(found):
        yield from wrapped(f"  {line}", hang=CERTIFICATE)
    yield from (f"  note: {note}" for note in dict.fromkeys(found.notes))
    yield from (f"  {line}" for line in _culprits(found.program))
    yield from (f"  {line}" for line in _first_wrong(found.operations))
    yield ""
    yield from _table(found.operations)
    for answer in found.answers:
        if answer.parameters:
            yield ""
            yield from _parameters(answer)


def _of_program(found: ProgramCertificate) -> str:
    if found.verdict == Verdict.WRONG:
        names = [p.name for p in found.parameters if p.verdict == Verdict.WRONG]
        return f"1 program     wrong in {len(names)} of {len(found.parameters)} parameters: {_some(names)}"
    digits = "every digit" if found.digits == float("inf") else f"{found.digits:.0f} digits"
    if found.verdict == Verdict.UNDETERMINED:
        return "1 program     undetermined: the enclosures meet, but say less than 60 digits"
    return f"1 program     right: agrees with our own pullbacks to {digits} ({found.bits} bits)"


def _of_operations(found: OperationsCertificate) -> str:
    right = f"{found.entries:,} entries of {sum(r.calls for r in found.rows.values()):,} operations"
    missing = f"; {len(found.unread)} not judged" if found.unread else ""
    return f"2 operations  {right}: {_counts(found.verdicts)}; worst {found.worst_ratio:.2g} × bound{missing}"


def _of_answer(found: AnswerCertificate) -> str:
    if found.failure:
        return f"3 answer      {found.mode}: {found.failure}"
    said = f"3 answer      {found.mode}: {_counts(found.verdicts)}; {_lost(found)}"
    if not found.sharp and found.verdicts[Verdict.BLIND]:
        said += "; too large for the sharp bound"
    ratios = [p.signed_ratio for p in found.parameters if p.signed_ratio is not None]
    if found.verdicts[Verdict.BLIND] and ratios:
        said += f"; {sum(r <= 1 for r in ratios)} of {len(ratios)} within the bound to first order"
    return said


def _lost(found: AnswerCertificate) -> str:
    lost = found.digits_lost
    return f"at most {lost:.1f} digits lost" if lost < math.inf else "some entries are no finite number"


def _counts(verdicts: Counter[Verdict]) -> str:
    return ", ".join(f"{v.word} {verdicts[v]:,}" for v in Verdict if verdicts[v]) or "no entries"


def _culprits(found: ProgramCertificate) -> Iterator[str]:
    for culprit in found.culprits:
        yield f"{'allowed: ' if culprit.allowed else ''}{culprit}: off by {culprit.difference:.3g}"


def _first_wrong(found: OperationsCertificate) -> Iterator[str]:
    for reason in found.unread[:SHOWN]:
        yield f"not judged: {reason}"
    if found.wrong:
        wrong, entry = found.wrong[0], found.wrong[0].entry
        yield f"first operation that its own operands do not explain: {wrong.name} ({wrong.phase})"
        yield f"  at {wrong.where or 'no line of yours'}, entry {list(entry.index)}"
        yield f"  got {entry.got!r}, exact {entry.truth!r}, bound {entry.bound:.3g}"


def _table(found: OperationsCertificate) -> Iterator[str]:
    yield f"{'worst':>7} {'calls':>6} {'entries':>9}  operation (worst error as a part of its bound)"
    rows = sorted(found.rows.values(), key=lambda row: -row.worst_ratio)
    for row in rows[:SHOWN]:
        yield from _row(f"{row.worst_ratio:>7.2g} {row.calls:>6} {row.entries:>9,}", row.name)
        if set(+row.verdicts) != {Verdict.ACCURATE}:
            yield " " * 26 + _counts(row.verdicts)
    if len(rows) > SHOWN:
        yield f"and {len(rows) - SHOWN} more, all below {rows[SHOWN].worst_ratio:.2g} of their bound"


def _parameters(found: AnswerCertificate) -> Iterator[str]:
    yield f"{'lost':>5} {'error':>8} {'bound':>8} {'1st order':>9} {'entries':>9}  parameter ({found.mode})"
    rows = sorted(found.parameters, key=lambda p: -p.digits_lost)
    for p in rows[:SHOWN]:
        signed = "–" if p.signed_bound is None else f"{p.signed_bound:.1e}"
        yield from _row(f"{p.digits_lost:>5.1f} {p.error:>8.1e} {p.bound:>8.1e} {signed:>9} {p.entries:>9,}", p.name)
    if len(rows) > SHOWN:
        yield f"and {len(rows) - SHOWN} more"


def _row(numbers: str, name: str) -> Iterator[str]:
    """The name beside the numbers, or where there is no room below them: never cut."""
    if columns(f"{numbers}  {name}") <= WIDTH:
        yield f"{numbers}  {name}"
    else:
        yield numbers
        yield f"{name:>{WIDTH}}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


HEADS = ("step", "framework", "parameters", "program", "operations", "answers")


def session_row(found: StepCertificates, name: str) -> list[str]:
    """One certified step as a row of a test session's table."""
    digits = "exact" if found.program.digits == float("inf") else f"{found.program.digits:.0f} digits"
    program = digits if found.program.verdict == Verdict.ACCURATE else found.program.verdict.word
    wrong = found.operations.verdicts[Verdict.WRONG]
    operations = f"{wrong:,} wrong" if wrong else f"{found.operations.worst_ratio:.2g} × bound"
    answers = ", ".join(f"{a.mode} {_answered(a)}" for a in found.answers)
    return [name, f"{found.framework} {found.version}", f"{found.parameters:,}", program, operations, answers]


def _answered(found: AnswerCertificate) -> str:
    if found.failure:
        return "failed"
    if found.verdicts[Verdict.WRONG]:
        return f"{found.verdicts[Verdict.WRONG]:,} wrong"
    return _lost(found).removeprefix("at most ")


def session_table(rows: list[list[str]]) -> Iterator[str]:
    """The rows below their heads, as wide as they need."""
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    for row in (HEADS, *rows):
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
