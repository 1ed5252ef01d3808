"""A thread whose arithmetic somebody has changed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

TO_NEAREST, DOWN, UP, TO_ZERO = 0x000, 0x400, 0x800, 0xC00
"""The rounding modes of x86, as fesetround takes them."""


def flush() -> None:
    """Flush subnormal numbers to zero from now on."""
    torch.set_flush_denormal(True)


def round_(mode: int) -> Callable[[], None]:
    """Round otherwise from now on."""
    return lambda: ctypes.CDLL(None).fesetround(mode) and None


CHANGES = {"flushed": flush, "down": round_(DOWN), "up": round_(UP), "toward zero": round_(TO_ZERO)}


@contextmanager
def changed(change: Callable[[], None]) -> Iterator[None]:
    """Changed inside, IEEE's afterwards."""
    change()
    try:
        yield
    finally:
        ctypes.CDLL(None).fesetenv(ctypes.c_void_p(-1))
