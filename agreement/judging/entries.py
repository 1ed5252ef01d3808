"""The passes of a comparison over all entries of a part: in NumPy, or compiled to the same bits."""

from __future__ import annotations

import numpy as np

from ...manual.rounding.arithmetic import Arithmetic
from ...manual.shapes import Array
from ...reference.fast.switch import fast
from ...reference.truth.enclosure import Enclosure


def ulps(x: Array, arithmetic: Arithmetic) -> Array:
    """Of every entry the distance of neighbouring floats there."""
    if fast():
        from . import compiled_entries

        return compiled_entries.ulps(x, *arithmetic.spacing)
    return arithmetic.ulp(x)


def bounds(hi: Array, error: Array, margin: float, arithmetic: Arithmetic) -> Array:
    """The bound proper: the derived error, a margin for its own evaluation, and one ulp."""
    if fast():
        from . import compiled_entries

        return compiled_entries.bounds(hi, error, margin, *arithmetic.spacing)
    return margin * error + arithmetic.ulp(np.abs(hi) + error)


def differences(got: Array, truth: Enclosure, stable: Array, opened: Array) -> tuple[Array, bool]:
    """Each error, and whether all are accurate for sure, and have a bound on every branch."""
    wide = got.astype(np.float64, copy=False)
    if fast():
        from . import compiled_entries

        return compiled_entries.differences(wide, truth, stable, opened)
    error = (wide - truth.hi) - truth.lo
    accurate = (np.abs(error) + truth.radius <= stable).all() and opened.max() < np.inf
    return error, bool(accurate)


def reached(hi: Array, bound: Array, part: float) -> bool:
    """Whether some bound is this part of its value, or more."""
    if fast():
        from . import compiled_entries

        return compiled_entries.reached(hi, bound, part)
    return bool((bound >= part * np.abs(hi)).any())
