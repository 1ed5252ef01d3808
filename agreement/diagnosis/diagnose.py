"""`diagnose`: from what a subject answers to what is said of it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ...manual import costs
from ...manual.activations import CORE
from ...manual.case import REDUCTIONS, Architecture, Case, Pack
from ...reference.arithmetic_state import guarded, warn
from ...reference.protocol import Backend
from ...reference.user_files import refuse_large
from ..errors import UsageError
from .asking.anew import renewals
from .asking.ask import Reply, ask
from .asking.layout import Layout
from .asking.outcome import CallOutcome
from .asking.sandbox import Limits, NotUnderstood, Run, Stopped, run
from .asking.source_lines import about
from .asking.subject import FunctionSubject, Subject, subject_of
from .inference import probing_cases as drawn
from .inference.conventions import HIDDEN, Declared
from .inference.infer import FOREVER, Understanding, understand
from .naming import DiagnosisParts, judge
from .printable import PrintableDiagnosis
from .rounds import Asker, first_round, second_round

UNDECLARED, LIMITS = Declared(), Limits()
ADDS = "it adds what it answers, so that −∂C is right"
LEAST = 10.0
"""Seconds that a run has at the least, so that what was understood late is judged."""
SEARCHED = 0.7
"""The part of the time after which no further mistakes are looked for: what is left is to judge."""


def diagnose_file(
    path: Path, name: str | None = None, declared: Declared = UNDECLARED, limits: Limits = LIMITS
) -> PrintableDiagnosis:
    """Judge the function, class or script of a file, in a child process.

    `status` is `not_understood`, with the adapter to paste, where nothing in it was seen to compute gradients.
    Raises UsageError where there is no such file or name.
    """
    if not path.is_file():
        raise UsageError(f"no file {str(path)!r}")
    try:
        refuse_large(path)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if name is not None and name.partition(".")[0].encode() not in path.read_bytes():
        raise UsageError(f"{path} has no {name[:80]!r}")
    try:
        return _diagnosed(_in_child(path, name, limits), declared, time.monotonic() + SEARCHED * limits.seconds)
    except Stopped as stopped:
        return PrintableDiagnosis(name or path.stem, "stopped", reason=str(stopped), line=stopped.line)
    except NotUnderstood as reason:
        return PrintableDiagnosis(name or path.stem, "not_understood", reason=str(reason), adapter=reason.adapter)


def _in_child(path: Path, name: str | None, limits: Limits) -> Asker:
    """Asks in child processes, each told what the one before found, in what is left of the time."""
    known: dict[str, Any] = {}
    until = time.monotonic() + limits.seconds

    def asker(cases: Sequence[Case], layouts: list[Layout] | None) -> Run:
        left = until - time.monotonic()
        if left < -min(LEAST, limits.seconds):
            raise Stopped(f"it was not judged in {limits.seconds:g} s")
        left = max(left, min(LEAST, limits.seconds))
        found = run(path, name, cases, layouts, replace(limits, seconds=left, whole=limits.seconds), known)
        known.update(found.about)
        return found

    return asker


def diagnose(function: Any, **conventions: Any) -> PrintableDiagnosis:
    """Judge hand-written back-propagation, and name its mistake.

    Arguments:
        function: A function `(weights, biases, x, y) -> (nabla_w, nabla_b)`, or a class like the note's book's
            with `backprop(x, y)`. It is called in this process, on small float64 arrays: `weights[l]` is
            (n_l, n_{l−1}), `biases[l]` (n_l,), examples stand in columns; other layouts are tried as well.
        **conventions: What is known of it: hidden, output, cost, reduction, half, outputs, l2. What is not given is
            inferred.

    Returns:
        A diagnosis: `status`, a verdict for each equation, `mistakes` by their ids; it prints itself.

    Raises:
        UsageError: `function` is neither, or there is no such convention.

    """
    subject = subject_of(function)
    if subject is None:
        raise UsageError(
            f"{str(function)[:80]!r} is neither a function (weights, biases, x, y) nor a class with backprop(x, y); "
            "`backproof diagnose FILE.py` reads a program in any other form"
        )
    known = [field.name for field in fields(Declared)]
    for key in conventions:
        if key not in known:
            raise UsageError(f"unknown convention {key!r}: choose from {', '.join(known)}")
    return _diagnosed(_here(function, subject), Declared(**conventions))


def understand_function(
    function: Any, declared: Declared = UNDECLARED, l2: float = 0.0, weighted: bool = False
) -> Understanding | None:
    """The layout and the convention that a function works in; None where it answers nothing.

    What its cost has for an L2 term, λ = `l2`, is taken off its answers first.
    """
    cases = drawn.exploring()
    subject = subject_of(function, weighted)
    if subject is None:
        return None
    answers = _here(function, subject)(cases, None)
    if not l2:
        return understand(answers, cases, declared)
    reductions = [declared.reduction] if declared.reduction else REDUCTIONS
    views = [understand(answers, cases, replace(declared, reduction=one, outputs="sum"), l2) for one in reductions]
    return next((view for view in views if view and view.hypotheses), views[0])


def of_the_note(architecture: Architecture) -> bool:
    """Whether hand-written programs of such a network can be diagnosed: its activations and its cost are the note's."""
    *hidden, output = architecture.activations
    known = {*hidden} <= {*HIDDEN} and output in CORE and architecture.cost in costs.CORE
    return architecture.plain and known


def diagnose_backend(backend: Backend, architecture: Architecture) -> PrintableDiagnosis:
    """Judge a hand-written Backend on networks with the activations and the cost of this one, `of_the_note`."""
    declared = Declared.by(architecture)
    (convention,) = declared.conventions()

    def function(weights: Any, biases: Any, x: Any, y: Any) -> Any:
        widths = (len(x), *map(len, biases))
        case = Case(convention.architecture(widths), tuple(weights), tuple(biases), x, y)
        got = backend.gradients(Pack.of([case])).map(lambda part: part[0])
        return got.nabla_w, got.nabla_b, got.delta

    function.__name__ = backend.name
    subject = FunctionSubject(function)
    return _diagnosed(_here(backend.gradients, subject, backend.name), declared)


def _here(function: Any, subject: Subject, name: str | None = None) -> Asker:
    """Asks in this process."""
    called = str(name or getattr(function, "__name__", "subject"))
    facts = {"name": called, **about(function, inspect.getmodule(function))}
    make = renewals(subject)

    def asker(cases: Sequence[Case], layouts: list[Layout] | None) -> Run:
        with guarded(called, warn):
            return Run(facts, list(ask(make, cases, layouts)))

    return asker


def _judged(asker: Asker, understood: Understanding, declared: Declared) -> tuple[Understanding, DiagnosisParts]:
    """The verdict, in the first convention of those that explain what was asked first in which nothing is wrong."""
    judged = judge(understood, second_round(asker, understood), declared)
    for other in understood.others if judged.status == "wrong" else ():
        again = judge(other, second_round(asker, other), declared)
        if again.status == "right":
            return other, again
    return understood, judged


def _diagnosed(asker: Asker, declared: Declared, until: float = FOREVER) -> PrintableDiagnosis:
    understood, first = first_round(asker, declared, until)
    if first.about.get("ascends") and understood is not None and _turned(understood):
        asker, notes = _negated(asker), [ADDS]
        understood, first = first_round(asker, declared, until)
    else:
        notes = []
    lines = {equation: (line[0], line[1]) for equation, line in first.about["lines"].items()}
    told = {
        "subject": first.about["name"],
        "line": first.about["line"],
        "lines": lines,
        "understood": (*first.about.get("understood", ()), *first.about.get("notes", ()), *notes),
    }
    if understood is None:
        return PrintableDiagnosis(status="stopped", reason=_commonest([r.outcome for r in first.replies]), **told)
    understood, judged = _judged(asker, understood, declared)
    return PrintableDiagnosis(
        status=judged.status,
        adapter=first.about.get("adapter") if judged.status == "unknown" else None,
        worthless=judged.worthless,
        single=understood.seen.single,
        reading=understood.seen.reading,
        convention=understood.convention,
        terms=judged.terms,
        domain=understood.domain,
        given=tuple(f.name for f in fields(declared) if getattr(declared, f.name) is not None),
        equations=judged.equations,
        guesses=judged.hypotheses,
        named=judged.named,
        probes=judged.noticed,
        signatures=understood.signatures,
        failure=judged.failure,
        **told,
    )


def _turned(understood: Understanding) -> bool:
    """Its answers are −∂C."""
    return bool(understood.hypotheses) and all(one.ids == ("M03",) for one in understood.hypotheses)


def _negated(asker: Asker) -> Asker:
    """Asks of a program that adds what it answers."""

    def negative(reply: Reply) -> Reply:
        parts = {name: [-array for array in part] for name, part in reply.outcome.parts.items()}
        return replace(reply, outcome=replace(reply.outcome, parts=parts))

    def asked(cases: Sequence[Case], layouts: list[Layout] | None) -> Run:
        found = asker(cases, layouts)
        return replace(found, replies=list(map(negative, found.replies)))

    return asked


def _commonest(outcomes: Sequence[CallOutcome]) -> str:
    """What a subject that never answers mostly says, with its line."""
    told = [f"{outcome.raised}" + (f" (line {outcome.line})" if outcome.line else "") for outcome in outcomes]
    last = max((outcome.line or 0 for outcome in outcomes), default=0)
    furthest = [text for text, outcome in zip(told, outcomes, strict=True) if (outcome.line or 0) == last]
    return f"it answered no case: {max(furthest, key=furthest.count)}" if furthest else "it was asked nothing"
