"""The assignment: fill in bp1 … bp4; each is judged inside a back-propagation that is otherwise right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ...manual import equations
from ...manual.activations import SIGMOID
from ...manual.costs import Quadratic
from ...manual.network import weighted_input
from ..catalogue.text import text
from ..diagnosis.diagnose import diagnose
from ..diagnosis.reports.text import failure_lines
from ..diagnosis.result import Diagnosis
from ..errors import UsageError
from ..languages import Language
from .words import Words

Function = Callable[..., Any]
QUADRATIC = Quadratic(SIGMOID)
RIGHT: dict[str, Function] = {
    "bp1": lambda a, y, z: equations.bp1(QUADRATIC, z, a, y, 1.0),
    "bp2": lambda w_next, delta_next, z: equations.bp2(w_next, delta_next, SIGMOID, z),
    "bp3": equations.bp3,
    "bp4": equations.bp4,
}
"""What each is to compute, for sigmoid neurons and the quadratic cost summed over the examples."""
SHAPES = {"bp1": ((2, 1),) * 3, "bp2": ((2, 3), (2, 1), (3, 1)), "bp3": ((2, 1),), "bp4": ((3, 1), (2, 1))}
"""Arguments to try each on, only to see whether it is filled in."""
CONVENTION = {"hidden": "sigmoid", "output": "sigmoid", "cost": "quadratic", "reduction": "sum", "outputs": "sum"}


@dataclass(frozen=True, repr=False)
class Checked:
    """What is said of the equations that were handed in; true if they are all right."""

    lines: tuple[str, ...]
    mistakes: tuple[str, ...] = ()
    right: bool = False

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        head, *rest = map(escape, self.lines)
        return f"<p><b>{head}</b></p><pre>{chr(10).join(rest)}</pre>" if rest else f"<p><b>{head}</b></p>"


def check(language: Language = "en", **filled: Function) -> Checked:
    """Judge one or more of bp1 … bp4, given by name; the others are taken to be right.

    UsageError where a name is none of theirs.
    """
    words = Words(language)
    for name in filled:
        if name not in RIGHT:
            raise UsageError(f"unknown equation {name!r}: choose from {', '.join(RIGHT)}")
    missing = [name for name, function in filled.items() if _empty(function, SHAPES[name])]
    if missing or not filled:
        return Checked(
            tuple(words.plain("assignment.to_do", name=n, task=words.plain(f"task.{n}")) for n in missing or RIGHT)
        )
    found = diagnose(backpropagation(RIGHT | filled), half=True, **CONVENTION)
    names = ", ".join(filled)
    if found.right:
        return Checked((words.plain("assignment.right", names=names),), right=True)
    return Checked((words.plain("assignment.wrong", names=names), *_hints(found, words, language)), found.mistakes)


def _empty(function: Function, shapes: tuple[tuple[int, ...], ...]) -> bool:
    """Whether nothing was written: it returns nothing at all."""
    try:
        answer = function(*map(np.ones, shapes))
    except NotImplementedError:
        return True
    except Exception:
        return False
    return answer is None or answer is ...


def _hints(found: Diagnosis, words: Words, language: Language) -> list[str]:
    """The mistakes by name, why they are wrong, and the smallest case that shows it."""
    lines = []
    for id in found.mistakes:
        row = text(id, language)
        lines += [words.plain("assignment.hint", id=id, mistake=row.name), row.why]
    if not found.mistakes:
        lines.append(found.reason or words.plain("assignment.unknown"))
    return [*lines, *(failure_lines(found.failure, language) if found.failure else ())]


def backpropagation(four: Mapping[str, Function]) -> Function:
    """A back-propagation made of four equations, in the order of the note."""

    def backprop(weights: list[Any], biases: list[Any], x: Any, y: Any) -> tuple[list[Any], list[Any]]:
        zs, activations = [], [x]
        for w, b in zip(weights, biases, strict=True):
            zs.append(weighted_input(w, activations[-1], b))
            activations.append(SIGMOID.value(zs[-1]))
        delta = four["bp1"](activations[-1], y, zs[-1])
        nabla_w: list[Any] = []
        nabla_b: list[Any] = []
        for layer in range(len(weights) - 1, -1, -1):
            nabla_b.insert(0, four["bp3"](delta))
            nabla_w.insert(0, four["bp4"](activations[layer], delta))
            if layer:
                delta = four["bp2"](weights[layer], delta, zs[layer - 1])
        return nabla_w, nabla_b

    return backprop
