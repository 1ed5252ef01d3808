"""A replayed case on the terminal: what is not accurate, and the worst of each backend; or every entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...manual.case import Case
from ..judging.replay import Replay, ReplayEntry
from ..judging.verdict import DECIDED, Verdict
from ..screen.numbers import ratio, times
from ..screen.rows import BarRow, bar_rows
from ..screen.text import printed, table, wrapped

MOST = 20
"""Entries that are shown of what is not accurate."""
HEAD = ("backend", "entry", "got", "truth", "of allowed")


def render_replay(case: Case, result: Replay, everything: bool = False) -> str:
    """The verdict of each backend, then the entries that are not accurate with the worst, or all of them."""
    return printed(_lines(case, result, everything))


def _lines(case: Case, result: Replay, everything: bool) -> Iterator[str]:
    yield from map(str, result.discrepancies)
    yield from [""] if result.discrepancies else []
    yield f"case {case.id}: {case.architecture}, {case.dtype}"
    names = list(dict.fromkeys(entry.backend for entry in result.entries))
    yield from bar_rows(_standing(name, [entry for entry in result.entries if entry.backend == name]) for name in names)
    shown = _ranked(result.entries if everything else _chosen(result.entries))
    yield ""
    yield from table(HEAD, map(_row, shown if everything else shown[:MOST]))
    hidden = len(result.entries) - (len(shown) if everything else min(len(shown), MOST))
    if hidden:
        yield from wrapped(f"{hidden:,} more entries (--all lists every one, --format json with all digits)")


def _standing(name: str, entries: list[ReplayEntry]) -> BarRow:
    """A backend: what its entries are, and the worst of those that no listed deviation explains."""
    counts = Counter(entry.verdict for entry in entries)
    decided = sum(counts[verdict] for verdict in DECIDED)
    mark = "✗" if counts[Verdict.WRONG] else "✓" if decided else "?"
    wrong = f"⟦bad⟧{counts[Verdict.WRONG]:,} wrong⟦/⟧" if counts[Verdict.WRONG] else "0 wrong"
    worst = max(
        (entry.ratio for entry in entries if entry.verdict in DECIDED and entry.verdict != Verdict.KNOWN), default=None
    )
    notes = [
        f"{counts[verdict]:,} {verdict.word}" for verdict in Verdict if verdict != Verdict.WRONG and counts[verdict]
    ]
    return BarRow(mark, name, "", f"{wrong} of {decided:,}", worst if decided else None, notes=notes)


def _chosen(entries: list[ReplayEntry]) -> list[ReplayEntry]:
    """What is not accurate, and the worst of each backend."""
    worst: dict[str, ReplayEntry] = {}
    for entry in entries:
        if entry.ratio == entry.ratio and not entry.ratio <= worst.get(entry.backend, entry).ratio:
            worst[entry.backend] = entry
        worst.setdefault(entry.backend, entry)
    shown = {id(entry) for entry in worst.values()}
    return [entry for entry in entries if entry.verdict != Verdict.ACCURATE or id(entry) in shown]


def _ranked(entries: list[ReplayEntry]) -> list[ReplayEntry]:
    """What is wrong first, then by error/allowed."""
    return sorted(entries, key=lambda entry: (entry.verdict != Verdict.WRONG, -_size(entry)))


def _size(entry: ReplayEntry) -> float:
    return entry.ratio if entry.ratio == entry.ratio else -1.0


def _row(entry: ReplayEntry) -> tuple[str, ...]:
    index = f"[{', '.join(map(str, entry.index))}]" if entry.index else ""
    of_allowed = ratio(entry.ratio) if entry.ratio <= 1 else times(entry.ratio)
    where = f"{entry.place}{index}"
    return (entry.backend, where, f"{entry.got:.7g}", f"{entry.truth:.7g}", f"{of_allowed}, {entry.verdict.word}")
