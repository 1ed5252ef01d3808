"""`diagnose`: from what a subject answers to what is said of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ...manual.case import REDUCTIONS, Architecture, Case, Pack
from ...reference.arithmetic_state import guarded, warn
from ...reference.protocol import Backend
from ..catalogue.mistakes import MISTAKES
from ..catalogue.trace import examples
from ..errors import UsageError
from . import side_effects as probing
from .asking.ask import ask
from .asking.layout import Layout
from .asking.outcome import Outcome
from .asking.sandbox import Limits, NotUnderstood, Run, Stopped, run
from .asking.source_lines import about
from .asking.subject import FunctionSubject, Subject, subject_of
from .equations import EQUATIONS, Failure, Ruling, Status, rule
from .inference import probing_cases as drawn
from .inference.conventions import Convention, Declared
from .inference.infer import Understanding, understand
from .inference.reading import Answer
from .inference.search import Hypothesis, explains
from .printable import PrintableDiagnosis
from .side_effects import Probe

Asker = Callable[[Sequence[Case], list[Layout] | None], Run]
"""Asks a subject for the gradients of cases in layouts (all that it may work in, where None)."""
UNDECLARED, LIMITS = Declared(), Limits()
ORDINARY = ("ladder", "calm")
"""Regimes in which every formulation of the equations keeps its digits."""


def diagnose_file(
    path: Path, name: str | None = None, declared: Declared = UNDECLARED, limits: Limits = LIMITS
) -> PrintableDiagnosis:
    """Judge the function, class or script of a file, in a child process.

    `status` is `not_understood`, with the adapter to paste, where nothing in it was seen to compute gradients.
    Raises UsageError where there is no such file.
    """
    if not path.is_file():
        raise UsageError(f"no file {str(path)!r}")
    try:
        return _diagnosed(lambda cases, layouts: run(path, name, cases, layouts, limits), declared)
    except Stopped as stopped:
        return PrintableDiagnosis(name or path.stem, "stopped", reason=str(stopped), line=stopped.line)
    except NotUnderstood as reason:
        return PrintableDiagnosis(name or path.stem, "not_understood", reason=str(reason), adapter=reason.adapter)


def diagnose(function: Any, **conventions: Any) -> PrintableDiagnosis:
    """Judge hand-written back-propagation, and name its mistake.

    Arguments:
        function: A function `(weights, biases, x, y) -> (nabla_w, nabla_b)`, or a class like the note's book's
            with `backprop(x, y)`. It is called in this process, on small float64 arrays: `weights[l]` is
            (n_l, n_{l−1}), `biases[l]` (n_l,), examples stand in columns; other layouts are tried as well.
        **conventions: What is known of it: hidden, output, cost, reduction, half, outputs. What is not given is
            inferred.

    Returns:
        A diagnosis: `status`, a verdict for each equation, `mistakes` by their ids; it prints itself.

    Raises:
        UsageError: `function` is neither, or there is no such convention.

    """
    subject = subject_of(function)
    if subject is None:
        raise UsageError(f"{function!r} is neither a function (weights, biases, x, y) nor a class with backprop(x, y)")
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


def diagnose_backend(backend: Backend, architecture: Architecture) -> PrintableDiagnosis:
    """Judge a hand-written Backend on networks with the activations and the cost of this one."""
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

    def asker(cases: Sequence[Case], layouts: list[Layout] | None) -> Run:
        with guarded(called, warn):
            return Run(facts, list(ask(lambda: subject, cases, layouts)))

    return asker


def _diagnosed(asker: Asker, declared: Declared) -> PrintableDiagnosis:
    cases = drawn.exploring()
    first = asker(cases, None)
    understood = understand(first, cases, declared)
    lines = {equation: (line[0], line[1]) for equation, line in first.about["lines"].items()}
    told = {
        "subject": first.about["name"],
        "line": first.about["line"],
        "lines": lines,
        "understood": (*first.about.get("understood", ()), *first.about.get("notes", ())),
    }
    if understood is None:
        return PrintableDiagnosis(status="stopped", reason=_commonest([r.outcome for r in first.replies]), **told)
    answers, outcomes = _second_round(asker, understood)
    rulings = _rulings(answers, understood.convention)
    hypotheses = _unrefuted(_surviving(understood.hypotheses, answers), rulings)
    seen = [*((cases[n], o) for n, o in understood.seen.outcomes.items()), *outcomes]
    noticed = tuple(probing.of(seen, answers))
    named = _names(hypotheses, understood.by_signature, noticed)
    equations = _statuses(hypotheses, rulings, answers)
    wrong = bool(named) or Status.WRONG in equations.values() or any("" in ruling.failures for ruling in rulings)
    return PrintableDiagnosis(
        status="wrong" if wrong else "right",
        single=understood.seen.single,
        reading=understood.seen.reading,
        convention=understood.convention,
        given=tuple(f.name for f in fields(declared) if getattr(declared, f.name) is not None),
        equations=equations,
        guesses=hypotheses,
        named=named,
        probes=noticed,
        signatures=understood.signatures,
        failure=_shown(rulings, equations),
        **told,
    )


def _commonest(outcomes: Sequence[Outcome]) -> str:
    """What a subject that never answers mostly says, with its line."""
    told = [f"{outcome.raised}" + (f" (line {outcome.line})" if outcome.line else "") for outcome in outcomes]
    last = max((outcome.line or 0 for outcome in outcomes), default=0)
    furthest = [text for text, outcome in zip(told, outcomes, strict=True) if (outcome.line or 0) == last]
    return f"it answered no case: {max(furthest, key=furthest.count)}" if furthest else "it was asked nothing"


def _second_round(asker: Asker, understood: Understanding) -> tuple[list[Answer], list[tuple[Case, Outcome]]]:
    """Small cases to show, cases of every regime to judge, and each of their examples alone."""
    reading, single, convention = understood.seen.reading, understood.seen.single, understood.convention
    networks = [convention.architecture(widths) for widths, _ in drawn.JUDGED]
    small = [case for case in drawn.ladder() if case.examples == 1 or not single]
    asked = [(case, "ladder") for case in small if convention.means_something(case)]
    asked += drawn.judged(networks, single)
    cases = [case for case, _ in asked]
    alone = [examples(case) if case.examples > 1 else () for case in cases]
    everything = [*cases, *(one for group in alone for one in group)]
    replies = asker(everything, [reading.layout]).replies
    outcomes = {reply.number: reply.outcome for reply in replies}
    observed = {n: reading.read(outcome, everything[n]) for n, outcome in outcomes.items()}
    answers, next_alone = [], len(cases)
    for n, (case, regime) in enumerate(asked):
        singles = tuple(observed.get(next_alone + i) for i in range(len(alone[n]))) or (observed.get(n),)
        next_alone += len(alone[n])
        answers.append(Answer(case, regime, observed.get(n), outcomes[n].raised, singles))
    return answers, [(everything[n], outcome) for n, outcome in outcomes.items()]


def _surviving(hypotheses: Sequence[Hypothesis], answers: Sequence[Answer]) -> tuple[Hypothesis, ...]:
    """Those that explain the ordinary answers of the second round, too: what separates two is decided by it."""

    def survives(hypothesis: Hypothesis) -> bool:
        for answer in answers:
            said = hypothesis.gradients(answer.case) if answer.regime in ORDINARY else None
            if said is not None and answer.observed is not None and not explains(said, answer.observed):
                return False
        return True

    return tuple(filter(survives, hypotheses)) or tuple(hypotheses)


def _unrefuted(hypotheses: Sequence[Hypothesis], rulings: Sequence[Ruling]) -> tuple[Hypothesis, ...]:
    """Those that match on every case, or at least suspect an equation that was not seen to be right in all.

    What a gradient lacks may be told of the δ that is inferred from it: any equation of the mistake counts.
    """
    right = {
        equation
        for equation in EQUATIONS
        if max((ruling.statuses.get(equation, Status.UNSEEN) for ruling in rulings), default=Status.UNSEEN)
        is Status.RIGHT
    }
    return tuple(one for one in hypotheses if not one.failures or not _suspects(one) <= right)


def _suspects(hypothesis: Hypothesis) -> set[str]:
    return _blamed(hypothesis).union(*(MISTAKES[id].equations for id in hypothesis.ids))


def _blamed(hypothesis: Hypothesis) -> set[str]:
    steps = (slot for named in hypothesis.mistakes for slot in named.form.steps)
    return {slot.upper() for slot in steps if slot.startswith("bp")}


def _rulings(answers: Sequence[Answer], convention: Convention) -> list[Ruling]:
    """Every judged case, and the ladder up to the rung where each equation that fails has failed."""
    wide = [rule(answer, convention) for answer in answers if answer.regime != "ladder"]
    failing = {equation for ruling in wide for equation in ruling.failures}
    climbed: list[Ruling] = []
    for answer in answers:
        if answer.regime == "ladder":
            climbed.append(rule(answer, convention))
            failing -= set(climbed[-1].failures)
            if climbed[-1].failures and not failing:
                break
    return [*climbed, *wide]


def _names(
    hypotheses: Sequence[Hypothesis], by_signature: tuple[str, ...], noticed: Sequence[Probe]
) -> tuple[tuple[str, ...], ...]:
    """The ids of each guess: what explains the numbers, and what was seen besides."""
    explained = list(dict.fromkeys(h.ids for h in hypotheses)) or [by_signature]
    # Where something else is wrong, no number at an extreme is likely its consequence.
    probed = tuple(dict.fromkeys(probe.mistake for probe in noticed if probe.mistake != "M38" or not any(explained)))
    if explained == [()] and "M13" in probed and hypotheses:
        probed = tuple("M35" if id == "M13" else id for id in probed)
    named = [tuple(dict.fromkeys((*ids, *probed))) for ids in explained]
    return tuple(ids for ids in dict.fromkeys(named) if ids)


def _statuses(
    hypotheses: Sequence[Hypothesis], rulings: Sequence[Ruling], answers: Sequence[Answer]
) -> dict[str, Status]:
    """The worst that was ruled of each equation; those that an exact explanation clears are right."""
    ruled = {
        equation: max((ruling.statuses.get(equation, Status.UNSEEN) for ruling in rulings), default=Status.UNSEEN)
        for equation in EQUATIONS
    }
    if not hypotheses or not hypotheses[0].mistakes:
        return ruled
    blamed = _blamed(hypotheses[0])
    return {e: Status.WRONG if e in blamed else min(max(ruled[e], Status.RIGHT), Status.INEXACT) for e in EQUATIONS}


def _shown(rulings: Sequence[Ruling], equations: dict[str, Status]) -> Failure | None:
    """The smallest failure of the first equation that is wrong, or the smallest of any kind."""
    wrong = [equation for equation in EQUATIONS if equations[equation] is Status.WRONG]
    for key in [*wrong, ""]:
        for ruling in rulings:
            if key in ruling.failures:
                return ruling.failures[key]
    return next((f for ruling in rulings for f in ruling.failures.values()), None)
