"""Activations and costs in pairs, one row each, for all cases of a pack at once: arrays (K, n, m).

Written from their definitions, apart from the hand-written module and from the balls. What has no
row here is certified in balls. Why each is sharp: docs/certification.md, section 6.
"""

from .difference import OF_DIFFERENCE
from .gated import GATED
from .hard import HARD
from .labels import OF_LABELS
from .row import ONE, DoubledHead, DoubledRow
from .smooth import SMOOTH
from .softmax import SOFTMAX

ACTIVATIONS: dict[str, DoubledRow] = {**SMOOTH, **GATED, **HARD, "softmax": SOFTMAX}
HEADS: dict[tuple[str, str], DoubledHead] = {
    **{(cost, name): head(row) for cost, head in OF_DIFFERENCE.items() for name, row in ACTIVATIONS.items()},
    **OF_LABELS,
}

__all__ = ["ACTIVATIONS", "HEADS", "ONE", "DoubledHead", "DoubledRow"]
