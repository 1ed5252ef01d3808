"""Somebody's own back-propagation, a function of one case, as a backend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...manual.case import Architecture, Case, Pack
from ...manual.gradients import Gradients
from ...manual.shapes import Array
from ...reference.protocol import Traits, one_by_one
from .asking.layout import Layout
from .asking.outcome import CallOutcome, parts_of
from .inference.conventions import Convention
from .inference.reading import AnswerReading

Subject = Callable[..., tuple[Sequence[Any], Sequence[Any]]]
"""(weights, biases, x, y) → (nabla_w, nabla_b); with weighted examples their weights (m,) come fifth."""
NOTE = AnswerReading(Layout())
"""Examples in columns and biases (n,)."""


@dataclass(frozen=True)
class SubjectBackend:
    """A function as a backend: it gets copies, so nothing that it does to them is seen.

    `reading` is the layout that it works in; the scale of its cost is that of `convention`. One that
    is `weighted` is given the weights of the examples, too: ones where they have none.
    """

    function: Subject
    reading: AnswerReading = NOTE
    convention: Convention = Convention()
    weighted: bool = False
    version: str = "own"
    traits: Traits = Traits(views=False)

    @property
    def name(self) -> str:
        """The function's own name."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    @property
    def as_it_stands(self) -> bool:
        """Whether nothing of it had to be inferred: it works in the note's layout, on the cost of its cases."""
        return self.reading == NOTE and self.convention == Convention() and not self.weighted

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        """Whatever it is given, but weights that it cannot take."""
        deaf = architecture.weighted and not self.weighted
        return "a function (weights, biases, x, y) is given no weights of examples" if deaf else None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        """Case by case."""
        return one_by_one(pack, self._gradients)

    def _gradients(self, case: Case) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            given = self.reading.layout.hand_over(case, self.weighted)
            parts, _ = parts_of(self.function(*given))
        seen = self.reading.read(CallOutcome(parts), case)
        assert seen is not None
        scale = self.convention.scale(case.architecture.widths)
        return Gradients(tuple(w / scale for w in seen.nabla_w), tuple(b / scale for b in seen.nabla_b))
