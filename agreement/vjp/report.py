"""The result of judging one operation's vector-Jacobian product, as text and JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...manual.shapes import Array
from ..judging.entry import JudgedEntry
from ..judging.verdict import DECIDED, Verdict, tallied
from ..screen.numbers import counted, share
from ..screen.rows import BarRow, bar_rows
from ..screen.text import bare, wrapped
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
class VjpFigures:
    """What was found in one dtype."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    lost: int = 0
    worst_ratio: float = 0.0

    @property
    def decided(self) -> int:
        """Entries of which something could be said."""
        return sum(self.verdicts[verdict] for verdict in DECIDED)


@dataclass
class VjpReport:
    """The result of judging one operation; `wrong` has the worst entry of each result and dtype."""

    operation: str
    cases: int = 0
    by_dtype: dict[str, VjpFigures] = field(default_factory=dict)
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

    def count(self, dtype: str, verdicts: Array, ratio: Array, lost: int = 0) -> None:
        """Take in the verdicts of one result, error/allowed of its entries, and how many of them keep no digit."""
        figures = self.by_dtype.setdefault(dtype, VjpFigures())
        figures.verdicts += tallied(verdicts)
        figures.lost += lost
        figures.worst_ratio = max(figures.worst_ratio, float(ratio[np.isfinite(ratio)].max(initial=0.0)))

    @property
    def verdicts(self) -> Counter[Verdict]:
        """Of every dtype."""
        return sum((figures.verdicts for figures in self.by_dtype.values()), Counter[Verdict]())

    @property
    def lost(self) -> int:
        """Of the lossy entries those that keep no digit."""
        return sum(figures.lost for figures in self.by_dtype.values())

    @property
    def worst_ratio(self) -> float:
        """The largest error/allowed of a decided entry."""
        return max((figures.worst_ratio for figures in self.by_dtype.values()), default=0.0)

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
        return bare("\n".join(self.lines()))

    def lines(self, ending: str = "") -> Iterator[str]:
        """For a screen: the verdict, a line for each dtype, what is wrong, and how sharply it was looked."""
        yield self._headline()
        yield ""
        rows = [self._row(dtype, figures) for dtype, figures in self.by_dtype.items()]
        yield from [*bar_rows(rows), ""] if rows else []
        shown = [*self.wrong_programs, *map(str, self.wrong[:SHOWN]), *self.failures[:SHOWN]]
        for told in [line for text in shown for line in [*text.splitlines(), ""]]:
            yield from wrapped(f"  {told}" if told else "", hang=8)
        for told in self._sharply():
            yield from wrapped(f"  {told}", hang=4)
        yield f"  ⟦dim⟧{counted(self.cases, 'case')}⟦/⟧"
        if ending:
            yield f"  ⟦dim⟧{ending}⟦/⟧"

    def _headline(self) -> str:
        wrong, judged = self.verdicts[Verdict.WRONG], f"of {self.decided:,} entries."
        if self.wrong:
            results = ", ".join(dict.fromkeys(entry.result for entry in self.wrong))
            return f"✗ ⟦bad⟧{self.operation} is wrong in {results}:⟦/⟧ {wrong:,} wrong {judged}"
        if self.disagrees:
            return f"✗ ⟦bad⟧{self.operation} fails.⟦/⟧ {wrong:,} wrong {judged}"
        if not self.decided:
            return f"? ⟦bold⟧Incomplete: nothing of {self.operation} was decided.⟦/⟧"
        if self.unseen:
            return f"? ⟦bold⟧Incomplete: {'; '.join(self.unseen)}.⟦/⟧ {self.operation}: 0 wrong {judged}"
        return f"✓ ⟦good⟧{self.operation} is right:⟦/⟧ 0 wrong {judged}"

    def _row(self, dtype: str, figures: VjpFigures) -> BarRow:
        wrong, decided = figures.verdicts[Verdict.WRONG], figures.decided
        mark = "✗" if wrong else "✓" if decided else "?"
        count = f"{f'⟦bad⟧{wrong:,} wrong⟦/⟧' if wrong else '0 wrong'} of {decided:,}"
        worst = (math.inf if wrong else figures.worst_ratio) if decided else None
        return BarRow(mark, dtype, "", count if decided else "nothing decided", worst, notes=[*self._notes(dtype)])

    def _notes(self, dtype: str) -> Iterator[str]:
        figures, seen = self.by_dtype[dtype], self.sharpness.get(dtype)
        verdicts, undecided = figures.verdicts, sum(figures.verdicts.values()) - figures.decided
        if lossy := verdicts[Verdict.LOSSY]:
            yield f"digits lost in {lossy:,}" + (f", all of them in {figures.lost:,}" if figures.lost else "")
        if verdicts[Verdict.KNOWN]:
            yield f"{verdicts[Verdict.KNOWN]:,} known"
        if undecided and figures.decided:
            yield f"{share(undecided / (undecided + figures.decided))} not decided"
        if seen and seen.nonzero:
            yield f"{percent(seen.share)} judged sharply"

    def _sharply(self) -> Iterator[str]:
        """What would have been seen, under which contract, and what could not be asked."""
        if self.power is not None:
            half, most = self.power
            yield f"A wrong entry is seen from a relative error of {half:.1e} (half of them) or {most:.1e} (99 %)."
        if self.program:
            yield self.program
        if self.contract:
            yield f"precision: {self.contract}"
        if self.skipped:
            yield f"{counted(len(self.skipped), 'case')} left out; the first: {self.skipped[0]}"

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
