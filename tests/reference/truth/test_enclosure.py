from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from backproof.reference.truth.enclosure import enclosure
from flint import arb, ctx


def ball(middle: Any, radius: Any = 0) -> arb:
    return arb(middle, radius)


@pytest.mark.parametrize(
    ("one", "radius"),
    [
        (ball(0.5), 0.0),
        (ball(0.5, arb(2) ** -2000), 5e-324),  # as a float it would be 0: exact is only what is exactly so
        (ball(0, arb(2) ** -1074), 1e-323),
        (ball(1, 0.25), 0.25),
        (ball("nan"), np.inf),
        (arb("+inf"), np.inf),
        (ball(1, "inf"), np.inf),
        (ball(arb(2) ** 1024), np.inf),
    ],
)
def test_the_radius_is_never_rounded_down(one: arb, radius: float) -> None:
    found = enclosure([ball(1), one], (2, 1)).radius[1, 0]
    assert radius <= found <= radius * (1 + 2.0**-28) + 5e-324 * (radius > 0)  # a radius has 30 bits


def test_two_floats_hold_what_one_does_not() -> None:
    with ctx.workprec(300):
        third = arb(1) / 3
        hi, lo, radius = (float(part[0]) for part in enclosure([third], (1,)))
        assert (arb(hi) + arb(lo) - third).abs_upper() <= radius <= 2.0**-107
    assert hi == 1 / 3
