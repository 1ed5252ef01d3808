"""Activations made of straight pieces, with kinks where they meet; and the hardswish, of a parabola's.

At a kink conventions differ. Here the slope is the branch of smaller magnitude, as relu′(0) = 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..shapes import Layer
from .base import Kink
from .shaped import Shaped


class Hard(Shaped):
    """Straight pieces: what stands between the kinks says all but the value."""

    def __init__(
        self,
        name: str,
        at: tuple[float, ...],
        slopes: tuple[float, ...],
        value: Callable[[Layer], Layer],
        exact: bool = True,
        core: bool = False,
    ) -> None:
        self.name, self.core, self.roundings = name, core, 0.0 if exact else 1.0
        self.kinks = tuple(map(Kink, at, slopes, slopes[1:]))
        self._at, self._slopes, self._value = np.array(at), slopes, value

    def value(self, z: Layer) -> Layer:
        return self._value(z)

    def slope(self, z: Layer) -> Layer:
        pieces = np.array(self._slopes, z.dtype)
        left, right = (pieces[np.searchsorted(self._at, z, side)] for side in ("left", "right"))
        return np.where(np.abs(left) < np.abs(right), left, right)


class Hardswish(Shaped):
    """z min(max(z + 3, 0), 6)/6: 0, then a parabola, then z."""

    name = "hardswish"
    kinks = (Kink(-3.0, 0.0, -0.5), Kink(3.0, 1.5, 1.0))
    bends = (-3.0, 0.0, 3.0)

    def value(self, z: Layer) -> Layer:
        return np.where(z < 3, z * np.clip(z + 3, 0, 6) / 6, z)

    def slope(self, z: Layer) -> Layer:
        return np.where(z >= 3, 1, np.where(z > -3, (2 * z + 3) / 6, 0)).astype(z.dtype)

    def parts(self, z: Layer) -> Layer:
        """z/3 + ½ cancels at the minimum."""
        return np.where(np.abs(z) <= 3, np.abs(z) / 3 + 0.5, self.slope(z))

    def curvature(self, z: Layer) -> Layer:
        return np.where(np.abs(z) <= 3, 1 / 3, 0.0)


RELU = Hard("relu", (0.0,), (0.0, 1.0), lambda z: np.maximum(z, 0), core=True)
IDENTITY = Hard("identity", (), (1.0,), np.copy, core=True)
LEAKY_RELU = Hard("leaky_relu", (0.0,), (0.01, 1.0), lambda z: np.where(z > 0, z, 0.01 * z), exact=False)
RELU6 = Hard("relu6", (0.0, 6.0), (0.0, 1.0, 0.0), lambda z: np.clip(z, 0, 6))
HARDTANH = Hard("hardtanh", (-1.0, 1.0), (0.0, 1.0, 0.0), lambda z: np.clip(z, -1, 1))
HARDSIGMOID = Hard("hardsigmoid", (-3.0, 3.0), (0.0, 1 / 6, 0.0), lambda z: np.clip(z + 3, 0, 6) / 6, exact=False)
