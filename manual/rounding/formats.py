"""The floating-point formats that cases come in: IEEE 754 binary formats, and bfloat16, as rows of data."""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """A binary format by its precision p and the exponent that 2 must stay below.

    The properties are named as in `numpy.finfo`, which knows nothing of bfloat16; all are floats.
    """

    digits: int
    """p: binary digits of the significand, the hidden one included."""
    maxexp: int
    """The least e with 2^e beyond the format."""

    @property
    def minexp(self) -> int:
        return 2 - self.maxexp

    @property
    def eps(self) -> float:
        """2^(1 − p), from 1 to the next number."""
        return 2.0 ** (1 - self.digits)

    @property
    def smallest_normal(self) -> float:
        return 2.0**self.minexp

    @property
    def smallest_subnormal(self) -> float:
        return self.smallest_normal * self.eps

    @property
    def max(self) -> float:
        """The largest finite number."""
        return (2 - self.eps) * 2.0 ** (self.maxexp - 1)


FORMATS = {
    "float64": Format(53, 1024),
    "float32": Format(24, 128),
    "float16": Format(11, 16),
    "bfloat16": Format(8, 128),
}
NARROWED = {"tf32": Format(10, 128), "bfloat16": FORMATS["bfloat16"]}
"""What processors may narrow the operands of a float32 product to; TF32 has 11 digits, and cuts the others off."""
DTYPES = ("float64", "float32")
"""What is checked unless another is asked for."""
