"""The catalogue of mistakes in hand-written back-propagation: MISTAKES, by id."""

from __future__ import annotations

from . import calling, hidden, network, parameters, slopes
from .row import Mistake, MistakeForm

__all__ = ["MISTAKES", "Mistake", "MistakeForm"]

MISTAKES: dict[str, Mistake] = {
    row.id: row
    for row in sorted(
        (*slopes.ROWS, *hidden.ROWS, *parameters.ROWS, *network.ROWS, *calling.ROWS), key=lambda row: row.id
    )
}
