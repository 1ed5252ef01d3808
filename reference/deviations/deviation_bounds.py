"""By how much more a library is known to be off: the wider bounds that rows of deviations.toml name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...manual.activations import ACTIVATIONS, SOFTMAX, Elementwise
from ...manual.activations.gated import Gated
from ...manual.costs import COSTS
from ...manual.rounding.arithmetic import TEXTBOOK, Arithmetic, Excess, Inexact, Practice
from ...manual.shapes import Array


def _sigmoid(z: Array) -> Array:
    return ACTIVATIONS["sigmoid"].value(z)


def _nothing(z: Inexact, y: Array | None) -> Array:
    return np.zeros_like(z.error)


def linear_beyond_20(row: str, arithmetic: Arithmetic) -> Excess:
    """A value z for ln(1 + e^z) and a slope 1 for σ(z), from z = 20: both are off by at most e^−z."""

    def tail(z: Inexact, y: Array | None) -> Array:
        return np.where(z.value + 2 * z.error > 20, np.exp(-np.maximum(20, z.value - 2 * z.error)), 0.0)

    return Excess(row, tail, tail)


def sixth_of_float32(row: str, arithmetic: Arithmetic) -> Excess:
    """1/6 as float32 has it: the slope between the kinks is off by 5e-9."""
    off = float(np.float32(1) / np.float32(6)) - 1 / 6

    def slope(z: Inexact, y: Array | None) -> Array:
        return np.where(np.abs(z.value) - 2 * z.error <= 3, off, 0.0)

    return Excess(row, lambda z, y: np.zeros_like(z.error), slope)


def hundredth_of_float32(row: str, arithmetic: Arithmetic) -> Excess:
    """0.01 as float32 has it: left of 0 the slope is off by 2e-10."""
    off = abs(float(np.float32(0.01)) - 0.01)

    def slope(z: Inexact, y: Array | None) -> Array:
        return np.where(z.value - 2 * z.error < 0, off, 0.0)

    return Excess(row, lambda z, y: slope(z, y) * z.most, slope)


def constants_of_float32(row: str, arithmetic: Arithmetic) -> Excess:
    """z G(cz) with constants that float32 rounded: as if z were off by a few of its roundings, and each term."""
    sigma, few = ACTIVATIONS[row], 8 * 2.0**-24
    assert isinstance(sigma, Gated)

    def slope(z: Inexact, y: Array | None) -> Array:
        return sigma.bent(Inexact(z.value, z.error + few * z.most)) + few * sigma.parts(z.value)

    return Excess(row, lambda z, y: z.most * slope(z, y), slope)


def branch_of_rounded(row: str, arithmetic: Arithmetic) -> Excess:
    """e^z − 1, rounded to 0 for tiny z < 0, decides the branch of the slope."""
    sigma = ACTIVATIONS[row]
    assert isinstance(sigma, Elementwise)
    (kink,) = sigma.kinks

    def slope(z: Inexact, y: Array | None) -> Array:
        near = np.abs(z.value) - 2 * z.error <= 4 * arithmetic.u
        return np.where(near, abs(kink.right - kink.left), 0.0)

    return Excess(row, _nothing, slope)


def _one_sided(z: Inexact, y: Array) -> Array:
    """|σ(z) − y| at most."""
    return np.abs(1 - y) * _sigmoid(z.value + 2 * z.error) + np.abs(y) * _sigmoid(2 * z.error - z.value)


def _logs_of_rounded(z: Inexact, y: Array, arithmetic: Arithmetic) -> Array:
    """What ln(1 − a) and ln a lose because a was rounded: 1 − a keeps an error of u, not a relative one."""
    most, log_lowest = np.abs(z.value) + 2 * z.error, -np.log(arithmetic.omega)
    relative = 8 * arithmetic.u * np.exp(np.minimum(most, 700))
    lost = np.where(relative < 1 / 2, 2 * relative, most + 100)
    underflow = np.where(most > min(100.0, log_lowest) - 1, most + 100, 0.0)
    return np.where(z.value + 2 * z.error > 0, np.abs(1 - y) * lost, 0.0) + (np.abs(y) + np.abs(1 - y)) * underflow


def _saturated(z: Inexact, slope: float) -> Array:
    """Where σ′ may be computed as less than this."""
    reach = np.abs(z.value) + 2 * z.error
    return np.exp(-reach) <= 2 * slope


def binary_clamped(row: str, arithmetic: Arithmetic) -> Excess:
    """(a − y)/max(a(1 − a), 1e-12) · a(1 − a): between 0 and the truth once a(1 − a) may be below the clamp."""

    def slope(z: Inexact, y: Array | None) -> Array:
        assert y is not None
        return np.where(_saturated(z, max(1e-12, 2 * arithmetic.u)), _one_sided(z, y), 0.0)

    def value(z: Inexact, y: Array | None) -> Array:
        assert y is not None
        return _logs_of_rounded(z, y, arithmetic)

    return Excess(row, value, slope)


def binary_rounded_away(row: str, arithmetic: Arithmetic) -> Excess:
    """1/(1 − a) · a(1 − a) where 1 − a, or a, may be computed as 0: no number comes out."""

    def gone(z: Inexact) -> Array:
        positive = (z.value + 2 * z.error > 0) & _saturated(z, 4 * arithmetic.u)
        negative = (z.value - 2 * z.error < 0) & _saturated(z, 8 * arithmetic.omega)
        return np.where(positive | negative, np.inf, 0.0)

    def value(z: Inexact, y: Array | None) -> Array:
        assert y is not None
        return gone(z) + _logs_of_rounded(z, y, arithmetic)

    return Excess(row, value, lambda z, y: gone(z))


def categorical_underflow(row: str, arithmetic: Arithmetic) -> Excess:
    """ln p where p may underflow: one such entry takes its whole example with it."""

    def gone(z: Inexact, y: Array | None) -> Array:
        deepest = SOFTMAX.gap(z).max(axis=-2, keepdims=True) + np.log(z.value.shape[-2])
        return np.where(deepest > -np.log(arithmetic.omega) - 8, np.inf, 0.0) * np.ones_like(z.error)

    return Excess(row, gone, gone)


SINGLE = Arithmetic("float32", practised=Practice(c=200.0, c_log=200.0))
"""Of a program that rounds everything to float32, also the argument of an exponential: |z| u, up to |z| = 104."""


def float32_inside(row: str, arithmetic: Arithmetic, single: Arithmetic = SINGLE) -> Excess:
    """An activation that is worked out in float32, whatever it is given."""
    sigma = ACTIVATIONS[row]

    def slope(z: Inexact, y: Array | None) -> Array:
        slope_error = getattr(sigma, "textbook_slope_error", sigma.value_error)
        return np.asarray(slope_error(z, single))

    return Excess(row, lambda z, y: sigma.value_error(z, single), slope)


def float32_throughout(row: str, arithmetic: Arithmetic) -> Excess:
    """An activation that takes float32 only: also what comes back through it is rounded."""
    single = Arithmetic("float32", flushes=arithmetic.flushing)
    return float32_inside(row, arithmetic, single)._replace(narrow=single)


def float32_products(row: str, arithmetic: Arithmetic) -> Excess:
    """Matrix products whose operands are rounded to float32, and which are summed there."""
    return Excess(row, _nothing, _nothing, Arithmetic("float32", flushes=arithmetic.flushing))


def float32_head(activation: str) -> Callable[[str, Arithmetic], Excess]:
    """The same of a cost on outputs of this activation."""

    def make(row: str, arithmetic: Arithmetic) -> Excess:
        head = COSTS[row].head(activation)

        def operands(z: Inexact, y: Array | None) -> tuple[Inexact, Inexact, Inexact]:
            assert y is not None
            a = Inexact(head.sigma.value(z.value), head.sigma.value_error(z, SINGLE))
            return z, a, SINGLE.read(y)

        def value(z: Inexact, y: Array | None) -> Array:
            each = head.value_error(*operands(z, y), SINGLE, TEXTBOOK)
            return np.broadcast_to(each[..., None, :] / z.value.shape[-2], z.value.shape)

        return Excess(row, value, lambda z, y: head.delta_error(*operands(z, y), SINGLE, TEXTBOOK))

    return make


def stated(row: str, value: float = 0.0, slope: float = 0.0, low: float = -np.inf, high: float = np.inf) -> Excess:
    """The value off by so much, and the slope (of a cost: δ^L), absolutely, where z lies between low and high."""

    def where(z: Inexact, off: float) -> Array:
        return np.where((z.value + 2 * z.error >= low) & (z.value - 2 * z.error <= high), off, 0.0)

    return Excess(row, lambda z, y: where(z, value), lambda z, y: where(z, slope))


BOUNDS: dict[str, Callable[[str, Arithmetic], Excess]] = {
    "linear_beyond_20": linear_beyond_20,
    "sixth_of_float32": sixth_of_float32,
    "hundredth_of_float32": hundredth_of_float32,
    "constants_of_float32": constants_of_float32,
    "branch_of_rounded": branch_of_rounded,
    "binary_clamped": binary_clamped,
    "binary_rounded_away": binary_rounded_away,
    "categorical_underflow": categorical_underflow,
    "float32_inside": float32_inside,
    "float32_throughout": float32_throughout,
    "float32_products": float32_products,
    "float32_sigmoid_head": float32_head("sigmoid"),
    "float32_softmax_head": float32_head("softmax"),
}
