"""Back-propagation by hand: the study note's four equations in NumPy, and what rounding does to them."""

from .backprop import backprop
from .case import Architecture, Case, Pack
from .equations import EQUATIONS, TEXTBOOK_EQUATIONS, Equations, bp1, bp2, bp3, bp4
from .gradients import Gradients, Place, Quantity

__all__ = [
    "EQUATIONS",
    "TEXTBOOK_EQUATIONS",
    "Architecture",
    "Case",
    "Equations",
    "Gradients",
    "Pack",
    "Place",
    "Quantity",
    "backprop",
    "bp1",
    "bp2",
    "bp3",
    "bp4",
]
