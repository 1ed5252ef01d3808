"""A training step of torch, jax or NumPy, traced again wherever its parameters are moved."""

from .choose import side_of
from .side import Leaf, PortedStep, TracedStep

__all__ = ["Leaf", "PortedStep", "TracedStep", "side_of"]
