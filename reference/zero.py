"""A backend that answers 0 to everything: if it ever passes, the judge is broken."""

from __future__ import annotations

import numpy as np

from ..manual.network import feed_forward
from .protocol import Architecture, Array, Gradients, Pack, Traits


class Zero:
    """Right shapes, no gradients."""

    name = "zero"
    version = "0"
    traits = Traits(recomputes=False)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            layers = tuple(map(np.zeros_like, feed_forward(pack)[0]))
        return Gradients(
            nabla_w=tuple(map(np.zeros_like, pack.weights)),
            nabla_b=tuple(map(np.zeros_like, pack.biases)),
            delta=layers,
            z=layers,
            a=layers,
            cost=np.zeros(len(pack), pack.dtype),
        )


ZERO = Zero()
