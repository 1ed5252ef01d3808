"""PyTorch's modes of a Hessian-vector product, a row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, func

from ..environment import untouched
from ..objective import Objective, arrays_of, objective
from ..product import Direction, as_products, directions_of, one_by_one
from ..protocol import Architecture, Array, Case, Gradients, Pack, Traits
from .torch_autograd import AUTOGRAD, array_of, tracked
from .torch_modes import unwarned

Scalar = Callable[..., Tensor]
"""C of its arrays, and nothing besides."""
ProductMode = Callable[[Scalar, tuple[Tensor, ...], tuple[Tensor, ...]], Sequence[Tensor]]
"""From C, its arrays and a direction for each, to Hv for the leaves (all arrays but the last two)."""


def double_backward(cost: Scalar, arrays: tuple[Tensor, ...], v: tuple[Tensor, ...]) -> Sequence[Tensor]:
    """The gradient of ⟨∇C, v⟩, `torch.autograd.grad` twice: reverse over reverse."""
    leaves = tracked(arrays)
    slopes = torch.autograd.grad(cost(*arrays), leaves, create_graph=True)
    along = torch.stack([(slope * move).sum() for slope, move in zip(slopes, v, strict=False)]).sum()
    return torch.autograd.grad(along, leaves, materialize_grads=True)


def hvp(cost: Scalar, arrays: tuple[Tensor, ...], v: tuple[Tensor, ...]) -> Sequence[Tensor]:
    """`torch.autograd.functional.hvp`, which goes back through reverse over reverse once more."""
    *leaves, x, y = arrays
    moves = v[: len(leaves)]
    product: Any = torch.autograd.functional.hvp
    return product(lambda *moved: cost(*moved, x, y), tuple(leaves), moves)[1]


def jvp_of_grad(cost: Scalar, arrays: tuple[Tensor, ...], v: tuple[Tensor, ...]) -> Sequence[Tensor]:
    """`torch.func.jvp` of `torch.func.grad`: forward over reverse."""
    leaves = tuple(range(len(arrays) - 2))
    with unwarned():
        answer: Any = func.jvp(func.grad(cost, leaves), arrays, v)
    return answer[1]


def grad_of_jvp(cost: Scalar, arrays: tuple[Tensor, ...], v: tuple[Tensor, ...]) -> Sequence[Tensor]:
    """`torch.func.grad` of `torch.func.jvp`: reverse over forward."""

    def along(*moved: Tensor) -> Tensor:
        answer: Any = func.jvp(cost, moved, v)
        return answer[1]

    with unwarned():
        answer: Any = func.grad(along, tuple(range(len(arrays) - 2)))(*arrays)
    return answer


ONCE = ("hardsigmoid",)
"""What torch differentiates once only: its backward has no derivative."""


@dataclass(frozen=True)
class TorchProduct:
    """Hv of PyTorch with respect to W and b, and R{δ} with respect to a zero Δz^l."""

    name: str
    mode: ProductMode
    what: str
    version: str = torch.__version__
    traits: Traits = Traits(recomputes=False)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        once = [name for name in architecture.activations if name in ONCE]
        return f"torch has no second derivative of {once[0]!r}" if once else AUTOGRAD.words.missing(architecture)

    def products(self, pack: Pack, v: Direction) -> Gradients[Array]:
        with torch.enable_grad(), untouched():
            return one_by_one(pack, v, self._product)

    def _product(self, case: Case, v: Direction) -> Gradients[Array]:
        cost = objective(case.architecture, AUTOGRAD.words, case.share)
        arrays, moves = (tuple(map(torch.from_numpy, numbers)) for numbers in (arrays_of(case), directions_of(case, v)))
        return as_products(self.mode(partial(_alone, cost), arrays, moves), array_of)


def _alone(cost: Objective, *arrays: Tensor) -> Tensor:
    total: Tensor = cost(*arrays)[0]
    return total


DOUBLE_BACKWARD = TorchProduct("torch.double_backward", double_backward, "the gradient of ⟨∇C, v⟩, create_graph=True")
HVP = TorchProduct("torch.hvp", hvp, "torch.autograd.functional.hvp")
JVP_OF_GRAD = TorchProduct("torch.jvp_of_grad", jvp_of_grad, "torch.func.jvp of torch.func.grad")
GRAD_OF_JVP = TorchProduct("torch.grad_of_jvp", grad_of_jvp, "torch.func.grad of torch.func.jvp")
