"""What a command's FILE.py:NAME names, and what it gives when it is called; each failure is one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...reference import user_files
from ..errors import UsageError


def named(address: str, what: str, fits: Callable[[object], bool] = callable) -> Any:
    """Load what an address names.

    Arguments:
        address: FILE.py:NAME.
        what: What is looked for, as in "a reference", for the error's message.
        fits: Tells the names of the file that could be meant.

    Returns:
        The object.

    Raises:
        UsageError: There is no such file or name, or the file cannot be imported.

    """
    try:
        return user_files.load(address, what, fits)
    except (ValueError, ImportError) as error:
        raise UsageError(str(error)) from None


def called(address: str, function: Callable[[], Any]) -> Any:
    """Call a function of a user's file.

    Arguments:
        address: The FILE.py:NAME that it was loaded from.
        function: Takes no arguments.

    Returns:
        What it gives.

    Raises:
        UsageError: It raises, or it ends the process.

    """
    try:
        return function()
    except SystemExit as error:
        raise UsageError(f"{address} ends the process (exit code {error.code})") from None
    except Exception as error:
        raise UsageError(f"{address} raised {type(error).__name__}: {error}"[:200]) from None


def made(address: str, needed: str) -> Any:
    """Call the function that an address names.

    Arguments:
        address: FILE.py:NAME of a function without arguments.
        needed: What it has to give, for the error's message.

    Returns:
        What it gives.

    Raises:
        UsageError: There is no such function, it raises, or it ends the process.

    """
    make = named(address, "a training step")
    if not callable(make):
        raise UsageError(f"{address} is {str(make)[:60]}: {needed}")
    return called(address, make)
