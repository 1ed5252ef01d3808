"""Activations and costs in ball arithmetic, one row each.

Written from their definitions in Arb balls, apart from the hand-written module: nothing here may be
wrong in the same way.
"""

from .activations import ACTIVATIONS
from .costs import cost
from .rows import BallActivation, BallCost, Column, elementwise

__all__ = ["ACTIVATIONS", "BallActivation", "BallCost", "Column", "cost", "elementwise"]
