"""NumPy's dtypes by the names of the formats."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np


def dtype_of(name: str) -> np.dtype[Any]:
    """NumPy's own, or for bfloat16 that of ml_dtypes, of which NumPy knows by its name from then on."""
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)
