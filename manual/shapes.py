"""The shapes of the note's symbols, named once.

Examples stand in columns, as in the note; any leading axes (`*k`) are a pack's.
"""

from __future__ import annotations

import sys
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float

    Array = np.ndarray[Any, np.dtype[Any]]
else:
    Array = np.ndarray
    if sys.modules.get("jaxtyping"):  # under the checker, which the tests load first
        from jaxtyping import Float
    else:

        class Float:
            """Without the checker a shape is a remark."""

            __class_getitem__ = staticmethod(itemgetter(0))


Layer = Float[Array, "*k n m"]
"""z^l, a^l or δ^l: one row a neuron, one column an example."""
LayerBelow = Float[Array, "*k n_in m"]
"""The same, one layer nearer the input."""
LayerAbove = Float[Array, "*k n_out m"]
"""The same, one layer nearer the output."""
Weights = Float[Array, "*k n n_in"]
"""W^l: w_jk joins neuron k of layer l − 1 to neuron j of layer l."""
WeightsAbove = Float[Array, "*k n_out n"]
"""W^{l+1}."""
Biases = Float[Array, "*k n"]
"""b^l."""
PerExample = Float[Array, "*k m"]
"""One number an example: the cost before it is averaged or summed."""
