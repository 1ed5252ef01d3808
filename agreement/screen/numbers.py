"""Numbers as a reader wants them: a ratio in two decimals, a share in per cent, a count with its noun."""

from __future__ import annotations

import math

MANY = 1e6
"""A number from here on says no more than that it is large."""


def ratio(value: float) -> str:
    """error/allowed in two decimals, rounded up so that it is never said to be smaller than it is: 0.47, 0.01."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if value >= MANY:
        return "10^6 and more"
    return f"{max(math.ceil(round(100 * value, 6)), 1) / 100:.2f}"


def times(value: float) -> str:
    """How many times as large, while that says something: ×1.3, ×10^6 and more."""
    return "–" if value != value else f"×{value:.3g}" if value < MANY else "×10^6 and more"


def share(part: float) -> str:
    """A share in per cent with one decimal, never 0 for what is there."""
    return "< 0.1 %" if 0 < part < 0.0005 else f"{100 * part:.1f} %"


def counted(n: int, noun: str) -> str:
    """A number with its noun: 1 case, 1,200 cases."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def together(names: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def took(seconds: float) -> str:
    """A time as a person says it."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
