"""Reading a program: the first entry that leaves a whole chain of gradients, and the limits within which it does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .....manual.shapes import Array
from ...asking.subject import Outside
from ..loading.program import Program
from .again import again, at_small_steps, same, with_biases_that_count
from .arguments import PARAMETERS, Handed
from .entries.entry import EntryPoint
from .entries.every import entries
from .explore import explore
from .numbers import EXAMPLES, FORMS, ONE_OUTPUT, WIDTHS, ExampleLayout, NetworkAndBatch, draw
from .plan import Fixed, OneLayer, ReadingPlan
from .tracer import Enough
from .tried import AttemptClock, NotRead, Tried

SECONDS = 5.0
WIDEST = 1000
BEFORE_SCRIPT = 0.6
"""The part of the time that functions and classes have before what comes last."""
FOR_EXAMPLES = 0.35
"""The part that its own examples have which come first."""
NOTED = {"weights", "biases", "x", "y"}
"""The parameters of the note's form."""
ALIKE = 9
"""After so many forms that fail in the same words no other form is tried."""
HANDED = (Handed(False, "column"), Handed(True, "row"), Handed(True, "flat"), Handed(False, "flat"))


def read(program: Program, name: str | None = None, seconds: float = SECONDS) -> ProgramReading:
    """The reading of a program; raises NotRead."""
    tried, clock, layers, scripts_first, examples_first = Tried(), AttemptClock(), set[str](), False, True
    for n, entry in enumerate(entries(program, name)):
        scripts_first |= n == 0 and entry.script
        examples_first &= entry.shown
        part = 1.0 if entry.last and not (scripts_first and entry.script) else BEFORE_SCRIPT
        until = seconds * (FOR_EXAMPLES if examples_first else part)
        if entry.maker is not None and entry.maker.name in layers:
            continue
        for k, setting in _pruned(entry, tried):
            if clock.seconds() > until:
                break
            try:
                plan = _attempt(program, entry, setting, tried)
            except OneLayer:
                layers.add(entry.maker.name if entry.maker else "")
                break
            if plan is not None and (reading := _verified(program, plan, setting[0], tried)) is not None:
                return replace(reading, place=(n, k))
    raise NotRead(tried)


def reread(program: Program, name: str | None, place: Sequence[int]) -> ProgramReading | None:
    """The reading that was found at this place among the attempts; None where there is none now."""
    entry = next(itertools.islice(entries(program, name), place[0], None), None)
    setting = next(itertools.islice(_settings(entry), place[1], None), None) if entry else None
    if entry is None or setting is None:
        return None
    plan = _attempt(program, entry, setting, Tried())
    reading = _verified(program, plan, setting[0], Tried()) if plan is not None else None
    return reading and replace(reading, place=(place[0], place[1]))


Setting = tuple[NetworkAndBatch, ExampleLayout, Handed]


def _pruned(entry: EntryPoint, tried: Tried) -> Iterator[tuple[int, Setting]]:
    """The settings of an entry with their numbers, but of widths on which so many forms failed in the same words."""
    for k, setting in enumerate(_settings(entry)):
        said = tried.said(entry, setting[0].widths)
        if len(said) < ALIKE or len(set(said.values())) > 1:
            yield k, setting


def _settings(entry: EntryPoint) -> Iterator[Setting]:
    """Networks, forms and layouts in which an entry is tried."""
    handed = HANDED if entry.kinds & PARAMETERS else HANDED[:1]
    of_the_note = set(entry.calls[-1].arguments) >= NOTED
    for widths in (WIDTHS[2], (*WIDTHS[2][:-1], 1), WIDTHS[3], WIDTHS[1]):
        for form in ONE_OUTPUT if widths[-1] == 1 else FORMS:
            if of_the_note and form.examples.startswith("stack"):
                continue  # it says that an example is a column: a batch that is none of columns hides mistakes
            numbers = draw(widths, 1 if form.single else EXAMPLES)
            for one in sorted(handed, key=lambda one: one.turned != form.wide):
                yield numbers, form, one


def _attempt(program: Program, entry: EntryPoint, setting: Setting, tried: Tried) -> ReadingPlan | None:
    numbers, form, handed = setting
    tried.attempts += 1
    try:
        return explore(program, entry, numbers, form, handed)
    except OneLayer:
        raise
    except Fixed as fixed:
        return _fixed(program, entry, fixed.widths, numbers, form, handed, tried)
    except Enough:
        return None
    except (Exception, SystemExit) as error:
        tried.fail(entry, numbers.widths, form, f"{type(error).__name__}: {error}")
        return None


def _fixed(
    program: Program,
    entry: EntryPoint,
    widths: tuple[int, ...],
    numbers: NetworkAndBatch,
    form: ExampleLayout,
    handed: Handed,
    tried: Tried,
) -> ReadingPlan | None:
    """Again, on a network of the program's own widths; one weight alone tells nothing."""
    if max(widths) == 1 or max(widths) > WIDEST or (form.labels == "vector" and widths[-1] > 1):
        return None
    apart = (m for m in itertools.count(max(EXAMPLES, widths[-1])) if m not in widths)
    drawn = draw(widths, 1 if form.single else next(apart))
    try:
        return replace(explore(program, entry, drawn, form, handed), widths=widths)
    except (Exception, SystemExit, Enough) as error:
        tried.fail(entry, numbers.widths, form, f"{type(error).__name__}: {error}")
        return None


@dataclass
class ProgramReading:
    """A program as a function of weights, biases, x and y: a plan for every depth, found on `numbers` first; and
    for every m, where that decides which version of an array is the gradient.
    """

    program: Program
    plans: dict[tuple[int, int], ReadingPlan]
    numbers: NetworkAndBatch
    one_example: bool = False
    dtype: str = "float64"
    every_class: bool = False
    """Each class has to be in a batch."""
    place: tuple[int, int] = (0, 0)
    """Which entry it is, and which of its settings."""
    refused: set[int] = field(default_factory=set)
    """Depths that it was explored at in vain."""

    @property
    def plan(self) -> ReadingPlan:
        """The first plan."""
        return next(iter(self.plans.values()))

    def gradients(self, numbers: NetworkAndBatch) -> tuple[list[Array], list[Array]]:
        """∂C/∂W and ∂C/∂b, layer 1 first; raises Outside where the program was not written for the network."""
        return self.plan_for(numbers).gradients(self.program, numbers)

    def plan_for(self, numbers: NetworkAndBatch) -> ReadingPlan:
        """The plan of the network's depth; raises Outside."""
        base, depth = self.plan, len(numbers.weights)
        if self.one_example and numbers.examples != 1:
            raise Outside("more than one example")
        if base.widths and numbers.widths != base.widths:
            raise Outside(f"widths other than {'-'.join(map(str, base.widths))}")
        if base.form.labels not in ("matrix", "vector") and not _classes(numbers.y):
            raise Outside("targets that are no classes")
        if self.every_class and not numbers.y.any(axis=1).all():
            raise Outside("a batch without every class")
        if base.form.labels == "vector" and numbers.widths[-1] > 1:
            raise Outside("more than one output")
        first = (depth, self.numbers.examples)
        if first not in self.plans:
            self.plans[first] = self._explored(depth)
        key = (depth, numbers.examples)
        if key not in self.plans:
            self.plans[key] = self._counted(self.plans[first], numbers.examples)
        return self.plans[key]

    def _explored(self, depth: int) -> ReadingPlan:
        base, widths = self.plan, WIDTHS.get(depth)
        if widths is None or depth in self.refused:
            raise Outside(f"{depth} layers")
        widths = (*widths[:-1], self.numbers.widths[-1])
        try:
            drawn = draw(widths, self.numbers.examples)
            return again(self.program, base, drawn)
        except (Exception, SystemExit, Enough):
            self.refused.add(depth)
            raise Outside(f"{depth} layers") from None

    def _counted(self, plan: ReadingPlan, examples: int) -> ReadingPlan:
        """The same plan for another number of examples: the same paths, perhaps other versions of them."""
        if not any(out.number for out in plan.outlets):
            return plan
        widths = plan.widths or (*WIDTHS[len(plan.chain.weights)][:-1], self.numbers.widths[-1])
        try:
            counted = again(self.program, plan, draw(widths, examples), like=plan)
        except (Exception, SystemExit, Enough):
            return plan
        if [(out.source, out.path) for out in counted.outlets] != [(out.source, out.path) for out in plan.outlets]:
            return plan  # a step that happens to move nothing shows none
        return replace(counted, widths=plan.widths, untouched=plan.untouched)


def _classes(y: Array) -> bool:
    """Every example has a class: one 1, or one output that is 0 or 1."""
    return bool(np.isin(y, (0.0, 1.0)).all()) and (len(y) == 1 or bool((y.sum(axis=0) == 1).all()))


def answers(reading: ProgramReading, numbers: NetworkAndBatch) -> bool:
    """Whether the program gives gradients of this network."""
    try:
        return _fits(reading.gradients(numbers), numbers)
    except (Exception, SystemExit, Enough):
        return False


def _verified(program: Program, plan: ReadingPlan, numbers: NetworkAndBatch, tried: Tried) -> ProgramReading | None:
    """The reading by a plan, where it holds on other numbers, and depends on x, y and every W."""
    numbers = draw(plan.widths, numbers.examples) if plan.widths else numbers
    plan = at_small_steps(program, with_biases_that_count(program, plan, numbers), numbers)
    reading = ProgramReading(
        program, {(len(numbers.weights), numbers.examples): plan}, numbers, one_example=plan.form.single
    )
    try:
        reason = _refuted(reading, numbers)
    except (Exception, SystemExit, Enough) as error:
        reason = f"{type(error).__name__}: {error}"
    if reason is not None:
        tried.failures.setdefault(str(plan.entry), {}).setdefault(f"again: {reason}", str(numbers.widths))
        return None
    return _of_one(reading, numbers) if numbers.examples > 1 else reading


def _of_one(reading: ProgramReading, numbers: NetworkAndBatch) -> ProgramReading | None:
    """The same, told that it takes one example a call where its gradients are those of one of the examples."""
    first, other = reading.gradients(numbers), draw(numbers.widths, numbers.examples, seed=7)
    telling = 0
    for k in range(numbers.examples):
        x = numbers.x.copy()
        x[:, k] = other.x[:, k]
        telling += not same(first, reading.gradients(replace(numbers, x=x)))
        if telling > 1:
            return reading
    plan = reading.plan
    one = draw(numbers.widths, 1)
    try:
        alone = again(reading.program, plan, one)
    except (Exception, SystemExit, Enough):
        return None
    return ProgramReading(
        reading.program, {(len(one.weights), 1): replace(alone, widths=plan.widths)}, one, one_example=True
    )


def _refuted(reading: ProgramReading, numbers: NetworkAndBatch) -> str | None:
    """Why a reading is none: an array of another shape, nothing finite, or nothing that depends on the numbers."""
    other = draw(numbers.widths, numbers.examples, seed=7)
    first = reading.gradients(numbers)
    if not _fits(first, numbers) or not _fits(reading.gradients(other), other):
        return "its arrays have not the shapes of gradients, or no finite numbers"
    fewer = {
        "x": replace(numbers, x=other.x),
        "y": replace(numbers, y=np.roll(numbers.y, 1, axis=0) if len(numbers.y) > 1 else 1 - numbers.y),
    }
    for l in range(len(numbers.weights)):
        fewer[f"W^{l + 1}"] = replace(
            numbers, weights=(*numbers.weights[:l], other.weights[l], *numbers.weights[l + 1 :])
        )
    for name, changed in fewer.items():
        if same(first, reading.gradients(changed)):
            return f"its gradients do not depend on {name}"
    return None


def _fits(found: tuple[list[Array], list[Array]], numbers: NetworkAndBatch) -> bool:
    weights, biases = found
    shapes = [w.shape for w in weights] == [w.shape for w in numbers.weights]
    return shapes and all(np.isfinite(part).all() for part in (*weights, *biases)) and any(np.any(w) for w in weights)
