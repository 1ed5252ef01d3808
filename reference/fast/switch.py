"""Whether the compiled way is taken: where numba is installed, and `BACKPROOF_FAST` is not `off`."""

from __future__ import annotations

import os
import warnings
from functools import cache

VARIABLE, OFF = "BACKPROOF_FAST", "off"


def fast() -> bool:
    """Whether to take the compiled way."""
    return os.environ.get(VARIABLE) != OFF and installed()


@cache
def installed() -> bool:
    """Whether numba can be had; one that refuses this NumPy is as good as none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import numba  # noqa: F401
    except ImportError:
        return False
    return True
