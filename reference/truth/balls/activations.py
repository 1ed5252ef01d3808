"""All activations by name."""

from __future__ import annotations

from .gated import GATED
from .hard import HARD
from .rows import BallActivation
from .smooth import SMOOTH
from .softmax import SOFTMAX

ACTIVATIONS: dict[str, BallActivation] = {**SMOOTH, **GATED, **HARD, "softmax": SOFTMAX}
