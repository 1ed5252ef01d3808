"""PyTorch: reverse-mode autograd, eager."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from . import own
from .protocol import Architecture, Array, Case, Gradients, Pack, Traits, one_by_one

CostFunction = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(z^L, a^L, y) → C summed over the examples."""

OWN: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "softplus": functional.softplus,
    "identity": lambda z: z,
    "softmax": partial(torch.softmax, dim=0),
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "gelu_tanh": partial(functional.gelu, approximate="tanh"),
    "silu": functional.silu,
    "mish": functional.mish,
    "softsign": functional.softsign,
    "logsigmoid": functional.logsigmoid,
    "tanhshrink": functional.tanhshrink,
    "relu6": functional.relu6,
    "hardtanh": functional.hardtanh,
    "hardsigmoid": functional.hardsigmoid,
    "hardswish": functional.hardswish,
}

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = ChainMap(OWN, own.Functions("torch"))  # type: ignore[arg-type]  # only read
"""These, and what rows of a user's own are called in torch."""


SMOOTHING = 0.1
"""ε of label smoothing."""

OF_ANY_OUTPUT: dict[str, CostFunction] = {
    "quadratic": lambda z, a, y: functional.mse_loss(a, y, reduction="sum") / 2,
    "huber": lambda z, a, y: functional.huber_loss(a, y, reduction="sum"),
}
"""Costs of a − y. torch has no log-cosh."""


def _smoothed_binary(z: Tensor, a: Tensor, y: Tensor) -> Tensor:
    target = y * (1 - SMOOTHING) + SMOOTHING / 2
    return functional.binary_cross_entropy_with_logits(z, target, reduction="sum")


def _smoothed_categorical(z: Tensor, a: Tensor, y: Tensor) -> Tensor:
    return functional.cross_entropy(z.T, y.T, reduction="sum", label_smoothing=SMOOTHING)


FUSED: dict[tuple[str, str], CostFunction] = {
    ("cross_entropy", "sigmoid"): lambda z, a, y: functional.binary_cross_entropy_with_logits(z, y, reduction="sum"),
    ("cross_entropy", "softmax"): lambda z, a, y: functional.cross_entropy(z.T, y.T, reduction="sum"),
    ("smoothed_cross_entropy", "sigmoid"): _smoothed_binary,
    ("smoothed_cross_entropy", "softmax"): _smoothed_categorical,
    ("kl", "softmax"): lambda z, a, y: functional.kl_div(torch.log_softmax(z, dim=0), y, reduction="sum"),
}
"""As the library recommends it: from the logits."""

UNFUSED: dict[tuple[str, str], CostFunction] = {
    ("cross_entropy", "sigmoid"): lambda z, a, y: functional.binary_cross_entropy(a, y, reduction="sum"),
    ("cross_entropy", "softmax"): lambda z, a, y: -(y * torch.log(a)).sum(),
}
"""As people also write it: from the activation."""


@dataclass(frozen=True)
class TorchAutograd:
    """`torch.autograd.grad` with respect to W, b and a zero Δz^l added to each weighted input."""

    name: str
    costs: Mapping[tuple[str, str], CostFunction]
    version: str = torch.__version__
    traits: Traits = Traits(recomputes=False)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        missing = [name for name in architecture.activations if name not in ACTIVATIONS]
        if missing:
            return f"no mapping for activation {missing[0]!r}"
        return None if self._cost(architecture) else f"no mapping for cost {architecture.cost!r}"

    def _cost(self, architecture: Architecture) -> CostFunction | None:
        output = architecture.activations[-1]
        return self.costs.get((architecture.cost, output), OF_ANY_OUTPUT.get(architecture.cost))

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with torch.enable_grad():
            return one_by_one(pack, self._gradients)

    def _gradients(self, case: Case) -> Gradients[Array]:
        weights, biases = [_leaf(w) for w in case.weights], [_leaf(b) for b in case.biases]
        x, y = torch.from_numpy(case.x.copy()), torch.from_numpy(case.y.copy())
        nudges = [_leaf(np.zeros((len(b), case.examples), case.dtype)) for b in case.biases]
        zs, activations, a = [], [], x
        for w, b, nudge, name in zip(weights, biases, nudges, case.architecture.activations, strict=True):
            z = w @ a + b[:, None] + nudge
            a = ACTIVATIONS[name](z)
            zs.append(z)
            activations.append(a)
        cost_function = self._cost(case.architecture)
        assert cost_function is not None, f"{self.name} does not support {case.architecture}"
        cost = cost_function(zs[-1], a, y) * case.share
        depth = len(weights)
        grads = [_array(g) for g in torch.autograd.grad(cost, [*weights, *biases, *nudges])]
        return Gradients(
            nabla_w=tuple(grads[:depth]),
            nabla_b=tuple(grads[depth : 2 * depth]),
            delta=tuple(grads[2 * depth :]),
            z=tuple(map(_array, zs)),
            a=tuple(map(_array, activations)),
            cost=_array(cost),
        )


def _leaf(array: Array) -> Tensor:
    return torch.from_numpy(array.copy()).requires_grad_()


def _array(tensor: Tensor) -> Array:
    return np.asarray(tensor.detach().numpy())


AUTOGRAD = TorchAutograd("torch", FUSED)
UNFUSED_AUTOGRAD = TorchAutograd("torch.unfused", UNFUSED)
