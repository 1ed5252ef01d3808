"""`cross_check`: hold a function or a backend against the certified truth, from a user's own test."""

from __future__ import annotations

import hashlib
import math
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..manual.case import Architecture, Case, Pack
from ..manual.rounding.formats import FORMATS
from ..reference.arithmetic_state import warn
from ..reference.protocol import Backend
from .cases import case_json
from .cases.generate import DrawnUnit, Menu, units
from .cases.layouts import CONTIGUOUS
from .diagnosis.asking.subject import subject_of
from .diagnosis.diagnose import diagnose, understand_function
from .diagnosis.function_backend import Subject, SubjectBackend
from .diagnosis.inference.conventions import Declared
from .errors import Disagreement, Incomplete, UsageError
from .judging.address import address, backend_address
from .judging.finding import SHARP
from .judging.judge import Judge
from .running import session
from .running.check import judge_one, stale_deviations
from .running.options import REPORT_FOLDER
from .running.session_menu import open_menu, settled_menu
from .tally.sharpness import FLOOR, percent, sharpness
from .tally.tally import Tally

DEFAULT_CASES = 90
SHOWN = 3
FLOAT64 = ("float64",)
"""A function is handed arrays of these dtypes."""
GIVEN = "given"
"""The regime of a case that was not drawn here."""
Drawn = tuple[Pack, tuple[str, ...], str]
"""Cases, the regime of each, and how they lie in memory for backends that take views."""


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

    The options of a pytest session (`--agreement-…`: cases, seed, dtype, cost, activation, regime, l2, weighted) hold
    where an argument says nothing; of a function's network they only narrow what is drawn.

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
        drawn: Iterable[Drawn] = [(Pack.of([case]), (GIVEN,), CONTIGUOUS)]
    else:
        backend, menu = _understood(backend, architecture, declared, l2, weighted, here.options)
        drawn = _drawn(units(chosen, start, menu))
    for pack, regimes, layout in drawn:
        tally.count(pack, regimes)
        judge_one(Judge(pack), backend, regimes, tally, layout)
    if case is None:
        tally.stale.update(stale_deviations(backend, menu.dtypes, listed_here=False))
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


def _drawn(work: Iterable[DrawnUnit]) -> Iterator[Drawn]:
    return ((*unit.draw(), unit.layout) for unit in work)


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
    backend: Backend,
    architecture: Architecture | None,
    declared: Declared,
    l2: float,
    weighted: bool,
    requested: Mapping[str, Any],
) -> tuple[Backend, Menu]:
    """The backend in the layout that it works in, and what to draw for it: what the session's options ask for."""
    __tracebackhide__ = True
    function = isinstance(backend, SubjectBackend)
    if architecture is not None:
        of_it = Menu(dtypes=FLOAT64, architecture=architecture)
        return backend, settled_menu(of_it, requested, str(architecture), FLOAT64 if function else tuple(FORMATS))
    if not isinstance(backend, SubjectBackend):
        costs, reductions = [(one,) if one else None for one in (declared.cost, declared.reduction)]
        menu = open_menu(requested, l2, weighted)
        return backend, replace(menu, costs=costs or menu.costs, reductions=reductions or menu.reductions)
    understood = understand_function(backend.function, declared, l2, weighted)
    if understood is None:
        raise Disagreement(f"{backend.name} answered no case" if weighted else str(diagnose(backend.function)))
    reading, convention = understood.seen.reading, understood.convention
    print(f"{backend.name} is judged as: {convention}; {reading.layout}")
    # Its gradients are judged in the scale of our own cost, and with them the L2 term.
    scaled = l2 / convention.scale((1,))
    menu = replace(convention.menu, dtypes=FLOAT64, l2=(scaled,), weighted=weighted)
    menu = settled_menu(menu, requested, backend.name, FLOAT64)
    return SubjectBackend(backend.function, reading, convention, weighted), menu


def _message(backend: Backend, tally: Tally) -> str:
    counted = f"{backend.name} disagrees with the certified truth in {tally.wrong_cases} of {tally.cases} cases"
    shown = [str(discrepancy) for discrepancy in tally.discrepancies[:SHOWN]]
    replay = [_replay(backend, tally)] if shown else []
    stale = [f"stale known deviation: {sentence}" for sentence in tally.stale[:SHOWN]]
    return "\n".join([counted, *shown, *tally.failures[:SHOWN], *stale, *tally.unsteady[:SHOWN], *replay])


def _replay(backend: Backend, tally: Tally) -> str:
    """How to judge the case again; a folder that cannot be written hides no disagreement."""
    try:
        file = _written(backend, tally)
    except UsageError as error:
        return f"the case is not kept: {error}"
    again = f"cross_check({backend.name}, case=case_json.read(Path({str(file)!r})))"
    if not isinstance(backend, SubjectBackend):
        where = backend_address(backend)
    elif backend.as_it_stands:
        where = None  # the command would infer its convention
    else:
        where, again = address(backend.function), f"this check again; what is right: backproof replay {file}"
    layout = tally.discrepancies[0].layout
    lying = [] if layout == CONTIGUOUS else ["--layout", layout]
    return f"replay: {shlex.join(['backproof', 'replay', str(file), '--backend', where, *lying]) if where else again}"


def _diagnosis(backend: Backend, declared: Declared) -> Callable[[], str] | None:
    """What a function's mistake is called, and how to mend it."""
    return partial(_diagnosed, backend.function, declared) if isinstance(backend, SubjectBackend) else None


def _diagnosed(function: Subject, declared: Declared) -> str:
    """The report; a function that cannot be diagnosed is wrong all the same."""
    try:
        return str(diagnose(function, **vars(declared)))
    except UsageError as error:
        return f"no diagnosis: {error}"


def _written(backend: Backend, tally: Tally) -> Path:
    """The first case that disagrees, as a file that the next one of this backend replaces.

    Two of the same name from two places are kept apart.
    """
    kind: Any = backend.function if isinstance(backend, SubjectBackend) else type(backend)
    of = f"{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', '')}"
    apart = hashlib.sha256(of.encode("utf-8", "replace")).hexdigest()[:6]
    name = re.sub(r"[^\w.-]+", "_", backend.name)[:100]
    file = Path(REPORT_FOLDER) / "failing" / f"{name}-{apart}.json"
    case_json.write_document(file, case_json.as_json(tally.cases_by_id[tally.discrepancies[0].case]))
    return file
