"""The command that a report prints to see a case again."""

from __future__ import annotations

import shlex


def command(out: str) -> list[str]:
    """Its words without the program's name, as a shell reads the lines below `again`."""
    rest = out.split("    again\n", 1)[1]
    line = ""
    for one in rest.splitlines():
        line += one.removesuffix("\\")
        if not one.endswith("\\"):
            break
    return shlex.split(line)[1:]
