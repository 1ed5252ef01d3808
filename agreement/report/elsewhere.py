"""What other checks would have seen, and how large two mistakes are: measured, and drawn beside a run's own sight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Check(NamedTuple):
    """From which relative error of one weight gradient on it is seen, half of the time and 99 %."""

    name: str
    half: float
    ninety_nine: float
    own: bool = False
    least: float = 0.0


ELSEWHERE = (
    Check("jax check_grads", 1.1481536214968736e-3, 4.168693834703351),
    Check("torch gradcheck", 1.258925411794157e-3, 0.31622776601683694),
)
"""With their defaults, a relative error planted in one entry: benchmarks/sensitivity.py."""
MISTAKES = (
    Check("δ rounded to float32", 2.7e-8, 1.3e-7, least=4.5e-9),
    Check("σ′ forgotten", 3.8, 1e2, least=0.26),
)
"""The 10 %, 50 % and 90 % quantiles of the errors they make: benchmarks/mistake_sizes.py."""
OWN = {"each step": "Backproof, each step", "end to end": "Backproof, end to end", "allclose": "allclose(rtol=1e-5)"}


def checks(see: dict[str, Any]) -> Iterator[Check]:
    """What this run would have seen, by each judgement and by allclose, then what others see."""
    for key, name in OWN.items():
        half, most = see.get(key) or (None, None)
        if half is not None and most is not None and float(half) > 0:
            yield Check(name, float(half), float(most), own=key != "allclose")
    yield from ELSEWHERE
