"""The reader's own function, from a file."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import UsageError

DEFAULT_NAME = "backprop"


def function_of(address: str) -> Callable[..., Any]:
    """The function `NAME` (default: backprop) of `FILE.py[:NAME]`; UsageError where there is none."""
    file, _, name = address.rpartition(":") if not address.endswith(".py") else (address, "", DEFAULT_NAME)
    if not Path(file).is_file():
        raise UsageError(f"no file {file!r}: --subject takes FILE.py or FILE.py:NAME")
    try:
        found = runpy.run_path(file, run_name="subject")
    except Exception as error:
        raise UsageError(f"{file} fails on import: {type(error).__name__}: {error}") from None
    if not callable(found.get(name)):
        functions = [key for key, value in found.items() if callable(value) and not key.startswith("_")]
        raise UsageError(f"{file} has no function {name!r}: it has {', '.join(functions) or 'none'}")
    function: Callable[..., Any] = found[name]
    return function
