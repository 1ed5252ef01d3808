"""When two lists of gradients are the same, or the same up to one factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....manual.shapes import Array

FLOOR = 1e-4
"""A layer whose numbers are less than this part of the largest layer's is measured by that part: sums
that cancel leave noise."""
NOTHING, NOTHING_SHORT = 1e-5, 5e-3
"""The same for a whole answer: the cases are made so that gradients are larger, but where a reaches y, and a − y is
what rounding left of it; in float32 that is so from farther away.
"""
TELLING, TELLING_SHORT = 1e-6, 1e-3
"""A layer with no larger entry tells no factor to the digits of SAME: its rounding is that of numbers near 1."""
SAME = 1e-9
"""Relative to the largest entry of an array: far above rounding, far below any mistake but float32."""
SAME_SHORT = 1e-4
"""The same for answers in float32."""

Ratio = float | None
"""The common factor of two lists; NaN where both are 0 and every factor fits, None where there is none."""


def as_shaped(got: Array, want: Array) -> Array | None:
    """`got` in the shape of `want`: as it is, without axes of length 1, or (where it fits no other way) transposed."""
    if got.shape == want.shape:
        return got
    if got.size != want.size:
        return None
    if np.squeeze(got).shape == np.squeeze(want).shape:
        return got.reshape(want.shape)
    return got.T if got.T.shape == want.shape else None


def ratio(got: Sequence[Array], want: Sequence[Array], same: float = SAME) -> Ratio:
    """The factor f with got = f · want, all layers alike; any where nothing was got."""
    if not got:
        return float("nan")
    if len(got) != len(want):
        return None
    factor = float("nan")
    least = max(
        NOTHING if same < SAME_SHORT else NOTHING_SHORT,
        FLOOR * max((float(np.abs(y).max(initial=0.0)) for y in want), default=0.0),
    )
    for x, y in zip(got, want, strict=True):
        shaped = as_shaped(x, np.asarray(y))
        if shaped is None:
            return None
        found = _of_layer(shaped, np.asarray(y), factor, same, least)
        if found is None:
            return None
        factor = found
    return factor


def _of_layer(x: Array, y: Array, factor: float, same: float, least: float) -> Ratio:
    largest = max(float(np.abs(y).max(initial=0.0)), least)
    if not largest > 0:
        return factor if not np.any(x) else None
    if np.isnan(factor) and not np.abs(y).max() > same * largest:
        return factor if bool((np.abs(x) <= same * largest).all()) else None
    if np.isnan(factor):
        factor = _quotient(x, y)
        if not np.isfinite(factor):
            return None
        if not np.abs(y).max() > (TELLING if same < SAME_SHORT else TELLING_SHORT):
            return float("nan") if _of_layer(x, y, factor, same, least) is not None else None
    fits = bool((np.abs(x - factor * y) <= same * abs(factor) * largest).all())
    return factor if fits and factor != 0 else None


def _quotient(x: Array, y: Array) -> float:
    """What the largest entry is multiplied by."""
    where = int(np.abs(y).argmax())
    return float(x.flat[where] / y.flat[where])


def is_one(factor: Ratio, of: float = 1.0, same: float = SAME) -> bool:
    """The factor is this number, or any would do."""
    return factor is not None and (np.isnan(factor) or abs(factor - of) <= same * abs(of))


def alike(first: Ratio, second: Ratio, same: float = SAME) -> Ratio:
    """The factor that both lists have; None where they differ."""
    if first is None or second is None:
        return None
    if np.isnan(first):
        return second
    return first if is_one(second, first, same) else None
