"""What the pictures of a report are drawn from, beside the cells: the strips of errors, and saturation."""

from __future__ import annotations

from typing import Any

from ..judging import saturation
from ..judging.saturation import Curves
from .hero import Hero
from .log_histogram import Histogram


class Pictures:
    """Kept so that they merge: which entries are drawn depends on nothing but the cases."""

    def __init__(self) -> None:
        self.saturation: Curves = {}
        self.hero = Hero()

    def merge(self, other: Pictures) -> None:
        """Take in another's."""
        self.saturation |= other.saturation
        self.hero.merge(other.hero)

    def as_json(self, visible: Histogram) -> dict[str, Any]:
        """As it stands in a record's summary; `visible` has the smallest errors seen."""
        return {
            **self.hero.as_json(visible),
            "saturation": saturation_json(self.saturation),
        }


def saturation_json(curves: Curves) -> dict[str, Any]:
    """How σ′ saturates, as it stands in a record."""
    rows = [
        {"backend": backend, "activation": activation, "dtype": dtype, "digits": digits}
        for (backend, activation, dtype), digits in sorted(curves.items())
    ]
    return {"z": saturation.Z.tolist() if rows else [], "curves": rows}
