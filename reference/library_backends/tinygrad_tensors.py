"""tinygrad on its PYTHON device, which has real float64 and needs no compiler; slow."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from ..adapter_base import Peer
from ..environment import variables
from ..objective import Answer, LibraryWords, Objective, leaves_among
from ..protocol import Array, Traits

# It would keep its kernels in a file of the user's.
with variables(DEV="PYTHON", CACHELEVEL="0"):
    from tinygrad import Tensor

WORDS = LibraryWords(
    activations={
        "sigmoid": Tensor.sigmoid,
        "tanh": Tensor.tanh,
        "relu": Tensor.relu,
        "softplus": Tensor.softplus,
        "identity": lambda z: z,
        "softmax": lambda z: z.softmax(axis=0),
    },
    costs={
        ("cross_entropy", "sigmoid"): lambda z, a, y: z.binary_crossentropy_logits(y, reduction="sum"),
        ("cross_entropy", "softmax"): lambda z, a, y: -(y * z.log_softmax(axis=0)).sum(),
    },
    of_any_output={"quadratic": lambda z, a, y: ((a - y) ** 2).sum() / 2},
)


class Tinygrad(Peer):
    """tinygrad: `C.backward()`, then `.grad` of each leaf."""

    def answer(self, cost: Objective, arrays: tuple[Array, ...]) -> Answer:
        tensors = [Tensor(array, device="PYTHON") for array in arrays]
        total, shown = cost(*tensors)
        total.backward()
        return [leaf.grad for leaf in tensors[: leaves_among(arrays)]], shown

    def array(self, value: Any) -> Array:
        return super().array(value.numpy())


TINYGRAD = Tinygrad("tinygrad", version("tinygrad"), WORDS, Traits(recomputes=True, architectures=2))
