"""What was tried before a reading was found or refused, and how long it took."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from .entries.entry import EntryPoint
from .numbers import ExampleLayout


@dataclass
class Tried:
    """What was tried before a refusal: attempts made, and how the furthest of them failed."""

    attempts: int = 0
    failures: dict[str, dict[str, str]] = field(default_factory=dict)
    _said: dict[tuple[str, tuple[int, ...]], dict[ExampleLayout, str]] = field(default_factory=dict)

    def said(self, entry: EntryPoint, widths: tuple[int, ...]) -> dict[ExampleLayout, str]:
        """How each form failed on these widths, without numbers."""
        return self._said.setdefault((repr(entry), widths), {})

    def fail(self, entry: EntryPoint, widths: tuple[int, ...], form: ExampleLayout, told: str) -> None:
        """Remember a failure."""
        self.failures.setdefault(str(entry), {}).setdefault(told, f"{form.examples} {form.labels} {widths}")
        self.said(entry, widths)[form] = re.sub(r"\d+", "", told)


class NotRead(Exception):
    """No entry was understood."""

    def __init__(self, tried: Tried) -> None:
        super().__init__(f"{tried.attempts} attempts")
        self.tried = tried


class AttemptClock:
    """Seconds of this process; where others take the processor, two thirds of those of the clock."""

    def __init__(self) -> None:
        self._busy, self._wall = time.process_time(), time.monotonic()

    def seconds(self) -> float:
        """Since it was made."""
        return max(time.process_time() - self._busy, (time.monotonic() - self._wall) / 1.5)
