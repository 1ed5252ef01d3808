"""The structure of the lines that a child answers with: a submission can write lines of its own between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from ...documents import checked, first
from ...field_types import Name, Sentence
from .ask import Reply

Line = Annotated[int, Meta(ge=0, le=10**9)]
Count = Annotated[int, Meta(ge=1, le=10**5)]
Place = Annotated[int, Meta(ge=0, le=10**9)]
Pasted = Annotated[str, Meta(max_length=4000)]
LARGEST = 100_000
"""Numbers in one array."""


class Limited(Struct):
    """On which networks and batches it was seen to answer; None stands for any."""

    depths: list[Count] | None
    widths: list[list[Count]] | None
    outputs: list[Count] | None
    one_example: bool
    labels: Name
    every_class: bool
    biases: bool
    dtype: Name
    exact: bool
    wide: bool = False


class About(Struct):
    """What the source says of the subject."""

    name: Name
    line: Line | None
    lines: dict[Name, tuple[Line, Sentence]]
    cost: Name | None
    single: bool
    understood: list[Sentence] = []
    notes: list[Sentence] = []
    limits: Limited | None = None
    place: list[Place] | None = None
    through: bool = False
    ascends: bool = False
    adapter: Pasted | None = None
    sizes: list[list[Count]] = []


class Fails(Struct):
    """It could not be loaded."""

    fails: Sentence
    line: Line | None


class Refused(Struct):
    """Nothing in it was understood."""

    not_understood: Sentence
    adapter: Pasted


class ArrayLine(Struct):
    """An array."""

    shape: list[Annotated[int, Meta(ge=0, le=LARGEST)]]
    data: Annotated[list[float], Meta(max_length=LARGEST)]


class LayoutLine(Struct):
    """A layout."""

    weights: Name
    examples: Name
    bias: Name
    lists: bool


class OutcomeLine(Struct):
    """An outcome."""

    parts: dict[Name, list[ArrayLine]]
    raised: Sentence | None
    line: Line | None
    changed: dict[Name, list[ArrayLine]]
    repeats: bool
    dtype: Name


class ReplyLine(Struct):
    """A reply."""

    number: Annotated[int, Meta(ge=0, le=10**6)]
    layout: LayoutLine
    outcome: OutcomeLine


def replies(rows: Sequence[dict[str, Any]], cases: int) -> list[Reply]:
    """The replies of a child to so many cases; UsageError where a line is none."""
    for row in rows:
        line = checked(row, ReplyLine, "a reply")
        first(_complaints(line, cases), "a reply")
    return [Reply.from_json(row) for row in rows]


def _complaints(line: ReplyLine, cases: int) -> list[str]:
    arrays = [
        array for part in (line.outcome.parts, line.outcome.changed) for layers in part.values() for array in layers
    ]
    misshapen = [array for array in arrays if math.prod(array.shape) != len(array.data)]
    return ["an array is misshapen"] * bool(misshapen) + ["there is no such case"] * (line.number >= cases)
