"""What `same_function` finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from ...reference.graph.graph import SourceLine
from ..errors import Refutable
from .gradients import PortGradients
from .parameters import Matching
from .partings import Parting
from .text import render

SCHEMA = "backproof/port/1"


class PortSide(NamedTuple):
    """One side: what it is called, its framework, how many parameters of what dtype, and its exact loss."""

    name: str
    framework: str
    version: str
    parameters: int
    dtype: str
    loss: float


@dataclass(frozen=True)
class Port(Refutable):
    """`str()` is the report, `as_json()` the record."""

    sides: tuple[PortSide, PortSide]
    matching: Matching
    digits: float
    points: int
    partings: tuple[Parting, ...]
    gradients: PortGradients | None
    hidden: bool
    """Whether both agree at the parameters given, and part at others."""
    seconds: float

    @property
    def causes(self) -> tuple[Parting, ...]:
        """Where they part, but for numbers that are only rounded otherwise."""
        return tuple(p for p in self.partings if not p.harmless)

    @property
    def same(self) -> bool:
        """Whether they are the same function."""
        return not self.causes

    @property
    def disagrees(self) -> bool:
        """Whether the functions or the gradients differ, or a framework's own gradient is wrong."""
        found = self.gradients
        return not self.same or (found is not None and (not found.same or bool(found.wrong)))

    @property
    def decided(self) -> bool:
        """Whether every gradient that has no one value, as at a kink, has the same answer on both sides."""
        return self.gradients is None or all(p.answers_agree for p in self.gradients.open)

    def __str__(self) -> str:
        return render(self)

    def as_json(self) -> dict[str, Any]:
        """The record, schema `backproof/port/1`; numbers that were compared as hex floats."""
        return {
            "schema": SCHEMA,
            "verdict": "different" if self.disagrees else "same" if self.decided else "undetermined",
            "sides": [side._asdict() | {"loss": float(side.loss).hex()} for side in self.sides],
            "points": self.points,
            "hidden": self.hidden,
            "digits": _stated(round(self.digits, 1)),
            "parameters": [
                {"first": m.first.name, "second": m.second.name, "layout": m.how, "entries": len(m.of_first)}
                for m in self.matching.matches
            ],
            "only_first": [leaf.name for leaf in self.matching.only_first],
            "only_second": [leaf.name for leaf in self.matching.only_second],
            "partings": [_parting(p) for p in self.partings],
            "gradients": None if self.gradients is None else _gradients(self.gradients),
            "seconds": self.seconds,
        }


def _parting(p: Parting) -> dict[str, Any]:
    return {
        "convention": None if p.named is None else p.named.convention.id,
        "first": p.computed[0] if p.named is None else p.named.first,
        "second": p.computed[1] if p.named is None else p.named.second,
        "lines": [_line(source) for source in p.lines],
        "got": [float(x).hex() for x in p.got],
        "explains": p.explains,
        "places": p.places,
        "harmless": p.harmless,
    }


def _line(source: SourceLine | None) -> dict[str, Any] | None:
    return None if source is None else {"file": source.file, "line": source.line, "function": source.function}


def _stated(x: float | None) -> float | str | None:
    return "inf" if x == float("inf") else x


def _gradients(found: PortGradients) -> dict[str, Any]:
    return {
        "same": found.same if found.parameters else None,
        "difference": _stated(found.difference),
        "share": _stated(found.share),
        "wrong": list(found.wrong),
        "stopped": [{"side": s.side + 1, "line": _line(s.source)} for s in found.stopped],
        "parameters": [
            {
                "first": p.first,
                "second": p.second,
                "apart": p.exact.apart,
                "entries": p.exact.entries,
                "open": p.exact.unclear,
                "difference": _stated(p.difference),
                "share": _stated(p.share),
                "first_order": p.first_order,
            }
            for p in found.parameters
        ],
    }
