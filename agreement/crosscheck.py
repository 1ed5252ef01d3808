"""`cross_check`: hold a function or a backend against the certified truth, from a user's own test."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ..manual.case import Architecture, Case, Pack
from ..reference.arithmetic_state import warn
from ..reference.protocol import Backend
from .cases import case_json
from .cases.generate import DrawnUnit, Menu, units
from .diagnosis.asking.subject import subject_of
from .diagnosis.diagnose import diagnose, understand_function
from .diagnosis.function_backend import Subject, SubjectBackend
from .diagnosis.inference.conventions import Declared
from .errors import Disagreement, Incomplete, UsageError
from .judging.finding import SHARP
from .judging.judge import Judge
from .running import session
from .running.check import judge_one
from .running.options import REPORT_FOLDER
from .tally.sharpness import FLOOR, percent, sharpness
from .tally.tally import Tally

DEFAULT_CASES = 90
SHOWN = 3
GIVEN = "given"
"""The regime of a case that was not drawn here."""


def cross_check(
    subject: Subject | Backend,
    *,
    case: Case | None = None,
    architecture: Architecture | None = None,
    cost: str | None = None,
    reduction: str | None = None,
    cases: int | None = None,
    seed: int | None = None,
    l2: float = 0.0,
    weighted: bool = False,
) -> Tally:
    """Judge a subject on random cases, or on one, entry by entry against the certified truth.

    Arguments:
        subject: A Backend, or a function `(weights, biases, x, y) -> (nabla_w, nabla_b)` on float64 arrays. The
            activation, cost, reduction and array layout of a function are inferred on a few cases, and printed.
        case: The one case to judge; with `@given(strategies.cases())` this is the body of a property.
        architecture: The one network to draw cases of. With it, or with a case, nothing is inferred: W^l is
            (n_l, n_{l−1}), b^l (n_l,), x (n_0, m), y (n_L, m).
        cost: The cost of the function, where it is known.
        reduction: "mean" or "sum" over the examples, where it is known.
        cases: How many cases to draw (default: 90).
        seed: What they are drawn from (default: 0).
        l2: λ ≥ 0 of an L2 term that the cost has (Architecture says which). It is not inferred.
        weighted: Whether every other network weights its examples; a function takes the weights as its fifth
            argument, (m,), ones where there are none.

    Returns:
        The tally of what was judged.

    Raises:
        Disagreement: An entry is wrong, or the subject failed. The message has the diagnosis of a function. The
            case is written to agreement-report/failing/ for `backproof replay`; of a property, the minimal one.
        Incomplete: Nothing is wrong, and too little was judged sharply to say that it agrees; never of one `case`.
        UsageError: The subject is neither a backend nor a function, or arguments contradict each other.

    """
    __tracebackhide__ = True  # a failure is shown where it is asked for
    here = session.current()
    backend, tally = _backend(subject), Tally()
    here.tallies.append(tally)
    here.versions[backend.name] = backend.version
    chosen, start = cases or here.options.get("cases") or DEFAULT_CASES, seed or here.options.get("seed") or 0
    settled = case.architecture if case else architecture
    declared = _declared(settled, cost, reduction)
    optioned = _optioned(settled, l2, weighted)
    if weighted or (settled and settled.weighted):
        backend = _taking_weights(backend)
    if case:
        drawn: Iterable[tuple[Pack, tuple[str, ...]]] = [(Pack.of([case]), (GIVEN,))]
    else:
        backend, menu = _understood(backend, architecture, declared, l2, weighted)
        drawn = _drawn(units(chosen, start, menu))
    for pack, regimes in drawn:
        tally.count(pack, regimes)
        judge_one(Judge(pack), backend, regimes, tally)
    if tally.disagrees:
        raise Disagreement(_message(backend, tally), None if optioned else _diagnosis(backend, declared))
    for sentence in tally.unsteady:
        warn(sentence)
    _say_what_was_seen(tally, shown=not isinstance(backend, SubjectBackend), alone=case is not None)
    return tally


def _say_what_was_seen(tally: Tally, shown: bool, alone: bool) -> None:
    """Print it of a subject that shows only gradients, and where it was too little: Incomplete unless of one case."""
    for row in sharpness((key, cell.marks) for key, cell in tally.cells):
        said = (
            f"{row.backend}: a relative error of {SHARP:g} would have been seen in {percent(row.share)} "
            f"of its nonzero ∂C/∂W and ∂C/∂b ({row.dtype})"
        )
        if not (row.enough or alone):
            remedy = "" if shown else ": a Backend that shows z, a and δ^l is judged one step at a time"
            raise Incomplete(f"{said}, {percent(FLOOR)} are needed{remedy}")
        if not (row.enough and shown):
            print(said)


def _drawn(work: Iterable[DrawnUnit]) -> Iterator[tuple[Pack, tuple[str, ...]]]:
    return (unit.draw() for unit in work)


def _backend(subject: Subject | Backend) -> Backend:
    if isinstance(subject, Backend):
        return subject
    if callable(subject):
        return SubjectBackend(subject)
    raise UsageError(f"{subject!r} is neither a Backend nor a function (weights, biases, x, y) -> (nabla_w, nabla_b)")


def _optioned(settled: Architecture | None, l2: float, weighted: bool) -> bool:
    """Whether there is an L2 term, or are weights; UsageError where that is said twice, or λ is none."""
    if not 0 <= l2 < math.inf:
        raise UsageError(f"l2 is {l2!r}: λ is a finite number ≥ 0")
    if settled is None:
        return bool(l2 or weighted)
    if l2 or weighted:
        raise UsageError("an architecture or a case says itself whether there is an L2 term and weights")
    return not settled.plain


def _taking_weights(backend: Backend) -> Backend:
    """The same, handed the weights of the examples; UsageError where it is a function that cannot take them."""
    if not isinstance(backend, SubjectBackend):
        return backend
    if subject_of(backend.function, weighted=True) is None:
        raise UsageError(f"{backend.name} takes no weights of examples: a fifth argument, (m,), is needed")
    return replace(backend, weighted=True)


def _declared(architecture: Architecture | None, cost: str | None, reduction: str | None) -> Declared:
    """What the caller says of the convention: all of it with an architecture."""
    return Declared(cost=cost, reduction=reduction) if architecture is None else Declared.by(architecture)


def _understood(
    backend: Backend, architecture: Architecture | None, declared: Declared, l2: float, weighted: bool
) -> tuple[Backend, Menu]:
    """The backend in the layout that it works in, and what to draw for it."""
    __tracebackhide__ = True
    if architecture is not None:
        return backend, Menu(dtypes=("float64",), architecture=architecture)
    if not isinstance(backend, SubjectBackend):
        costs, reductions = [(one,) if one else None for one in (declared.cost, declared.reduction)]
        return backend, Menu(costs or Menu.costs, reductions=reductions or Menu.reductions, l2=(l2,), weighted=weighted)
    understood = understand_function(backend.function, declared, l2, weighted)
    if understood is None:
        raise Disagreement(f"{backend.name} answered no case" if weighted else str(diagnose(backend.function)))
    reading, convention = understood.seen.reading, understood.convention
    print(f"{backend.name} is judged as: {convention}; {reading.layout}")
    # Its gradients are judged in the scale of our own cost, and with them the L2 term.
    own = l2 / convention.scale((1,))
    menu = replace(convention.menu, dtypes=("float64",), l2=(own,), weighted=weighted)
    return SubjectBackend(backend.function, reading, convention, weighted), menu


def _message(backend: Backend, tally: Tally) -> str:
    counted = f"{backend.name} disagrees with the certified truth in {tally.wrong_cases} of {tally.cases} cases"
    shown = [str(discrepancy) for discrepancy in tally.discrepancies[:SHOWN]]
    replay = [f"replay: backproof replay {_written(backend, tally)}"] if shown else []
    return "\n".join([counted, *shown, *tally.failures[:SHOWN], *tally.unsteady[:SHOWN], *replay])


def _diagnosis(backend: Backend, declared: Declared) -> Callable[[], str] | None:
    """What a function's mistake is called, and how to mend it."""
    return (lambda: str(diagnose(backend.function, **vars(declared)))) if isinstance(backend, SubjectBackend) else None


def _written(backend: Backend, tally: Tally) -> Path:
    """The first case that disagrees, as a file that the next one of this backend replaces."""
    name = re.sub(r"[^\w.-]+", "_", backend.name)
    file = Path(REPORT_FOLDER) / "failing" / f"{name}.json"
    case_json.write_document(file, case_json.as_json(tally.cases_by_id[tally.discrepancies[0].case]))
    return file
