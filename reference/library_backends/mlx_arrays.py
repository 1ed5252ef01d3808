"""MLX on the cpu, the only device of it that has float64."""

from __future__ import annotations

from importlib.metadata import version

import mlx.core as mx
from mlx import nn

from ..adapter_base import Peer
from ..objective import Answer, LibraryWords, Objective, leaves_among
from ..protocol import Array, Traits

WORDS = LibraryWords(
    activations={
        "sigmoid": mx.sigmoid,
        "tanh": mx.tanh,
        "relu": nn.relu,
        "softplus": nn.softplus,
        "identity": lambda z: z,
        "softmax": lambda z: mx.softmax(z, axis=0),
    },
    costs={
        ("cross_entropy", "sigmoid"): lambda z, a, y: nn.losses.binary_cross_entropy(z, y, reduction="sum"),
        ("cross_entropy", "softmax"): lambda z, a, y: nn.losses.cross_entropy(z, y, axis=0, reduction="sum"),
    },
    of_any_output={"quadratic": lambda z, a, y: mx.square(a - y).sum() / 2},
)


class Mlx(Peer):
    """MLX: `mlx.core.value_and_grad`."""

    def answer(self, cost: Objective, arrays: tuple[Array, ...]) -> Answer:
        with mx.stream(mx.cpu):
            given = [mx.array(array, dtype=getattr(mx, str(array.dtype))) for array in arrays]

            (_, shown), derivatives = mx.value_and_grad(cost, tuple(range(leaves_among(arrays))))(*given)
            mx.eval(derivatives, *shown.z, *shown.a, shown.cost)
            return derivatives, shown


MLX = Mlx("mlx", version("mlx"), WORDS, Traits(recomputes=False))
