"""What the exit codes mean, the same everywhere, and the line that says why a command ends with one."""

from __future__ import annotations

from collections.abc import Mapping

from ..output import say
from ..screen.text import printed

AGREE, DISAGREE, USAGE, NOTHING_CHECKED, INTERRUPTED = 0, 1, 2, 5, 130


def say_exit(code: int, why: str) -> int:
    """Print the last line of a command's text, and hand on the code.

    Arguments:
        code: The exit code.
        why: A clause without a full stop.

    Returns:
        The code.

    """
    say(printed(["", f"⟦dim⟧exit {code}: {why}⟦/⟧"]), end="")
    return code


def say_report(text: str, format: str, code: int, why: Mapping[int, str]) -> int:
    """Print a command's report; as text it is broken to the width, and ends with why the command ends as it does.

    Arguments:
        text: The report.
        format: `text` where it is for people; all else is printed as it is.
        code: The exit code.
        why: By exit code, a clause without a full stop.

    Returns:
        The code.

    """
    if format != "text":
        say(text, end="")
        return code
    say(printed(text.splitlines()), end="")
    return say_exit(code, why[code])
