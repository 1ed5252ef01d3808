"""PyTorch: its words for a network, and the backend; the modes stand in torch_modes.py."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import ml_dtypes
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...manual.rounding.formats import FORMATS
from .. import user_rows
from ..environment import untouched
from ..objective import (
    Answer,
    CostFunction,
    Costs,
    Layer,
    LibraryWords,
    Objective,
    arrays_of,
    as_gradients,
    leaves_among,
    objective,
    plain,
    too_many,
)
from ..protocol import Architecture, Array, Case, Gradients, Pack, Traits, one_by_one

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
PROVIDED: dict[str, Callable[[Tensor], Tensor]] = {
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

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = ChainMap(PROVIDED, user_rows.Functions("torch"))  # type: ignore[arg-type]  # only read
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


Mode = Callable[[Objective, tuple[Tensor, ...]], Answer]
"""How gradients are taken: from an objective and its arrays, leaves first."""


def tracked(arrays: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The leaves among them, made to require gradients."""
    return tuple(leaf.requires_grad_() for leaf in arrays[: leaves_among(arrays)])


def gradient(cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`torch.autograd.grad`."""
    leaves = tracked(arrays)
    total, shown = cost(*arrays)
    return torch.autograd.grad(total, leaves), shown


def narrowed_to() -> str | None:
    """What torch says that it narrows the operands of float32 products to on an accelerator."""
    return {"high": "tf32", "medium": "bfloat16"}.get(torch.get_float32_matmul_precision())


@dataclass(frozen=True)
class TorchBackend:
    """PyTorch autograd with respect to W, b and a zero Δz^l added to each weighted input."""

    name: str
    costs: Costs
    mode: Mode = gradient
    layer: Layer = plain
    packed: bool = False
    """The mode takes a whole pack, cases on a leading axis, instead of a case at a time."""
    apart: bool = False
    """The mode takes the examples one by one."""
    at_most: int | None = None
    """The most parameters, where a mode takes a pass for each."""
    device: str = "cpu"
    spoken: LibraryWords | None = None
    """Another library's, on torch's tensors."""
    what: str = "torch.autograd.grad"
    version: str = torch.__version__
    traits: Traits = Traits(recomputes=False, dtypes=tuple(FORMATS))

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return too_many(architecture, self.at_most) or self.words.missing(architecture)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with torch.enable_grad(), untouched():
            return self._gradients(pack) if self.packed else one_by_one(pack, self._gradients)

    def on(self, device: str) -> TorchBackend:
        """The same on another device; ValueError where there is none of that name."""
        try:
            torch.zeros(1, device=device).cpu().numpy()
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise ValueError(f"torch has no device {device!r} here ({str(error).splitlines()[0]})") from None
        return replace(self, device=device, traits=replace(self.traits, products=narrowed_to()))

    @property
    def words(self) -> LibraryWords:
        """What it calls what architectures name."""
        return self.spoken or LibraryWords(ACTIVATIONS, self.costs, OF_ANY_OUTPUT)

    def _objective(self, inputs: Case | Pack) -> Objective:
        parts = inputs.examples if self.apart else 1
        return objective(inputs.architecture, self.words, inputs.share, self.layer, parts)

    def _gradients(self, inputs: Case | Pack) -> Gradients[Array]:
        arrays = tuple(tensor_of(array).to(self.device) for array in arrays_of(inputs))
        return as_gradients(self.mode(self._objective(inputs), arrays), array_of)


def tensor_of(array: Array) -> Tensor:
    """The same floats; torch takes bfloat16 by its bits only."""
    if array.dtype == BFLOAT16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def array_of(tensor: Tensor) -> Array:
    """As NumPy has it, bfloat16 in the dtype of ml_dtypes."""
    here = tensor.detach().cpu()
    if here.dtype == torch.bfloat16:
        return here.contiguous().view(torch.int16).numpy().view("bfloat16")
    return np.asarray(here.numpy())


AUTOGRAD = TorchBackend("torch", FUSED)
UNFUSED_AUTOGRAD = TorchBackend("torch.unfused", UNFUSED, what="torch.autograd.grad of costs of the activation")
