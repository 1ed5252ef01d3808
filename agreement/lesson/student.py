"""The reader's own function, from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...reference import user_files
from ..errors import UsageError

DEFAULT_NAME = "backprop"


def function_of(address: str) -> Callable[..., Any]:
    """The function `NAME` (default: backprop) of `FILE.py[:NAME]`; UsageError where there is none."""
    try:
        found = user_files.load(address, "a function", default=DEFAULT_NAME)
    except (ValueError, ImportError) as error:
        raise UsageError(str(error)) from None
    if not callable(found):
        raise UsageError(f"{address} is {found!r:.60}: a function is needed")
    return found
