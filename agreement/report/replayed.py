"""A replayed case on the terminal: what is not accurate, and the worst of each backend; or every entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...manual.case import Case
from ..judging.replay import Replay, ReplayEntry
from ..judging.verdict import Verdict
from ..screen.text import printed, table, wrapped
from .standing import ratio, together

MANY = 1e6
MOST = 20
"""Entries that are shown of what is not accurate."""
HEAD = ("backend", "entry", "got", "truth", "error/allowed, verdict")


def render_replay(case: Case, result: Replay, everything: bool = False) -> str:
    """The verdict of each backend, then the entries that are not accurate with the worst, or all of them."""
    return printed(_lines(case, result, everything))


def _lines(case: Case, result: Replay, everything: bool) -> Iterator[str]:
    yield from map(str, result.discrepancies)
    yield from [""] if result.discrepancies else []
    yield f"case {case.id}: {case.architecture}, {case.dtype}"
    names = list(dict.fromkeys(entry.backend for entry in result.entries))
    for name in names:
        yield _standing([entry for entry in result.entries if entry.backend == name])
    shown = _ranked(result.entries if everything else _chosen(result.entries))
    yield ""
    yield from table(HEAD, map(_row, shown if everything else shown[:MOST]))
    hidden = len(result.entries) - (len(shown) if everything else min(len(shown), MOST))
    if hidden:
        yield from wrapped(f"{hidden:,} more entries (--all lists every one, --format json with all digits)")


def _standing(entries: list[ReplayEntry]) -> str:
    counts = Counter(entry.verdict for entry in entries)
    mark = "✗" if counts[Verdict.WRONG] else "✓" if any(verdict <= Verdict.KNOWN for verdict in counts) else "?"
    said = together([f"{counts[verdict]:,} {verdict.word}" for verdict in Verdict if counts[verdict]])
    return f"  {mark} {entries[0].backend}: {said}"


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


def _beyond(times: float) -> str:
    """How many times as large as allowed, while that says something."""
    return "–" if times != times else f"{times:.3g}" if times < MANY else "> 10^6"


def _row(entry: ReplayEntry) -> tuple[str, ...]:
    index = f"[{', '.join(map(str, entry.index))}]" if entry.index else ""
    of_allowed = ratio(entry.ratio) if entry.ratio <= 1 else _beyond(entry.ratio)
    where = f"{entry.place}{index}"
    return (entry.backend, where, f"{entry.got:.9g}", f"{entry.truth:.9g}", f"{of_allowed} {entry.verdict.word}")
