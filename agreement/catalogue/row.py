"""A row of the catalogue, and the words that rows are written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ...manual.case import Architecture, Case
from ...manual.gradients import Gradients
from ...manual.shapes import Array
from .trace import RIGHT, PassSteps, Step, each_example


class MistakeForm(NamedTuple):
    """One way in which a mistake is made: the steps that it replaces, and where it means anything."""

    label: str
    steps: Mapping[str, Step]
    needs: Callable[[Architecture], bool] = lambda architecture: True
    mixes: bool = False
    """δ is mixed with something that isn't proportional to it: where 1/m is taken, early or late, matters."""
    also: tuple[str, ...] = ()
    """The ids of the mistakes that it makes at once."""

    @property
    def program(self) -> PassSteps:
        """The right program with these steps in it."""
        return RIGHT._replace(**self.steps)

    def gradients(self, case: Case, share: float | None = None) -> Gradients[Array]:
        """What a program with this mistake leaves of a case."""
        return self.program.gradients(case, case.share if share is None else share)


@dataclass(frozen=True)
class Mistake:
    """A mistake by its id, the equations that it spoils and its forms, the plainest first.

    `hides` says of a case whether the plainest form is invisible on it. A `probe` is seen in the
    behaviour of a program (inputs changed, a second call) rather than in one answer.
    """

    id: str
    equations: tuple[str, ...]
    forms: tuple[MistakeForm, ...]
    hides: Callable[[Case], bool]
    probe: bool = False

    @property
    def form(self) -> MistakeForm:
        """The plainest form: the one that is planted."""
        return self.forms[0]

    def applies(self, architecture: Architecture) -> bool:
        """Whether the plainest form means anything on such a network."""
        return self.form.needs(architecture)


def scoped(slot: str, wrong: Step, where: str) -> Step:
    """A wrong step in some layers only: `hidden` are 1 … L − 1, `output` is L."""
    right: Step = getattr(RIGHT, slot)
    return lambda t, l: wrong(t, l) if (l == t.depth) == (where == "output") else right(t, l)


def everywhere(
    slot: str,
    wrong: Step,
    label: str = "",
    needs: Callable[[Architecture], bool] = lambda architecture: True,
) -> tuple[MistakeForm, ...]:
    """The mistake in all layers, then in the hidden ones only, then in the output only."""
    return (
        MistakeForm(label, {slot: wrong}, needs),
        MistakeForm(f"{label} in hidden layers".strip(), {slot: scoped(slot, wrong, "hidden")}, needs),
        MistakeForm(f"{label} in the output layer".strip(), {slot: scoped(slot, wrong, "output")}, needs),
    )


def quadratic(architecture: Architecture) -> bool:
    """The cost is the quadratic one."""
    return architecture.cost == "quadratic"


def outputs(*names: str) -> Callable[[Architecture], bool]:
    """The output activation is one of these."""
    return lambda architecture: architecture.activations[-1] in names


def has(*names: str) -> Callable[[Architecture], bool]:
    """Some layer has one of these activations."""
    return lambda architecture: bool(set(architecture.activations) & set(names))


def deep(architecture: Architecture) -> bool:
    """There is a hidden layer."""
    return architecture.depth > 1


def averaged(architecture: Architecture) -> bool:
    """The cost is a mean over the examples."""
    return architecture.reduction == "mean"


def both(*conditions: Callable[[Architecture], bool]) -> Callable[[Architecture], bool]:
    """All of them."""
    return lambda architecture: all(condition(architecture) for condition in conditions)


def never(case: Case) -> bool:
    """It hides nowhere."""
    return False


def single_example(case: Case) -> bool:
    """m = 1."""
    return case.examples == 1


def no_hidden_layer(case: Case) -> bool:
    """L = 1."""
    return case.architecture.depth == 1


def linear_hidden(case: Case) -> bool:
    """Every hidden neuron is linear, or there is none."""
    return set(case.architecture.activations[:-1]) <= {"identity"}


def all_widths_one(case: Case) -> bool:
    """A chain of single neurons."""
    return set(case.architecture.widths) == {1}


def no_mean(case: Case) -> bool:
    """1/m is 1, or not there."""
    return case.share == 1


__all__ = [
    "Mistake",
    "MistakeForm",
    "all_widths_one",
    "averaged",
    "both",
    "deep",
    "each_example",
    "everywhere",
    "has",
    "linear_hidden",
    "never",
    "no_hidden_layer",
    "no_mean",
    "outputs",
    "quadratic",
    "scoped",
    "single_example",
]
