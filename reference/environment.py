"""What libraries leave behind in the process where they are imported or used for the first time, put back."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def variables(**wanted: str) -> Iterator[None]:
    """Set these; afterwards the environment is what it was, whatever else was added meanwhile."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def imported(**wanted: str) -> Iterator[None]:
    """For an import of what draws random numbers: the environment, its filters and Python's generator as before."""
    state = random.getstate()
    try:
        with untouched(), variables(**wanted):
            yield
    finally:
        random.setstate(state)


@contextmanager
def untouched() -> Iterator[None]:
    """Afterwards the environment and the filters of warnings are what they were."""
    with warnings.catch_warnings(), variables():
        yield
