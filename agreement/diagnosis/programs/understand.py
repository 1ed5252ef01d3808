"""Understanding a program: as what the note's form asks for, else by what it does when it is run."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ....manual.case import Architecture, Case
from ..asking.layout import candidates
from ..asking.source_lines import about
from ..asking.subject import ClassSubject, NoSubject, Subject, call, find, subject_of
from .adapter import adapter
from .limits import limits, only
from .loading import stubs
from .loading.program import Program, load
from .loading.sizes import smaller
from .loading.source import Unloadable
from .reading.climbs import climbs
from .reading.kinds import kinds_of
from .reading.numbers import NetworkAndBatch, draw
from .reading.reader import ProgramReading, read, reread
from .reading.tracer import within
from .reading.tried import NotRead, Tried
from .subject import ReadSubject
from .told import refusal, understood

LARGE = 200_000
"""Bytes of a file that is no program to look into."""
PASTED = 4000
"""Characters of an adapter."""
NOTED = ["weights", "biases", "x", "y"]
LIMITED = 1.5
"""The time in which a program is read and its limits are found, of that in which it is read."""


class ProgramNotUnderstood(Exception):
    """Nothing in the program gives gradients of a network; says why, and what to paste."""

    def __init__(self, reason: str, paste: str) -> None:
        super().__init__(reason)
        self.paste = paste


@dataclass(frozen=True)
class Understood:
    """A name, a maker of subjects, and what is told of them."""

    name: str
    make: Callable[[], Subject | None]
    facts: dict[str, Any] = field(default_factory=dict)


def trials() -> tuple[Case, Case]:
    """Networks of two depths, in which no two sizes are alike."""
    return _trial(draw((5, 4, 3), 7)), _trial(draw((6, 5, 4, 3), 8))


def small_trials() -> Iterator[Case]:
    """Networks of few layers and one output, one example, and classes: what an adapter may be limited to."""
    for widths, examples in (((5, 4, 1), 7), ((5, 4, 3), 1), ((6, 5, 4, 1), 1), ((5, 3), 7), ((5, 1), 7)):
        yield _trial(draw(widths, examples))


def _trial(numbers: NetworkAndBatch) -> Case:
    depth = len(numbers.weights)
    architecture = Architecture(numbers.widths, ("sigmoid",) * depth)
    return Case(architecture, numbers.weights, numbers.biases, numbers.x, numbers.y)


def understand(program: Program, name: str | None, seconds: float, known: Mapping[str, Any]) -> Understood:
    """What is judged of a program, found in about so many seconds; raises NotUnderstood.

    What an earlier run has found, that it is read `through` its user, the `place` among the attempts and the `limits`,
    is taken from `known`.

    What stands in the note's form (weights, biases, x, y), or is a class of the note's book, is asked as it is
    where it answers both trials; a class of the book, also where it fails in both: that is its mistake. Anything
    else is read.
    """
    if known.get("through") and (used := _through_its_user(program, seconds, known)) is not None:
        return used
    if known.get("sizes"):
        program = load(program.source.path, dict(known["sizes"]))
    noted = _noted(program.namespace, name)
    if known.get("place") and (reading := reread(program, name, known["place"])) is not None:
        return _as_read(reading, known)
    if noted is not None and (hasattr(noted[1], "widths") or _called_as_it_is(noted[1])):
        return _as_it_is(*noted, program)
    try:
        return _read_within(program, name, seconds)
    except NotRead as refused:
        if noted is not None and _named_so(noted[1]):
            return _as_it_is(*noted, program)
        if name is None and (used := _through_its_user(program, seconds, {})) is not None:
            return used
        raise ProgramNotUnderstood(
            refusal(program, name, refused.tried), adapter(program, name, refused.tried)
        ) from None


def _read_within(program: Program, name: str | None, seconds: float) -> Understood:
    """What is read of a program in so many seconds, and its limits in about half as many more; raises NotRead."""
    with within(LIMITED * seconds):
        reading = read(program, name, seconds)
        return _as_read(_made_small(reading, name) or reading, {})


def _made_small(reading: ProgramReading, name: str | None) -> ProgramReading | None:
    """The same reading of the program with the large widths that it writes out made small; None where there is none."""
    sizes = smaller(reading.plan.widths or ())
    if not sizes:
        return None
    with contextlib.suppress(Exception):
        return reread(load(reading.program.source.path, sizes), name, reading.place)
    return None


def _through_its_user(program: Program, seconds: float, known: Mapping[str, Any]) -> Understood | None:
    """What the first file beside it that imports it gives: what is in the note's form as it is, an adapter beside its
    program; else what is read of it, where half of a back-propagation stands in each.
    """
    path = program.source.path
    imports = re.compile(rf"^\s*(?:from\s+\.?{re.escape(path.stem)}\s+import|import\s+{re.escape(path.stem)}\b)", re.M)
    users = (other for other, text in _beside(path) if imports.search(text))
    for user in islice(users, 1):
        try:
            found = _of_user(load(user), seconds / 2, known)
        except (NotRead, Unloadable):
            continue
        notes = [*found.facts["notes"], f"through {user.name}"]
        return replace(found, facts={**found.facts, "through": True, "notes": notes})
    return None


def _of_user(program: Program, seconds: float, known: Mapping[str, Any]) -> Understood:
    if known.get("place") and (reading := reread(program, None, known["place"])) is not None:
        return _as_read(reading, known)
    noted = _noted(program.namespace, None)
    if noted is not None and _named_so(noted[1]) and _called_as_it_is(noted[1]):
        return _as_it_is(*noted, program)
    return _read_within(program, None, seconds)


def _beside(path: Path) -> Iterator[tuple[Path, str]]:
    """The other scripts of its folder with their text; a link to nothing, a FIFO or a folder called so is none."""
    for other in sorted(path.parent.glob("*.py")):
        with contextlib.suppress(OSError):
            if other != path and other.is_file() and other.stat().st_size < LARGE:
                yield other, other.read_text("utf-8", "replace")


def _noted(names: Mapping[str, Any], name: str | None) -> tuple[str, Any] | None:
    try:
        return find(names, name)
    except NoSubject:
        return None


def _called_as_it_is(thing: Any) -> bool:
    """It answers networks of two depths; or, where its parameters are those of the note's form, any network."""
    if _named_so(thing):
        every = (*trials(), *small_trials())
        several = [trial for trial in every if len(trial.y) > 1]
        if any(_runs(thing, trial) for trial in several):  # with one output b^1 may look like W^2
            return any(_answers(thing, trial, sized=True) for trial in several)
        return any(_answers(thing, trial, sized=True) for trial in every if len(trial.y) == 1)
    answered = [_answers(thing, trial) for trial in trials()]
    subject = subject_of(thing)
    return all(answered) or (isinstance(subject, ClassSubject) and subject.of_the_book and not any(answered))


def _named_so(thing: Any) -> bool:
    """A function whose parameters are called weights, biases, x and y."""
    if inspect.isclass(thing):
        return False
    kinds = [[kind for kind, _ in kinds_of(name)] for name in inspect.signature(thing).parameters]
    return all(wanted in found for wanted, found in zip(NOTED, kinds, strict=False))


def _runs(thing: Any, trial: Case) -> bool:
    """Whether it raises nothing in some layout."""
    subject = subject_of(thing)
    assert subject is not None
    layouts = [layout for layout in subject.layouts(list(candidates())) if layout.takes(trial)]
    return any(call(subject, layout, trial).raised is None for layout in layouts)


def _answers(thing: Any, trial: Case, sized: bool = False) -> bool:
    """Whether it gives, in some layout, two lists with an array a layer each; `sized`, one as large as W are."""
    subject = subject_of(thing)
    assert subject is not None
    layouts = subject.layouts(list(candidates()))
    return any(_whole(subject, layout, trial, sized) for layout in layouts if layout.takes(trial))


def _whole(subject: Subject, layout: Any, case: Case, sized: bool) -> bool:
    outcome = call(subject, layout, case)
    lists = [part for name, part in outcome.parts.items() if name in ("first", "second", "nabla_w", "nabla_b")]
    depth = case.architecture.depth
    if outcome.raised is not None or [len(part) for part in lists] != [depth, depth]:
        return False
    if sized:  # pairs (∂C/∂W, ∂C/∂b) of two layers are two lists as well
        wanted = sorted(w.size for w in case.weights)
        return any(sorted(array.size for array in part) == wanted for part in lists)
    sizes = [sum(array.size for array in part) for part in lists]
    return max(sizes) >= case.architecture.parameters - sum(map(len, case.biases)) or depth == 1


def _as_it_is(name: str, thing: Any, program: Program) -> Understood:
    notes = [*program.source.notes, *_supplied(program)]
    facts = {**about(thing, None, program.namespace), "notes": notes, "ascends": climbs(program.trees)}
    if (widths := getattr(thing, "widths", None)) is not None:
        facts["limits"] = only([int(width) for width in widths])
    return Understood(name, lambda: subject_of(thing), facts)


def _supplied(program: Program) -> list[str]:
    """What a file uses and neither defines nor imports."""
    names = dict.fromkeys(program.namespace.supplied)
    return [f"not imported in it, and supplied: {', '.join(names)}"] if names else []


def _resized(program: Program) -> list[str]:
    """The widths that were made small."""
    told = ", ".join(f"{large} as {small}" for large, small in program.sizes.items())
    return [f"its own widths made small: {told}"] if told else []


def _stood_in(program: Program) -> list[str]:
    """What is not there, of the modules that a network may be computed with."""
    missing = dict.fromkeys(name for name in program.stubbed if not stubs.silenced(name))
    return [f"not there, and stood in for: {', '.join(missing)}"] if missing else []


def _as_read(reading: ProgramReading, found: Mapping[str, Any]) -> Understood:
    entry, program = reading.plan.entry, reading.program
    last = entry.calls[-1]
    owner = type(reading.plan.prepare(program, reading.numbers).values.made) if last.method else None
    function = getattr(owner, last.name, None) if owner else program.namespace.get(last.name)
    name = (f"{owner.__name__}.{last.name}" if owner else last.name).strip("<>")
    known = found.get("limits") or limits(reading)
    reading.every_class = known["every_class"]
    facts = {
        **about(function, None, program.namespace),
        "single": reading.one_example,
        "understood": understood(reading),
        "limits": known,
        "place": list(reading.place),
        "notes": [*program.source.notes, *_resized(program), *_stood_in(program), *_supplied(program)],
        "sizes": [list(one) for one in program.sizes.items()],
        "adapter": found.get("adapter") or _to_paste(reading),
    }
    return Understood(name, lambda: ReadSubject(reading, reading.one_example), facts)


def _to_paste(reading: ProgramReading) -> str | None:
    """The adapter of what was read, for where no verdict comes of it."""
    entry, program = reading.plan.entry, reading.program
    names = [one.name for one in (*filter(None, [entry.maker]), *reversed(entry.calls))]
    defined = dict(program.definitions())
    with contextlib.suppress(Exception):
        return adapter(program, next((name for name in names if name in defined), None), Tried())[:PASTED]
    return None
