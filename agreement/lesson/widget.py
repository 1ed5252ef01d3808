"""A slider over states that were all computed when the page was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True)
class Widget:
    """A figure with a slider: a frame for each position says what its slots become.

    A frame maps `slot` to a text, or `slot@attribute` to the attribute's value. The page shows the
    frame `start` before, and without, JavaScript.
    """

    id: str
    label: Markup
    svg: str
    positions: tuple[str, ...]
    frames: tuple[dict[str, str], ...]
    start: int
    readings: tuple[tuple[str, Markup], ...]
    """(slot, its label) of every number beside the picture."""

    @property
    def first(self) -> dict[str, str]:
        """The frame that the page is made with."""
        return self.frames[self.start]

    def as_json(self) -> dict[str, Any]:
        """What the page's script needs."""
        return {"positions": self.positions, "frames": self.frames}
