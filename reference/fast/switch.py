"""Which way passes over arrays take: compiled, where numba is installed, unless `BACKPROOF_FAST` is `off`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

VARIABLE, OFF = "BACKPROOF_FAST", "off"
_chosen: list[bool] = []


def fast() -> bool:
    """Whether to take the compiled way; asked of the environment once."""
    if not _chosen:
        _chosen.append(os.environ.get(VARIABLE) != OFF and installed())
    return _chosen[-1]


@contextmanager
def taking(compiled_way: bool) -> Iterator[None]:
    """Inside, one way or the other, whatever the environment says."""
    fast()
    _chosen.append(compiled_way)
    try:
        yield
    finally:
        _chosen.pop()


@cache
def installed() -> bool:
    """Whether numba can be had; one that refuses this NumPy is as good as none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import numba  # noqa: F401
    except ImportError:
        return False
    return True
