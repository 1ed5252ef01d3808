"""A program that was read, as a subject: in the note's layout, whatever its own is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ....manual.case import Case
from ..asking.layout import Layout
from .reading.numbers import NetworkAndBatch
from .reading.reader import ProgramReading

NOTE = Layout()


@dataclass
class ReadSubject:
    """(weights, biases, x, y) → ∂C/∂W and ∂C/∂b, through a reading."""

    reading: ProgramReading
    single: bool = False
    """It takes one example a call."""

    def layouts(self, layouts: list[Layout]) -> list[Layout]:
        return [NOTE]

    def ask(self, layout: Layout, case: Case) -> tuple[Callable[[], Any], dict[str, Any]]:
        weights, biases, x, y = given = NOTE.hand_over(case)
        numbers = NetworkAndBatch(tuple(weights), tuple(biases), x, y)
        plan = self.reading.plan_for(numbers)
        ready = None if plan.updates else plan.prepare(self.reading.program, numbers)

        def answer() -> dict[str, Any]:
            nabla_w, nabla_b = plan.gradients(self.reading.program, numbers, ready)
            return {"nabla_w": nabla_w, "nabla_b": nabla_b}

        return answer, dict(zip(("weights", "biases", "x", "y"), given, strict=True))
