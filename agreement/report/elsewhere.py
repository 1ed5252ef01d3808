"""What other checks would have seen, and how large two mistakes are: measured, and drawn beside a run's own sight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Check(NamedTuple):
    """From which relative error of one weight gradient on it is seen, half of the time and 99 %."""

    name: str
    half: float
    ninety_nine: float
    ours: bool = False


class MistakeSize(NamedTuple):
    """The relative errors that a mistake makes: their 10 %, 50 % and 90 % quantiles."""

    name: str
    tenth: float
    half: float
    nine_tenths: float


ELSEWHERE = (
    Check("jax check_grads", 1.1481536214968736e-3, 4.168693834703351),
    Check("torch gradcheck", 1.258925411794157e-3, 0.31622776601683694),
)
"""With their defaults, a relative error planted in one entry: benchmarks/sensitivity.py."""
MISTAKES = (
    MistakeSize("δ rounded to float32", 4.5e-9, 2.7e-8, 1.3e-7),
    MistakeSize("σ′ forgotten", 0.26, 3.8, 1e2),
)
"""benchmarks/mistake_sizes.py."""
OF_A_RUN = {
    "each step": "Backproof, each step",
    "end to end": "Backproof, end to end",
    "allclose": "allclose(rtol=1e-5)",
}


def checks(see: dict[str, Any]) -> Iterator[Check]:
    """What this run would have seen, by each judgement and by allclose, then what others see."""
    for key, name in OF_A_RUN.items():
        half, most = see.get(key) or (None, None)
        if half is not None and most is not None and float(half) > 0:
            yield Check(name, float(half), float(most), ours=key != "allclose")
    yield from ELSEWHERE
