"""A training step of torch, jax or NumPy, traced again wherever its parameters are moved."""

from .choose import side_of
from .side import Leaf, Side, Trace

__all__ = ["Leaf", "Side", "Trace", "side_of"]
