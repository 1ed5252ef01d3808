"""A subject: a function or a class that somebody wrote, found in a module and called."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ....manual.case import Case
from ....manual.shapes import Array
from .layout import Layout, candidates
from .outcome import CallOutcome, Unreadable, parts_of

LIKELY = ("back", "grad", "nabla")
"""What the name of a back-propagation is likely to contain."""
SELF_X_Y = 3
METHODS = ("backprop", "back_prop", "backpropagation", "backward", "gradients", "gradient")

REPEATS = 1e-9
"""Answers to the same call that differ by less than this part of the largest entry differ by rounding;"""
FLOOR, NOTHING = 1e-4, 1e-5
"""a layer below this part of the largest, or of 1, is noise that cancelling sums leave: that part is the measure."""


class NoSubject(Exception):
    """There is nothing to judge in a file, or more than one thing; says what there is."""


class Outside(Exception):
    """A network or a batch that a subject was not written for."""


class Subject(Protocol):
    """Something that can be asked for the gradients of a case."""

    single: bool
    """It says by its form that it takes one example a call."""

    def layouts(self, layouts: list[Layout]) -> list[Layout]:
        """Those that it can be called in, the likeliest first."""

    def ask(self, layout: Layout, case: Case) -> tuple[Callable[[], Any], dict[str, Any]]:
        """A call that can be repeated, and the inputs that it should leave alone."""


@dataclass
class FunctionSubject:
    """(weights, biases, x, y) → (nabla_w, nabla_b); a `weighted` one takes the weights of the examples fifth."""

    function: Callable[..., Any]
    weighted: bool = False
    single = False

    def layouts(self, layouts: list[Layout]) -> list[Layout]:
        return layouts

    def ask(self, layout: Layout, case: Case) -> tuple[Callable[[], Any], dict[str, Any]]:
        given = layout.hand_over(case, self.weighted)
        inputs = dict(zip(("weights", "biases", "x", "y"), given, strict=False))
        return lambda: self.function(*given), inputs


@dataclass
class ClassSubject:
    """The note's book: `Net(sizes)` with `weights`, `biases` and `backprop(x, y)` of one example."""

    cls: type
    method: str
    single = True

    @property
    def of_the_book(self) -> bool:
        """Whether it is made from sizes and has a list of weights, which `backprop` may still get wrong."""
        every = list(candidates())
        return len(self.layouts(every)) < len(every)

    def layouts(self, layouts: list[Layout]) -> list[Layout]:
        try:
            net = self.cls([4, 3, 2])
            lists = isinstance(net.weights[0], list)
            weights = {(3, 4): "out_in", (4, 3): "in_out"}.get(np.shape(net.weights[0]), "out_in")
            bias = {(3, 1): "column", (1, 3): "row"}.get(np.shape(net.biases[0]), "flat")
        except Exception:
            return layouts
        return [Layout(weights, examples, bias, lists) for examples in ("columns", "flat", "rows")]

    def ask(self, layout: Layout, case: Case) -> tuple[Callable[[], Any], dict[str, Any]]:
        net = self.cls(list(case.architecture.widths))
        weights, biases, x, y = layout.hand_over(case)
        net.weights, net.biases = weights, biases
        inputs = {"weights": weights, "biases": biases, "x": x, "y": y}
        return lambda: getattr(net, self.method)(x, y), inputs


def subject_of(thing: Any, weighted: bool = False) -> Subject | None:
    """A function of four parameters (five where examples are weighted) or a class in the book's style as a
    subject; None for anything else.
    """
    if inspect.isclass(thing):
        method = next((name for name in METHODS if _takes(getattr(thing, name, None), SELF_X_Y)), None)
        return ClassSubject(thing, method) if method else None
    fits = callable(thing) and _takes(thing, 5 if weighted else 4)
    return FunctionSubject(thing, weighted) if fits else None


def _takes(function: Any, arguments: int) -> bool:
    """Whether a call needs so many arguments, no more and no fewer."""
    try:
        inspect.signature(function).bind(*[None] * arguments)
        required = [
            p
            for p in inspect.signature(function).parameters.values()
            if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        return False
    return len(required) == arguments


def find(names: Mapping[str, Any], name: str | None) -> tuple[str, Any]:
    """The thing of this name, or the only likely one, with its name; NoSubject otherwise."""
    defined = {
        key: value
        for key, value in names.items()
        if getattr(value, "__module__", None) == names["__name__"] and not key.startswith("__") and subject_of(value)
    }
    if name is not None:
        if name not in names:
            raise NoSubject(f"it has no {name!r}" + (f", but {', '.join(defined)}" if defined else ""))
        if subject_of(names[name]) is None:
            raise NoSubject(f"{name!r} is neither a function (weights, biases, x, y) nor a class with backprop(x, y)")
        return name, names[name]
    if not defined:
        raise NoSubject("it has neither a function (weights, biases, x, y) nor a class with backprop(x, y)")
    likely = [key for key in defined if any(part in key.lower() for part in LIKELY)] or list(defined)
    if len(likely) > 1:
        likely = [key for key in likely if "back" in key.lower()] or likely
    if len(likely) > 1:
        raise NoSubject(f"it has several candidates, {', '.join(likely)}: say which, as FILE.py:{likely[0]}")
    return likely[0], defined[likely[0]]


def call(subject: Subject, layout: Layout, case: Case, path: Path | None = None) -> CallOutcome:
    """Ask once, and once more of the same object: the outcome, what it changed, whether it repeats."""
    try:
        with np.errstate(all="ignore"):
            ask, inputs = subject.ask(layout, case)
            parts, dtype = parts_of(ask())
            changed = _changed(inputs, layout.hand_over(case))
            again = parts if changed else parts_of(ask())[0]
    except Unreadable as reason:
        return CallOutcome(raised=str(reason))
    except (Exception, SystemExit) as error:
        return CallOutcome(raised=told(error), line=line_in(path, error))
    repeats = _equal(parts, again)
    return CallOutcome(
        parts, changed=changed, repeats=repeats, dtype=dtype, growth={} if repeats else _growth(parts, again)
    )


def _growth(parts: dict[str, list[Array]], again: dict[str, list[Array]]) -> dict[str, list[Array]]:
    """What a second answer has more than the first; 0 where that is rounding, nothing where shapes differ."""
    grown: dict[str, list[Array]] = {}
    for name, part in parts.items():
        pairs = list(zip(part, again.get(name, []), strict=False))
        if len(pairs) != len(part) or any(before.shape != after.shape for before, after in pairs):
            return {}
        with np.errstate(all="ignore"):
            grown[name] = [(after - before) * (not _near(before, after, 0.0)) for before, after in pairs]
    return grown


def _changed(inputs: dict[str, Any], before: tuple[Any, ...]) -> dict[str, list[Array]]:
    pairs = zip(inputs.items(), before, strict=True)
    return {
        name: [np.array(p, dtype=float) for p in _flat(after)] for (name, after), was in pairs if not _same(after, was)
    }


def _flat(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part]


def _same(after: Any, before: Any) -> bool:
    pairs = zip(_flat(after), _flat(before), strict=False)
    return all(np.array_equal(np.asarray(x), np.asarray(y), equal_nan=True) for x, y in pairs)


def _equal(parts: dict[str, list[Array]], again: dict[str, list[Array]]) -> bool:
    """The same up to rounding: sums may be taken in another order from call to call."""
    least = max(NOTHING, FLOOR * max((_largest(layer) for part in parts.values() for layer in part), default=0.0))
    return all(
        len(part) == len(again.get(name, []))
        and all(_near(*layers, least) for layers in zip(part, again.get(name, []), strict=True))
        for name, part in parts.items()
    )


def _largest(part: Array) -> float:
    return float(np.abs(part).max(initial=0.0, where=np.isfinite(part)))


def _near(before: Array, after: Array, least: float) -> bool:
    most = REPEATS * max(_largest(before), least)
    return before.shape == after.shape and bool(np.isclose(after, before, 0.0, most, equal_nan=True).all())


def told(error: BaseException) -> str:
    """An exception in one line."""
    if isinstance(error, SystemExit):
        return "it called sys.exit"
    if isinstance(error, Outside):
        return f"outside: {error}"
    text = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def line_in(path: Path | None, error: BaseException) -> int | None:
    """The last line of a file that an exception went through."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if path is not None and frame.filename == str(path)]
    return lines[-1] if lines else None
