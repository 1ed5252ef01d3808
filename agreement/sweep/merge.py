"""The shards of one sweep made one tally; folders that are no such shards are refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..tally.tally import Tally
from .journal import Journal
from .plan import Plan
from .sweep import check, finished


class Merged(NamedTuple):
    """The shards by what they say they are, and their tallies."""

    plan: Plan
    tally: Tally


def merge(folders: Sequence[Path]) -> Merged:
    """One tally of all shards; UsageError naming what is missing, doubled or of another sweep."""
    with closing(Journal.open(folders[0])) as first:
        document, parts = first.document, first.shard.of
    plan = Plan.of(document)
    tally, seen = Tally(), dict[int, Path]()
    for folder in folders:
        with closing(Journal.open(folder)) as journal:
            _check(journal, folder, folders[0], plan, parts, seen)
            tally.merge(journal.total)
            seen[journal.shard.number] = folder
    missing = [f"{number}/{parts}" for number in range(1, parts + 1) if number not in seen]
    if missing:
        raise UsageError(f"shard {', '.join(missing)} is missing: all {parts} are needed")
    return Merged(plan, tally)


def _check(journal: Journal, folder: Path, first: Path, plan: Plan, parts: int, seen: dict[int, Path]) -> None:
    differs = plan.differs(journal.document)
    if differs or journal.shard.of != parts:
        said = "; ".join(differs) or f"it has {journal.shard.of} shards instead of {parts}"
        raise UsageError(f"{str(folder)!r} is of another sweep than {str(first)!r}: {said}")
    if journal.shard.number in seen:
        raise UsageError(f"{str(folder)!r} and {str(seen[journal.shard.number])!r} are both shard {journal.shard}")
    check(journal)
    if not finished(journal):
        raise UsageError(f"{str(folder)!r} is not finished: backproof sweep --resume {folder}")
