"""PyTorch as most people write it: an nn.Module of nn.Linear layers, nn losses, `backward()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from ..objective import Shown, as_gradients
from ..protocol import Architecture, Array, Case, Gradients
from .torch_autograd import FUSED, TorchBackend, array_of, tensor_of

Loss = Callable[[str], Callable[[Tensor, Tensor, Tensor], Tensor]]
"""(reduction) → (z^L, a^L, y), examples in rows → C, summed or, with `none`, entry by entry or example by example."""

MODULES = {name.lower(): getattr(nn, name) for name in nn.modules.activation.__all__} | {"identity": nn.Identity}
"""The classes of torch.nn, by their names without capitals."""
LOSSES: dict[str, Loss] = {
    "quadratic": lambda reduction: lambda z, a, y: nn.MSELoss(reduction=reduction)(a, y) / 2,
    "huber": lambda reduction: lambda z, a, y: nn.HuberLoss(reduction=reduction)(a, y),
    "cross_entropy sigmoid": lambda reduction: lambda z, a, y: nn.BCEWithLogitsLoss(reduction=reduction)(z, y),
    "cross_entropy softmax": lambda reduction: lambda z, a, y: nn.CrossEntropyLoss(reduction=reduction)(z, y),
}
"""By cost, or by cost and output activation."""


def _module(name: str) -> Any:
    made = MODULES.get(name.replace("_", ""))
    return None if made is None else made(dim=1) if name == "softmax" else made()


def _loss(architecture: Architecture) -> Loss | None:
    return LOSSES.get(f"{architecture.cost} {architecture.activations[-1]}") or LOSSES.get(architecture.cost)


class Network(nn.Module):
    """Layers of nn.Linear, each followed by a zero Δz and an activation."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.linears = nn.ModuleList(map(_linear, case.weights, case.biases))
        self.nudges = nn.ParameterList(torch.zeros(case.examples, len(b), dtype=_dtype(b)) for b in case.biases)
        self.sigmas = nn.ModuleList(map(_module, case.architecture.activations))

    def forward(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Every z and a, examples in rows."""
        zs, activations = [], [x]
        for linear, nudge, sigma in zip(self.linears, self.nudges, self.sigmas, strict=True):
            zs.append(linear(activations[-1]) + nudge)
            activations.append(sigma(zs[-1]))
        return zs, activations[1:]


def _dtype(array: Array) -> torch.dtype:
    return tensor_of(array[:0]).dtype


def _linear(w: Array, b: Array) -> nn.Module:
    """nn.Linear with these weights; made without its random ones, which would move the generator on."""
    n, n_in = w.shape
    linear: nn.Linear = skip_init(nn.Linear, n_in, n, dtype=_dtype(w))  # type: ignore[no-untyped-call]  # torch's
    linear.weight, linear.bias = (nn.Parameter(tensor_of(array.copy())) for array in (w, b))
    return linear


@dataclass(frozen=True)
class TorchModule(TorchBackend):
    """PyTorch as an nn.Module: nn.Linear, nn activations and nn losses, then `backward()`."""

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        for name in architecture.activations:
            if name.replace("_", "") not in MODULES:
                return f"torch.nn has no module called {name!r}"
        return None if _loss(architecture) else f"no loss of torch.nn is mapped to cost {architecture.cost!r}"

    def _gradients(self, case: Case) -> Gradients[Array]:  # type: ignore[override]  # never a whole pack
        network = Network(case).to(self.device)
        x, y = (tensor_of(array.T.copy()).to(self.device) for array in (case.x, case.y))
        zs, activations = network(x)
        cost = self._cost(case, network, zs[-1], activations[-1], y)
        cost.backward()  # type: ignore[no-untyped-call]  # torch's
        leaves = [*(linear.weight for linear in network.linears), *(linear.bias for linear in network.linears)]
        derivatives = [*(leaf.grad for leaf in leaves), *(nudge.grad.T for nudge in network.nudges)]
        shown = Shown(tuple(z.T for z in zs), tuple(a.T for a in activations), cost)
        return as_gradients((derivatives, shown), array_of)

    def _cost(self, case: Case, network: Network, z: Tensor, a: Tensor, y: Tensor) -> Tensor:
        """The loss as most people weight and regularise it: unreduced times the weights, and a sum of p.pow(2)."""
        loss, weights = _loss(case.architecture), case.example_weights
        assert loss is not None
        if weights is None:
            cost = loss("sum")(z, a, y) * case.share
        else:
            each = loss("none")(z, a, y)
            counts = tensor_of(weights.copy()).to(self.device)
            cost = (each * counts.reshape(-1, *[1] * (each.ndim - 1))).sum() * case.share
        squares = [p.pow(2).sum() for p in network.linears.parameters() if p.ndim > 1]
        return cost + case.decay / 2 * torch.stack(squares).sum() if case.architecture.l2 else cost


MODULE = TorchModule("torch.nn", FUSED, what="an nn.Module of nn.Linear, nn losses, backward()")
