"""HIPS autograd: reverse mode over NumPy itself."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp
from autograd.scipy.special import expit, logsumexp
from autograd.tracer import getval

from ..adapter_base import Peer
from ..objective import Answer, LibraryWords, Objective, Shown, leaves_among
from ..protocol import Array


def _below_top(z: Any) -> Any:
    """z − max z: the maximum is a number, no part of the gradient."""
    return z - getval(z).max(axis=0)


def _softmax(z: Any) -> Any:
    powers = anp.exp(_below_top(z))
    return powers / anp.sum(powers, axis=0)


def _log_softmax(z: Any) -> Any:
    low = _below_top(z)
    return low - logsumexp(low, axis=0)


WORDS = LibraryWords(
    activations={
        "sigmoid": expit,
        "tanh": anp.tanh,
        "relu": lambda z: anp.maximum(z, 0),
        "softplus": lambda z: anp.logaddexp(z, 0),
        "identity": lambda z: z,
        "softmax": _softmax,
    },
    costs={
        ("cross_entropy", "sigmoid"): lambda z, a, y: anp.sum(y * anp.logaddexp(-z, 0) + (1 - y) * anp.logaddexp(z, 0)),
        ("cross_entropy", "softmax"): lambda z, a, y: -anp.sum(y * _log_softmax(z)),
    },
    of_any_output={"quadratic": lambda z, a, y: anp.sum((a - y) ** 2) / 2},
)


class HipsAutograd(Peer):
    """HIPS autograd: `make_vjp`, the pull-back of 1."""

    def answer(self, cost: Objective, arrays: tuple[Array, ...]) -> Answer:
        seen: list[Shown] = []

        def total(*given: Any) -> Any:
            value, shown = cost(*given)
            seen.append(shown)
            return value

        pull, value = make_vjp(total, tuple(range(leaves_among(arrays))))(*arrays)
        return pull(np.ones_like(value)), seen[0]

    def array(self, value: Any) -> Array:
        """As NumPy has it: what the tape saw is still boxed."""
        return super().array(getattr(value, "_value", value))


AUTOGRAD = HipsAutograd("autograd", version("autograd"), WORDS)
