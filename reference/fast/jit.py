"""Compile a function of flat arrays for good: once on a machine, in the order of operations as it is written.

Nothing is contracted or reordered (no `fastmath`), so that the bits are those of the NumPy way, and a division by
zero gives what IEEE says. What is compiled is kept in the user's cache folder, or where `NUMBA_CACHE_DIR` says; where
nothing can be kept it is compiled anew in every process. Without numba a function stays as it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ...manual.shapes import Array
from .switch import installed

F = TypeVar("F", bound=Callable[..., Any])


class Kind(Enum):
    """What a compiled function takes: arrays are C-contiguous; those of one axis are read only, but OUT."""

    FLOATS = "float64", 1, True
    VERDICTS = "int8", 1, True
    INTEGERS = "int64", 1, True
    SHORTS = "int16", 1, True
    OUT = "float64", 1, False
    TABLE = "float64", 2, False
    COUNTS = "int64", 2, False
    NUMBER = "float64", 0, True
    INTEGER = "int64", 0, True
    FLAG = "boolean", 0, True
    NOTHING = "void", 0, True


FLOATS, VERDICTS, INTEGERS, SHORTS, OUT, TABLE, COUNTS, NUMBER, INTEGER, FLAG, NOTHING = Kind


def flat(array: Array) -> Array:
    """Its entries in order, as a compiled function takes them: itself, where they lie so."""
    return array.ravel()


def compiled(gives: Kind, *takes: Kind) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The function for these kinds, compiled now or read from the cache; others are refused."""

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        if not installed():
            return function
        signature = _type(gives)(*map(_type, takes))
        try:
            with _kept(Path(function.__code__.co_filename)):
                return _jit(function, signature, cache=True)
        except Exception:
            return _jit(function, signature)  # a folder that cannot be written, or that holds rubbish

    return decorated


def inlined(function: F) -> F:
    """A part of compiled functions."""
    return _jit(function) if installed() else function


def _jit(function: Any, *signature: Any, **how: bool) -> Any:
    import numba

    return numba.njit(*signature, error_model="numpy", nogil=True, **how)(function)


def _type(kind: Kind) -> Any:
    from numba import types

    name, axes, read_only = kind.value
    scalar = getattr(types, name)
    return types.Array(scalar, axes, "C", readonly=read_only) if axes else scalar


@contextmanager
def _kept(source: Path) -> Iterator[None]:
    """Inside, what numba compiles of a file is kept in a folder of its own; the caller's setting is put back."""
    import numba

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
    import numba
    import platformdirs

    parts = sorted({source, *Path(__file__).parent.glob("*.py")})
    content = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]
    return platformdirs.user_cache_path("backproof") / f"numba-{numba.__version__}-{content}"
