"""The networks that a program was written for, told by which cases it answers: it is judged on no others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....manual.case import Case
from ..asking.outcome import CallOutcome

FEWEST = 2
"""Cases inside that must be answered: one alone may be chance."""
LAYERS = {1: "one layer", 2: "two layers", 3: "three layers"}


@dataclass(frozen=True)
class Domain:
    """Limits on depth, head and batch; None where there is none; where `every_class` is said, a batch has all.

    Hidden layers have more than one neuron where they are `wide`. L is one of the depths; one_output and one_example
    say whether n_L and m are 1 or more. `labels` is `any`, `one_hot` or `ids`. Fixed `widths` are those of the only
    network that is taken.
    """

    depths: tuple[int, ...] | None = None
    one_output: bool | None = None
    one_example: bool | None = None
    labels: str = "any"
    widths: tuple[int, ...] | None = None
    every_class: bool = False
    wide: bool = False

    def holds(self, case: Case) -> bool:
        """Whether a case lies in it, its labels aside."""
        there = not self.every_class or set(case.y.argmax(axis=0)) == set(range(len(case.y)))
        return there and self.takes(case.architecture.widths, case.examples)

    def takes(self, widths: tuple[int, ...], examples: int) -> bool:
        """Whether networks of these widths with so many examples lie in it."""
        return (
            (self.depths is None or len(widths) - 1 in self.depths)
            and self.one_output in (None, widths[-1] == 1)
            and self.one_example in (None, examples == 1)
            and self.widths in (None, widths)
            and not (self.wide and 1 in widths[1:-1])
        )

    @property
    def limits(self) -> int:
        """How many limits it sets."""
        limits = (self.depths, self.one_output, self.one_example, self.widths)
        return sum(limit is not None for limit in limits) + self.wide

    @property
    def narrow(self) -> bool:
        """It leaves something out."""
        return self.limits > 0

    def shaped(self, widths: tuple[int, ...]) -> tuple[int, ...]:
        """Widths made to lie in it: hidden layers dropped or repeated, the output one neuron or two."""
        if self.widths is not None:
            return self.widths
        first, *hidden, last = widths
        if self.depths is not None:
            depth = min(self.depths, key=lambda one: abs(one - len(widths) + 1))
            hidden = [*hidden, *([hidden[-1] if hidden else first] * depth)][: depth - 1]
        if self.wide:
            hidden = [max(n, 2) for n in hidden]
        if self.one_output is not None:
            last = 1 if self.one_output else max(last, 2)
        return (first, *hidden, last)

    def batch(self, examples: int, outputs: int) -> int:
        """So many examples, made to lie in it where there are so many outputs."""
        if self.every_class:
            return max(examples, outputs, 2)
        if self.one_example is None:
            return examples
        return 1 if self.one_example else max(examples, 2)

    def __str__(self) -> str:
        parts = [
            *([self._depth()] if self.depths else []),
            *([{True: "one output", False: "several outputs"}[self.one_output]] if self.one_output is not None else []),
            *([{True: "one example a call", False: "several examples"}[self.one_example]]
              if self.one_example is not None else []),
            *(["hidden layers of several neurons"] if self.wide else []),
            *(["widths " + "-".join(map(str, self.widths))] if self.widths else []),
            *(["every class in a batch"] if self.every_class else []),
            *({"one_hot": ["one-hot targets"], "ids": ["class ids for targets"]}.get(self.labels, [])),
        ]  # fmt: skip
        return ", ".join(parts)

    def _depth(self) -> str:
        assert self.depths is not None
        least = LAYERS.get(self.depths[0], f"{self.depths[0]} layers")
        return f"networks of {least}" + (" or more" if len(self.depths) > 1 else "")

    @classmethod
    def of_limits(cls, limits: Mapping[str, Any]) -> Domain:
        """What a reader of programs says of one."""
        depths, outputs, widths = limits.get("depths"), limits.get("outputs"), limits.get("widths")
        return cls(
            tuple(depths) if depths else None,
            outputs == [1] if outputs else None,
            True if limits.get("one_example") else None,
            "any" if limits.get("labels", "any") == "any" else "one_hot",
            tuple(widths[0]) if widths else None,
            bool(limits.get("every_class")),
            bool(limits.get("wide")),
        )


def domain_of(outcomes: Mapping[int, CallOutcome], cases: Sequence[Case]) -> Domain:
    """The widest domain in which every case is answered, while every limit is needed; without limits if there is none.

    A limit is needed where all that lies beyond is refused, or answered with zeros: a program that
    answers some cases of every kind and fails on others has no domain, but a mistake.
    """
    whole = not all(map(_gaps, outcomes.values()))
    answered = {
        cases[n]: _answers(outcome, cases[n], outcomes) and not (whole and _gaps(outcome))
        for n, outcome in outcomes.items()
    }
    empty = {cases[n] for n, outcome in outcomes.items() if _empty(outcome)}
    for domain in sorted(_candidates(cases), key=lambda one: one.limits):
        inside = [fine for case, fine in answered.items() if domain.holds(case)]
        outside = [fine and case not in empty for case, fine in answered.items() if not domain.holds(case)]
        if len(inside) >= FEWEST and all(inside) and not any(outside):
            return domain
    return Domain()


def _candidates(cases: Sequence[Case]) -> Iterator[Domain]:
    depths = sorted({case.architecture.depth for case in cases})
    ranges = [None, *((depth,) for depth in depths), *(tuple(depths[n:]) for n in range(1, len(depths) - 1))]
    for allowed, head, batch in itertools.product(ranges, (None, True, False), (None, True, False)):
        yield Domain(allowed, head, batch)


def _answers(outcome: CallOutcome, case: Case, outcomes: Mapping[int, CallOutcome]) -> bool:
    """It gave an answer; one with the same number of arrays for every depth is one for that depth only."""
    if outcome.raised is not None:
        return False
    counts = {_arrays(other) for other in outcomes.values() if other.raised is None}
    return len(counts) > 1 or next(iter(counts)) <= 1 or _arrays(outcome) == case.architecture.depth


def _empty(outcome: CallOutcome) -> bool:
    """Zeros only, as a softmax of one neuron gives."""
    return not any(layer.any() for part in outcome.parts.values() for layer in part)


def _gaps(outcome: CallOutcome) -> bool:
    """Some layer was left out, as one written for fewer does: the last has zeros only, or there are more b than W."""
    parts = [part for part in outcome.parts.values() if part]
    ends = any(part[-1].any() for part in parts)  # neurons that are all off leave zeros everywhere
    return bool(parts) and (len(set(map(len, parts))) > 1 or not (ends or _empty(outcome)))


def _arrays(outcome: CallOutcome) -> int:
    """How many arrays the longest part has: at most one a layer."""
    return max((len(part) for part in outcome.parts.values()), default=0)
