"""What the exit codes mean, the same everywhere, and the line that says why a command ends with one."""

from __future__ import annotations

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
    say(printed(["", f"[dim]exit {code}: {why}[/]"]), end="")
    return code
