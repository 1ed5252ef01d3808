"""MyGrad: tensors over NumPy, `backward()`."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import mygrad
from mygrad.nnet import activations

from ..adapter_base import Peer
from ..objective import Answer, LibraryWords, Objective, leaves_among
from ..protocol import Array, Case


def _as(z: Any, number: float) -> Any:
    """A number in z's dtype: beside one of Python, MyGrad goes on in float64."""
    return z.dtype.type(number)


WORDS = LibraryWords(
    activations={
        "sigmoid": activations.sigmoid,
        "tanh": activations.tanh,
        "relu": activations.relu,
        "softplus": lambda z: mygrad.logaddexp(z, _as(z, 0)),
        "identity": lambda z: z,
        "softmax": lambda z: activations.softmax(z, axis=0),
    },
    costs={
        ("cross_entropy", "sigmoid"): lambda z, a, y: (
            y * mygrad.logaddexp(-z, _as(z, 0)) + (_as(z, 1) - y) * mygrad.logaddexp(z, _as(z, 0))
        ).sum(),
        ("cross_entropy", "softmax"): lambda z, a, y: -(y * activations.logsoftmax(z, axis=0)).sum(),
    },
    of_any_output={"quadratic": lambda z, a, y: ((a - y) ** 2).sum() * _as(z, 1 / 2)},
)


class MyGrad(Peer):
    """MyGrad: `C.backward()`, then `.grad` of each leaf."""

    def share(self, case: Case) -> Any:
        return case.dtype.type(case.share)

    def answer(self, cost: Objective, arrays: tuple[Array, ...]) -> Answer:
        tensors = [*map(mygrad.tensor, arrays)]
        total, shown = cost(*tensors)
        total.backward()
        return [leaf.grad for leaf in tensors[: leaves_among(arrays)]], shown

    def array(self, value: Any) -> Array:
        return super().array(getattr(value, "data", value))


MYGRAD = MyGrad("mygrad", version("mygrad"), WORDS)
