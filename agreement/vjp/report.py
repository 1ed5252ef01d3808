"""What judging one operation's vector-Jacobian product comes to, and how it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..judging.verdict import Verdict

SHOWN = 3


@dataclass(frozen=True)
class WrongEntry:
    """An entry of a result that no correct program gives; `arguments` are what it depends on."""

    operation: str
    result: str
    index: tuple[int, ...]
    arguments: dict[str, list[float]]
    got: float
    truth: float
    bound: float
    ratio: float
    dtype: str
    regime: str
    layout: str = "contiguous"

    def __str__(self) -> str:
        at = "; ".join(f"{name} = {', '.join(map(repr, numbers))}" for name, numbers in self.arguments.items())
        return (
            f"{self.operation} is wrong in {self.result}, entry [{', '.join(map(str, self.index))}]"
            f"   ({self.dtype}, {self.regime}, {self.layout})\n"
            f"    at    {at}\n"
            f"    got   {self.got!r}\n"
            f"    truth {self.truth!r}\n"
            f"    bound {self.bound:.3g}; the error is {self.ratio:.3g} times that"
        )

    def as_json(self) -> dict[str, Any]:
        """Numbers as hex floats, exact."""
        numbers = {key: float(getattr(self, key)).hex() for key in ("got", "truth", "bound", "ratio")}
        arguments = {name: [float(x).hex() for x in values] for name, values in self.arguments.items()}
        where = {"result": self.result, "index": list(self.index), "arguments": arguments}
        return {
            "operation": self.operation,
            **where,
            **numbers,
            "dtype": self.dtype,
            "regime": self.regime,
            "layout": self.layout,
        }


@dataclass
class VjpReport:
    """What judging one operation came to; `wrong` has the worst entry of each result and dtype."""

    operation: str
    cases: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    lost: int = 0
    """Of the lossy entries those that keep no digit."""
    worst_ratio: float = 0.0
    wrong: list[WrongEntry] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, wrong: Iterable[WrongEntry]) -> None:
        """Take in wrong entries; the worst of each result and dtype is kept."""
        worst = {(entry.result, entry.dtype): entry for entry in self.wrong}
        for entry in wrong:
            kept = worst.setdefault((entry.result, entry.dtype), entry)
            if not entry.ratio <= kept.ratio:
                worst[entry.result, entry.dtype] = entry
        self.wrong = sorted(worst.values(), key=lambda entry: -entry.ratio)

    @property
    def disagrees(self) -> bool:
        return bool(self.wrong or self.failures)

    @property
    def decided(self) -> int:
        """Entries of which something could be said."""
        return sum(n for verdict, n in self.verdicts.items() if verdict <= Verdict.WRONG)

    def __str__(self) -> str:
        said = "DISAGREES" if self.disagrees else "AGREES" if self.decided else "NOTHING DECIDED"
        lost = {Verdict.LOSSY: f" (lost {self.lost:,})"} if self.lost else {}
        counts = ", ".join(
            f"{verdict.word} {self.verdicts[verdict]:,}{lost.get(verdict, '')}"
            for verdict in Verdict
            if self.verdicts[verdict]
        )
        head = f"{said} with the certified truth: {self.operation}, {self.cases} cases; {counts or 'no entries'}"
        worst = f"worst error/bound {self.worst_ratio:.3g}"
        return "\n".join([head, worst, *map(str, self.wrong[:SHOWN]), *self.failures[:SHOWN]])

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return {
            "operation": self.operation,
            "cases": self.cases,
            "entries": sum(self.verdicts.values()),
            **{verdict.word: self.verdicts[verdict] for verdict in Verdict},
            "lost": self.lost,
            "worst_ratio": float(self.worst_ratio).hex(),
            "disagreements": [entry.as_json() for entry in self.wrong],
            "failures": list(self.failures),
        }
