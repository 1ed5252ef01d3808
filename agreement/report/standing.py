"""How each backend stands in a record: wrong entries, the worst beside what is allowed, and what else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...manual.gradients import Quantity
from ..judging.discrepancy import Discrepancy
from ..judging.verdict import DECIDED, Verdict
from ..record.conclusion import agreeing
from ..record.record import Record
from ..screen.numbers import share
from .matrix import ratio_unlisted

SYMBOLS = {"sigmoid": "σ"}
SATURATING = {"sigmoid", "tanh", "softmax"}
"""Activations that lose digits where their slope vanishes."""
NAMED = 3


@dataclass(frozen=True)
class Standing:
    """Of one backend. `worst` is error/allowed over the entries that no listed deviation explains."""

    name: str
    version: str
    mark: str
    decided: int
    wrong: int
    undecided: int
    unsupported: int
    worst: float
    lossy: int
    losing: tuple[str, ...]
    """The activations that lose digits, those with most entries first."""
    known: int
    deviating: tuple[str, ...]
    """What the listed deviations are."""
    first: Discrepancy | None
    equations: tuple[str, ...]
    """Where wrong cases begin, in the order of computation: BP1 … BP4, z, a, C, or a gradient that alone is seen."""

    @property
    def saturated(self) -> bool:
        """Whether all that lose digits are activations whose slope vanishes."""
        return {*self.losing} <= {SYMBOLS.get(one, one) for one in SATURATING}

    @property
    def share_undecided(self) -> float:
        """Of the entries that it was asked for."""
        entries = self.decided + self.undecided
        return self.undecided / entries if entries else 0.0


def standings(record: Record) -> list[Standing]:
    """A Standing for each backend: what is wrong first, then as they were asked for."""
    rows = [_standing(record, name) for name in record.summary["backends"]]
    return sorted(rows, key=lambda row: "✗?✓".index(row.mark))


def _standing(record: Record, name: str) -> Standing:
    summary = record.summary
    cells = [cell for cell in record.cells if cell["backend"] == name]
    counts = {verdict: sum(cell[verdict.word] for cell in cells) for verdict in Verdict}
    found = [one for one in record.discrepancies if one.backend == name]
    failed = counts[Verdict.WRONG] or any(message.startswith(f"{name} ") for message in summary["failures"])
    lossy = Counter({cell["activation"]: 0 for cell in cells if cell["lossy"]})
    for cell in cells:
        lossy[cell["activation"]] += cell["lossy"]
    undecided = [verdict for verdict in Verdict if verdict not in (*DECIDED, Verdict.UNSUPPORTED)]
    return Standing(
        name=name,
        version=summary["backends"][name].partition("+")[0],
        mark="✗" if failed else "✓" if name in agreeing(summary) else "?",
        decided=sum(counts[verdict] for verdict in DECIDED),
        wrong=counts[Verdict.WRONG],
        undecided=sum(counts[verdict] for verdict in undecided),
        unsupported=counts[Verdict.UNSUPPORTED],
        worst=max((ratio_unlisted(cell) for cell in cells), default=0.0),
        lossy=counts[Verdict.LOSSY],
        losing=tuple(dict.fromkeys(SYMBOLS.get(one, one) for one, n in lossy.most_common() if n)),
        known=counts[Verdict.KNOWN],
        deviating=tuple(_deviating(summary, name, {cell["activation"] for cell in cells if cell["known"]})),
        first=next(iter(found), None),
        equations=tuple(_in_order(found)),
    )


def _in_order(found: list[Discrepancy]) -> Iterator[str]:
    """The equations in which cases are wrong first, each once, in the order of computation."""
    named = {(one.place.quantity, one.part) for one in found}
    yield from (part for quantity in Quantity for at, part in sorted(named) if at is quantity)


def _deviating(summary: dict[str, Any], name: str, activations: set[str]) -> Iterator[str]:
    """The listed deviations of a backend's library among these activations, the plain part of what they say."""
    for row in summary["known_deviations"]:
        said = row["what"].partition(":")[0]
        if row.get("backends") is None:
            its = any(activation in said for activation in activations)
        else:
            its = name in row["backends"] and row.get("activation") in (None, *activations)
        if its:
            yield said


def besides(row: Standing) -> list[str]:
    """What else is to be said of a backend: digits lost, listed deviations, what was not decided."""
    said = []
    if row.lossy:
        said.append(f"digits lost in {row.lossy:,} ({listed(row.losing)}{' saturated' if row.saturated else ''})")
    if row.known:
        said.append(f"{row.known:,} known ({listed(row.deviating) or 'listed deviations'})")
    if row.undecided and row.decided:
        said.append(f"{share(row.share_undecided)} not decided")
    if row.unsupported:
        said.append(f"{row.unsupported:,} entries not supported")
    return said


def listed(names: tuple[str, ...], more: str = "{} more") -> str:
    """A few names, and how many more there are."""
    rest = len(names) - NAMED
    return ", ".join([*names[:NAMED], *([more.format(rest)] if rest > 0 else [])])
