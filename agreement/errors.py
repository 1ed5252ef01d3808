"""What callers of the package may have to catch."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property

LONGEST = 300
"""Characters of an error on the command line."""


class UsageError(Exception):
    """Something asked for makes no sense: says what was wrong, the offending value, what would be right."""


class Incomplete(Exception):
    """Nothing is known to be wrong, and too little was seen: what was asked for cannot be had, or judged sharply."""


class Disagreement(AssertionError):
    """A subject's gradients are wrong; the message says where, by how much, and shows the case.

    Arguments:
        message: What was found, of several lines.
        diagnosis: Gives the text to add, the mistake by name. It takes seconds, and a property that shrinks raises
            hundreds of these: it is called when the message is first read.

    """

    def __init__(self, message: str, diagnosis: Callable[[], str] | None = None) -> None:
        super().__init__(message)
        self._diagnosis = diagnosis

    @cached_property
    def _whole(self) -> str:
        return "\n\n".join([*map(str, self.args), *([self._diagnosis()] if self._diagnosis else [])])

    def __str__(self) -> str:
        return self._whole


class Refutable(ABC):
    """A result that says right or wrong: `str()` is its report."""

    @property
    @abstractmethod
    def disagrees(self) -> bool:
        """Whether something is wrong."""

    def check(self) -> None:
        """Do nothing where all is right.

        Raises:
            Disagreement: Something is wrong; the message is the report.

        """
        if self.disagrees:
            raise Disagreement(str(self))


def shown(text: str) -> str:
    """A text of several lines as a terminal, a log and a workflow can be given it.

    What is not printable is written as Python escapes it, a lone surrogate too; a line that begins with
    `::` would be a command to the runner of a workflow.
    """
    plain = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
    return re.sub(r"^([ ]*):(?=:)", r"\1\\x3a", plain, flags=re.MULTILINE)


def one_line(text: str, most: int = LONGEST) -> str:
    """A text that a terminal, a log and a workflow can be given: on one line, without control characters.

    What is not printable is written as Python escapes it, a lone surrogate too; beyond `most` characters
    the middle is left out, as the end often says what is needed.
    """
    words = " ".join(text.split())
    if len(words) > 16 * most:
        words = f"{words[: 8 * most]}…{words[-8 * most :]}"
    plain = shown(words)
    half = (most - 1) // 2
    return plain if len(plain) <= most else f"{plain[: most - 1 - half]}…{plain[-half:]}"
