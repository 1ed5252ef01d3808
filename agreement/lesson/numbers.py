"""Numbers as the page writes them."""

from __future__ import annotations

import numpy as np

MINUS = "−"


def short(x: float, digits: int = 4) -> str:
    """A few significant digits, for reading."""
    value = float(x)
    if value == 0 or not np.isfinite(value):
        return _signed(f"{value:g}")
    if 1e-4 <= abs(value) < 1e5:
        return _signed(f"{value:.{digits}g}" if abs(value) >= 10 ** (digits - 1) else f"{value:#.{digits}g}")
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return _signed(f"{mantissa}e{int(exponent)}")


DIGITS = {"float64": 17, "float32": 9}
"""As many as tell every float of a dtype from its neighbours."""


def full(x: float, dtype: str) -> str:
    """All digits that a float of this dtype needs, always as many, so that two numbers can be laid side by side."""
    value = float(x)
    return _signed(f"{value:#.{DIGITS[dtype]}g}") if value and np.isfinite(value) else _signed(f"{value:g}")


def ulps(x: float) -> str:
    """A signed error in ulps."""
    if x != x:
        return "–"
    if x == 0:
        return "0"
    return _signed(f"{x:+.2f}" if abs(x) < 100 else f"{x:+.1e}")


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def common(text: str, truth: str) -> int:
    """How many leading characters two numbers share: the digits that agree."""
    pairs = zip(text, truth, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(text), len(truth)))


def brief(x: float) -> str:
    """A number that was chosen, such as a weight: no zeros at its end."""
    return _signed(f"{float(x):.4g}")


def plain(x: float, digits: int = 2) -> str:
    """A few significant digits without an exponent, for a size in a sentence; from a thousandth on."""
    value = max(abs(float(x)), 1e-3)
    return f"{float(f'{value:.{digits}g}'):.10g}"
