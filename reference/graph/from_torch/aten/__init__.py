"""ATen operations as expansions in primitives, by name: one row each, forward and backward."""

from __future__ import annotations

from .activations import ACTIVATIONS
from .attention import ATTENTION
from .call import AtenCall, Row
from .distances import DISTANCES
from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .losses import LOSSES
from .multiplied_out import MULTIPLIED_OUT
from .norms import NORMS
from .otherwise import CANCELLING, DEVIATIONS
from .pooling import POOLING
from .products import PRODUCTS
from .recurrent import RECURRENT
from .reductions import REDUCTIONS
from .resampling import RESAMPLING
from .sampling import SAMPLING
from .shaping import SHAPING
from .systems import SYSTEMS
from .windows import WINDOWS

ROWS: dict[str, Row] = {
    **ELEMENTWISE,
    **ACTIVATIONS,
    **REDUCTIONS,
    **PRODUCTS,
    **SHAPING,
    **INDEXING,
    **POOLING,
    **NORMS,
    **LOSSES,
    **ATTENTION,
    **RECURRENT,
    **DISTANCES,
    **RESAMPLING,
    **SYSTEMS,
    **WINDOWS,
    **SAMPLING,
}

TEXTBOOK: dict[str, Row] = {**CANCELLING, **MULTIPLIED_OUT}
"""Formulas that cancel, and are in use: their rounding is digits lost."""

MOVING = frozenset((*SHAPING, *INDEXING))
"""What moves numbers as they are, in their own dtype."""

__all__ = ["DEVIATIONS", "MOVING", "ROWS", "TEXTBOOK", "AtenCall", "Row"]
