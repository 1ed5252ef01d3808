"""The result of judging one operation's vector-Jacobian product, as text and JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...manual.shapes import Array
from ..judging.entry import JudgedEntry
from ..judging.finding import SHARP, SHARP_IN_16_BITS
from ..judging.verdict import Verdict
from ..tally.sharpness import FLOOR, Sharpness, percent

SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class WrongEntry(JudgedEntry):
    """An entry of a result that no correct program gives; `arguments` are what it depends on."""

    operation: str
    result: str
    arguments: dict[str, list[float]]
    dtype: str
    regime: str
    layout: str = "contiguous"

    def __str__(self) -> str:
        at = "; ".join(f"{name} = {', '.join(map(repr, numbers))}" for name, numbers in self.arguments.items())
        shown = f"    at    {at}\n" if at else ""
        return (
            f"{self.operation} is wrong in {self.result}, entry {self.at or '–'}"
            f"   ({self.dtype}, {self.regime}, {self.layout})\n"
            f"{shown}{self.told()}"
        )

    def as_json(self) -> dict[str, Any]:
        """Numbers as hex floats, exact."""
        arguments = {name: [float(x).hex() for x in values] for name, values in self.arguments.items()}
        where = {"result": self.result, "index": list(self.index), "arguments": arguments}
        return {
            "operation": self.operation,
            **where,
            **self.hex_numbers,
            "dtype": self.dtype,
            "regime": self.regime,
            "layout": self.layout,
        }


@dataclass
class VjpReport:
    """The result of judging one operation; `wrong` has the worst entry of each result and dtype."""

    operation: str
    cases: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    lost: int = 0
    """Of the lossy entries those that keep no digit."""
    worst_ratio: float = 0.0
    wrong: list[WrongEntry] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    contract: str = ""
    """Of a kernel held against a reference: what it may do in which precision."""
    program: str = ""
    """What the exact walk of a kernel's own program says."""
    wrong_programs: list[str] = field(default_factory=list)
    visible: list[Array] = field(default_factory=list)
    """bound/|value| of every entry that is decided."""
    skipped: list[str] = field(default_factory=list)
    sharpness: dict[str, Sharpness] = field(default_factory=dict)
    """By dtype: how many of the entries that are not 0 were judged sharply."""

    def fail(self, what: str) -> None:
        """Something that came instead of an answer."""
        self.failures.append(what)

    def skip(self, why: str) -> None:
        """A case that can't be asked."""
        self.skipped.append(why)

    def add(self, wrong: Iterable[WrongEntry]) -> None:
        """Take in wrong entries; the worst of each result and dtype is kept."""
        worst = {(entry.result, entry.dtype): entry for entry in self.wrong}
        for entry in wrong:
            known = worst.setdefault((entry.result, entry.dtype), entry)
            if not entry.ratio <= known.ratio:
                worst[entry.result, entry.dtype] = entry
        self.wrong = sorted(worst.values(), key=lambda entry: -entry.ratio)

    def see(self, dtype: str, nonzero: int, sharp: int) -> None:
        """Count entries of a dtype that are not 0, and those of them that were judged sharply."""
        row = self.sharpness.get(dtype, Sharpness(self.operation, dtype, 0, 0))
        self.sharpness[dtype] = row._replace(nonzero=row.nonzero + nonzero, sharp=row.sharp + sharp)

    @property
    def unseen(self) -> list[str]:
        """What too little was seen of to say that it agrees, a sentence each."""
        return [
            f"{percent(row.share)} of the nonzero entries in {row.dtype} were judged sharply, "
            f"{percent(FLOOR)} are needed"
            for row in self.sharpness.values()
            if not row.enough
        ]

    @property
    def disagrees(self) -> bool:
        return bool(self.wrong or self.failures or self.wrong_programs)

    @property
    def power(self) -> tuple[float, float] | None:
        """The smallest relative error of one entry that would be seen, half the time and 99 % of the time."""
        seen = np.concatenate(self.visible) if self.visible else np.empty(0)
        return (float(np.quantile(seen, 0.5)), float(np.quantile(seen, 0.99))) if seen.size else None

    @property
    def decided(self) -> int:
        """Entries of which something could be said."""
        return sum(n for verdict, n in self.verdicts.items() if verdict <= Verdict.WRONG)

    def __str__(self) -> str:
        said = self._said()
        lost = {Verdict.LOSSY: f" (lost {self.lost:,})"} if self.lost else {}
        counts = ", ".join(
            f"{verdict.word} {self.verdicts[verdict]:,}{lost.get(verdict, '')}"
            for verdict in Verdict
            if self.verdicts[verdict]
        )
        head = f"{said} with the certified truth: {self.operation}, {self.cases} cases; {counts or 'no entries'}"
        worst = f"worst error/bound {self.worst_ratio:.3g}"
        shown = [*self.wrong_programs, *map(str, self.wrong[:SHOWN]), *self.failures[:SHOWN]]
        return "\n".join([head, worst, *self._power(), *shown])

    def _said(self) -> str:
        if self.disagrees:
            return "DISAGREES"
        if not self.decided:
            return "NOTHING DECIDED"
        return f"INCOMPLETE: {'; '.join(self.unseen)}. Nothing wrong" if self.unseen else "AGREES"

    def _power(self) -> list[str]:
        """What would have been seen, under which contract, and what could not be asked."""
        lines = [self.program] if self.program else []
        shares = [f"{percent(row.share)} ({row.dtype})" for row in self.sharpness.values() if row.nonzero]
        if shares:
            lines.append(
                f"nonzero entries judged sharper than {SHARP:g} (in 16 bits {SHARP_IN_16_BITS:g}): {', '.join(shares)}"
            )
        if self.power is not None:
            half, most = self.power
            lines.append(
                f"an entry wrong by {half:.1g} of itself is seen half the time, by {most:.1g} 99 % of the time"
            )
        if self.contract:
            lines.append(f"precision: {self.contract}")
        if self.skipped:
            lines.append(f"{len(self.skipped)} cases left out; the first: {self.skipped[0]}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return {
            "operation": self.operation,
            "cases": self.cases,
            "entries": sum(self.verdicts.values()),
            **{verdict.word: self.verdicts[verdict] for verdict in Verdict},
            "lost": self.lost,
            "sharpness": [
                {name: x for name, x in row._asdict().items() if name != "backend"} for row in self.sharpness.values()
            ],
            "worst_ratio": float(self.worst_ratio).hex(),
            "disagreements": [entry.as_json() for entry in self.wrong],
            "failures": [*self.wrong_programs, *self.failures],
            **self._json_of_reference(),
        }

    def _json_of_reference(self) -> dict[str, Any]:
        if not self.contract:
            return {}
        half, most = self.power or (math.inf, math.inf)
        seen = {"median": half.hex(), "p99": most.hex()}
        return {"contract": self.contract, "program": self.program, "visible": seen, "skipped": list(self.skipped)}
