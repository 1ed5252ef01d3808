"""PyTorch as most people write it: an nn.Module of nn.Linear layers, nn losses, `backward()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from .objective import Shown, as_gradients
from .protocol import Architecture, Array, Case, Gradients
from .torch_autograd import FUSED, TorchBackend, array_of

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(z^L, a^L, y), examples in rows → C summed over the examples."""

MODULES = {name.lower(): getattr(nn, name) for name in nn.modules.activation.__all__} | {"identity": nn.Identity}
"""The classes of torch.nn, by their names without capitals."""
LOSSES: dict[str, Loss] = {
    "quadratic": lambda z, a, y: nn.MSELoss(reduction="sum")(a, y) / 2,
    "huber": lambda z, a, y: nn.HuberLoss(reduction="sum")(a, y),
    "cross_entropy sigmoid": lambda z, a, y: nn.BCEWithLogitsLoss(reduction="sum")(z, y),
    "cross_entropy softmax": lambda z, a, y: nn.CrossEntropyLoss(reduction="sum")(z, y),
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
    return torch.from_numpy(array[:0].copy()).dtype


def _linear(w: Array, b: Array) -> nn.Module:
    """nn.Linear with these weights; made without its random ones, which would move the generator on."""
    n, n_in = w.shape
    linear: nn.Linear = skip_init(nn.Linear, n_in, n, dtype=_dtype(w))  # type: ignore[no-untyped-call]  # torch's
    linear.weight, linear.bias = (nn.Parameter(torch.from_numpy(array.copy())) for array in (w, b))
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
        network, loss = Network(case).to(self.device), _loss(case.architecture)
        assert loss is not None
        x, y = (torch.from_numpy(array.T.copy()).to(self.device) for array in (case.x, case.y))
        zs, activations = network(x)
        cost = loss(zs[-1], activations[-1], y) * case.share
        cost.backward()  # type: ignore[no-untyped-call]  # torch's
        leaves = [*(linear.weight for linear in network.linears), *(linear.bias for linear in network.linears)]
        derivatives = [*(leaf.grad for leaf in leaves), *(nudge.grad.T for nudge in network.nudges)]
        shown = Shown(tuple(z.T for z in zs), tuple(a.T for a in activations), cost)
        return as_gradients((derivatives, shown), array_of)


MODULE = TorchModule("torch.nn", FUSED, what="an nn.Module of nn.Linear, nn losses, backward()")
