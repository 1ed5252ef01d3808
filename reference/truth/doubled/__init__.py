"""Certified arithmetic for a whole pack: pairs of float64 with a proven radius (docs/certification.md).

Apart from the hand-written module and from the balls: neither's mathematics is used here.
"""

from .walk import covers, walk

__all__ = ["covers", "walk"]
