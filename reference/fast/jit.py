"""Compile a function of flat arrays for good: once on a machine, in the order of operations as it is written.

Nothing is contracted or reordered (no `fastmath`), so that the bits are those of the NumPy way, and a division by
zero gives what IEEE says. What is compiled is kept in the user's cache folder, or where `NUMBA_CACHE_DIR` says; where
nothing can be kept it is compiled anew in every process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs
from numba import types

F = TypeVar("F", bound=Callable[..., Any])

FLOATS = types.Array(types.float64, 1, "C", readonly=True)
VERDICTS = types.Array(types.int8, 1, "C", readonly=True)
INTEGERS = types.Array(types.int64, 1, "C", readonly=True)
SHORTS = types.Array(types.int16, 1, "C", readonly=True)
"""What is read, C-contiguous and of one axis, written to or not by others."""
OUT = types.Array(types.float64, 1, "C")
TABLE, COUNTS = types.Array(types.float64, 2, "C"), types.Array(types.int64, 2, "C")
"""What is written."""
NUMBER, INTEGER, FLAG, NOTHING = types.float64, types.int64, types.boolean, types.void


def compiled(gives: Any, *takes: Any) -> Callable[[F], F]:
    """The function for these types, compiled now or read from the cache; others are refused."""
    signature = gives(*takes)

    def decorated(function: F) -> F:
        try:
            with kept_of(Path(function.__code__.co_filename)):
                return _jit(function, signature, cache=True)
        except Exception:
            return _jit(function, signature)  # a folder that cannot be written, or that holds rubbish

    return decorated


def inlined(function: F) -> F:
    """A part of compiled functions."""
    return cast("F", numba.njit(error_model="numpy", inline="never")(function))


def _jit(function: F, signature: Any, **how: bool) -> F:
    return cast("F", numba.njit(signature, error_model="numpy", nogil=True, **how)(function))


@contextmanager
def kept_of(source: Path) -> Iterator[None]:
    """Inside, what numba compiles of a file is kept in a folder of its own; the caller's setting is put back."""
    before = numba.config.CACHE_DIR
    if not before:
        numba.config.CACHE_DIR = str(folder(source))
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


@cache
def folder(source: Path) -> Path:
    """By all that goes into it: numba itself looks at the function's own file alone."""
    parts = sorted({source, *Path(__file__).parent.glob("*.py")})
    content = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]
    return platformdirs.user_cache_path("backproof") / f"numba-{numba.__version__}-{content}"
