"""The quantities of the four equations by value: what is this array that an autodiff tool holds?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...manual.activations import ACTIVATIONS, Elementwise
from ...manual.backprop import backprop
from ...manual.case import Case
from ...manual.gradients import Gradients
from ...manual.shapes import Array


@dataclass(frozen=True, eq=False)
class Known:
    """A quantity of the lesson: its part on the page, its formula, the equation that makes it, its value."""

    part: str
    formula: str
    equation: str
    value: Array


def quantities(case: Case) -> list[Known]:
    """Everything that a forward and a backward pass make, with the halves of BP1 and BP2, in that order."""
    g = backprop(case)
    assert g.z is not None
    assert g.a is not None
    known = [Known("a0", "a^0=x", "", case.x), Known("y", "y", "", case.y)]
    for layer, (w, b) in enumerate(zip(case.weights, case.biases, strict=True), start=1):
        known += [
            Known(f"W{layer}", f"W^{layer}", "", w),
            Known(f"b{layer}", f"b^{layer}", "", b[:, None]),
            Known(f"z{layer}", f"W^{layer}a^{layer - 1}", "forward", w @ (case.x, *g.a)[layer - 1]),
            Known(f"z{layer}", f"z^{layer}", "forward", g.z[layer - 1]),
            Known(f"a{layer}", f"a^{layer}", "forward", g.a[layer - 1]),
        ]
    return [*known, Known("C", "C", "forward", np.asarray(g.cost)), *_slopes(case, g), *_backward(case, g)]


def _slopes(case: Case, g: Gradients[Array]) -> Iterator[Known]:
    """σ′(z^l) wherever it is a factor of BP1 or BP2."""
    assert g.z is not None
    architecture = case.architecture
    for layer, (name, z) in enumerate(zip(architecture.activations, g.z, strict=True), start=1):
        sigma = ACTIVATIONS[name]
        if isinstance(sigma, Elementwise) and (layer < architecture.depth or architecture.cost == "quadratic"):
            yield Known(
                f"slope{layer}", f"σ′(z^{layer})", "bp1" if layer == architecture.depth else "bp2", sigma.slope(z)
            )


def _backward(case: Case, g: Gradients[Array]) -> Iterator[Known]:
    assert g.delta is not None
    assert g.a is not None
    depth = case.architecture.depth
    if case.architecture.cost == "quadratic":
        yield Known(f"nabla{depth}", "∇_aC", "bp1", (g.a[-1] - case.y) * case.share)
    for layer in range(depth, 0, -1):
        delta = g.delta[layer - 1]
        yield Known(f"delta{layer}", f"δ^{layer}", "bp1" if layer == depth else "bp2", delta)
        yield Known(f"db{layer}", f"frac{{∂C}}{{∂b^{layer}}}", "bp3", g.nabla_b[layer - 1])
        yield Known(f"db{layer}", f"frac{{∂C}}{{∂b^{layer}}}", "bp3", g.nabla_b[layer - 1][:, None])
        yield Known(f"dW{layer}", f"frac{{∂C}}{{∂W^{layer}}}", "bp4", g.nabla_w[layer - 1])
        if layer > 1:
            yield Known(f"back{layer - 1}", f"(W^{layer})^⊤δ^{layer}", "bp2", case.weights[layer - 1].mT @ delta)


def named(value: Array, known: list[Known]) -> tuple[Known, bool] | None:
    """What a value is, and whether it stands transposed; None if it is nothing of ours."""
    for one in known:
        if _close(value, one.value):
            return one, False
        if value.ndim == 2 and _close(value, one.value.T):
            return one, True
    return None


def _close(value: Array, target: Array) -> bool:
    if value.shape != target.shape:
        return False
    # Half of the digits: far above rounding, far below a coincidence.
    scale, close = float(np.abs(target).max()), float(np.sqrt(np.finfo(target.dtype).eps))
    return scale > 0 and bool((np.abs(value - target) <= close * scale).all())
