"""`compare`: whether what you computed differs from a framework's by rounding, or by more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...manual.shapes import Array
from ..errors import UsageError
from .running_error import Running
from .steps import STEPS


@dataclass(frozen=True)
class Comparison:
    """What `compare` found; it prints as one line. `ratio` is the largest difference over its bound."""

    name: str
    agrees: bool | None
    said: str
    ratio: float = float("nan")
    index: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.said}"

    def __bool__(self) -> bool:
        return bool(self.agrees)


def compare(name: str, mine: Any, theirs: Any, step: str | None = None, *operands: Any, **options: Any) -> Comparison:
    """Hold an array against a framework's, and say whether they differ by rounding.

    The bound is a running error analysis of the step (Higham, Accuracy and Stability, section 3.3), once for
    either side.

    Arguments:
        name: What to call it in the line that is printed.
        mine: Your array: NumPy's, or whatever `numpy.asarray` takes (a tensor that needs gradients is detached).
        theirs: The framework's, of the same shape. The coarser dtype of the two is the precision.
        step: The step that gave them, one of STEPS, with its operands: "affine" a, b, c (a @ b + c), "sum" terms,
            "product" a, b, "sigmoid", "tanh", "relu" and "softmax" (last axis) z, "cross-entropy" logits, class
            ids, "batch norm" x, γ, β, "embedding" table, ids, and the gradients "sigmoid gradient" and
            "tanh gradient" a, ∂C/∂a (a the activation, not z), "cross-entropy gradient" logits, class ids,
            "embedding gradient" ids, ∂C/∂output, rows.
            Without it there is no bound, and nothing but equality is decided.
        *operands: What the step was computed from, as it was: one step, no more.
        **options: What else it takes by name, as `epsilon` of batch norm.

    Returns:
        A Comparison: true where they agree; `ratio`, `index` of the worst entry; prints as
        "dW: rounding: 0.3 of the bound" or "dW: beyond rounding: 2e+10 times the bound at [0, 1]: 0.5, theirs 1".

    Raises:
        UsageError: An unknown step, operands that it does not take, or that give neither of the two arrays.

    """
    ours, other = _array(mine), _array(theirs)
    if ours.shape != other.shape:
        return Comparison(name, False, f"shapes differ: {ours.shape}, theirs {other.shape}")
    if np.array_equal(ours, other):
        return Comparison(name, True, "equal in every digit", 0.0)
    if step is None:
        most = float(np.abs(ours.astype(float) - other.astype(float)).max())
        return Comparison(name, None, f"differs by up to {most:.2g}: say the step and its operands to have it judged")
    return _judged(name, ours, other, _bound(step, operands, options, ours, other))


def _judged(name: str, ours: Array, other: Array, bound: Array) -> Comparison:
    difference = np.abs(ours.astype(float) - other.astype(float))
    with np.errstate(all="ignore"):
        ratios = np.where(difference == 0, 0.0, difference / bound)
    ratios = np.where(np.isnan(ratios), np.inf, ratios)
    index = tuple(map(int, np.unravel_index(int(ratios.argmax()), ratios.shape)))
    worst = float(ratios[index])
    if worst <= 1:
        return Comparison(name, True, f"rounding: {worst:.2g} of the bound", worst, index)
    told = f"{float(ours[index]):.6g}, theirs {float(other[index]):.6g}"
    return Comparison(name, False, f"beyond rounding: {worst:.2g} times the bound at {[*index]}: {told}", worst, index)


def _bound(step: str, operands: tuple[Any, ...], options: dict[str, Any], ours: Array, other: Array) -> Array:
    if step not in STEPS:
        raise UsageError(f"unknown step {step!r}: choose from {', '.join(STEPS)}")
    u = max(float(np.finfo(part.dtype).eps) for part in (ours, other) if part.dtype.kind == "f") / 2
    arrays = [_array(operand) for operand in operands]
    try:
        with np.errstate(all="ignore"):
            found = STEPS[step](lambda value: Running.exact(value, u), *arrays, **options)
        bound = np.asarray(np.broadcast_to(2 * found.error, ours.shape)) + float(np.finfo(float).tiny)
        value = np.broadcast_to(found.value, ours.shape)
    except (TypeError, ValueError, IndexError) as error:
        raise UsageError(f"{step!r} does not take these operands: {error}") from None
    if _far(ours, value, bound) and _far(other, value, bound):
        raise UsageError(f"{step!r} of these operands gives neither of the two: are they what it was computed from?")
    return bound


def _far(part: Array, value: Array, bound: Array) -> bool:
    """Whether some entry is not what the step gives of its operands."""
    with np.errstate(all="ignore"):
        return bool((np.isfinite(value) & ~(np.abs(part.astype(float) - value) <= bound)).any())


def _array(value: Any) -> Array:
    value = value.detach() if hasattr(value, "detach") else value
    return np.asarray(value)
