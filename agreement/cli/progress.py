"""How far a command is, on stderr: a bar on a terminal, elsewhere a line a minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 60.0
"""Seconds between two lines in a log."""


@contextmanager
def progress(total: int, unit: str = "cases") -> Iterator[Callable[[int], None]]:
    """Show how far a run is: a bar on a terminal, lines in a log.

    Arguments:
        total: How many there are to do.
        unit: What they are, for the text.

    Returns:
        A context whose value is a function that takes in how many more are done.

    """
    if sys.stderr.isatty():
        with _bar(total, unit) as advance:
            yield advance
    else:
        yield logged(total, unit)


def logged(total: int, unit: str, clock: Callable[[], float] = time.monotonic) -> Callable[[int], None]:
    """Show how far a run is in lines on stderr, at most one a minute, none in a run shorter than that.

    Arguments:
        total: How many there are to do.
        unit: What they are, for the text.
        clock: Gives the time in seconds.

    Returns:
        A function that takes in how many more are done.

    """
    started = said = clock()
    done = 0

    def advance(more: int) -> None:
        nonlocal done, said
        done += more
        if (now := clock()) - said >= EVERY:
            said = now
            print(
                f"backproof: {done:,} of {total:,} {unit}, {(now - started) / 60:.0f} min", file=sys.stderr, flush=True
            )

    return advance


@contextmanager
def _bar(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    shown = (BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn())
    with Progress(*shown, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda more: bar.advance(task, more)
