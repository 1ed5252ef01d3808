"""All rounding errors of a forward and a backward pass as one linear form with signs: docs/bounds.md, section 14."""

from .bound import LARGEST, zonotope

__all__ = ["LARGEST", "zonotope"]
