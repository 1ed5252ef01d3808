"""PyTorch's further modes of a gradient, a row each."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, func
from torch.utils.checkpoint import checkpoint

from ..objective import Answer, Objective, Sigma, leaves_among, per_example, plain
from ..protocol import Traits
from .torch_autograd import FUSED, TorchBackend, tracked

FORWARD = Traits(recomputes=False, architectures=4, forward=True)


def _leaves(arrays: tuple[Tensor, ...]) -> tuple[int, ...]:
    return tuple(range(leaves_among(arrays)))


def backward(cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`C.backward()`, then `.grad` of each leaf."""
    leaves = tracked(arrays)
    total, shown = cost(*arrays)
    total.backward()
    return [leaf.grad for leaf in leaves], shown


def transformed(transform: Callable[..., Any], cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`torch.func.grad`, `jacrev` or `jacfwd`."""
    answer: Answer = transform(cost, argnums=_leaves(arrays), has_aux=True)(*arrays)
    return answer


def vjp(cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`torch.func.vjp`, the pull-back of 1."""
    answer: Any = func.vjp(cost, *arrays, has_aux=True)
    total, pull, shown = answer
    return pull(torch.ones_like(total))[: leaves_among(arrays)], shown


def jacfwd(cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`torch.func.jacfwd`, in the dtype of the leaves: a float32 number times a Python number has a float64 tangent."""
    with unwarned():
        derivatives, shown = transformed(func.jacfwd, cost, arrays)
    return tuple(part.to(leaf.dtype) for part, leaf in zip(derivatives, arrays, strict=False)), shown


@contextmanager
def unwarned() -> Iterator[None]:
    """Forward mode and compiling warn, once a process, that torch itself uses something deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def jvp(cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`torch.func.jvp` along each entry of each leaf in turn."""
    derivatives = [torch.zeros_like(leaf) for leaf in arrays[: leaves_among(arrays)]]
    for leaf, derivative in enumerate(derivatives):
        for entry in range(derivative.numel()):
            directions = tuple(map(torch.zeros_like, arrays))
            directions[leaf].view(-1)[entry] = 1
            with unwarned():
                derivative.view(-1)[entry] = func.jvp(cost, arrays, directions, has_aux=True)[1]
    return derivatives, cost(*arrays)[1]


def vmap(cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`torch.vmap` of `torch.func.grad` over the cases of a pack."""
    answer: Answer = torch.vmap(func.grad(cost, _leaves(arrays), has_aux=True))(*arrays)
    return answer


def example_by_example(cost: Objective, arrays: tuple[Tensor, ...]) -> Answer:
    """`torch.vmap` of `torch.func.grad` over the examples of a case, summed."""
    leaves = _leaves(arrays)
    return per_example(torch.vmap, func.grad(cost, leaves, has_aux=True), len(leaves) // 3)(*arrays)


def checkpointed(sigma: Sigma, w: Tensor, b: Tensor, nudge: Tensor, below: Tensor) -> tuple[Tensor, Tensor]:
    """A layer whose backward pass computes its forward pass again."""
    layer: tuple[Tensor, Tensor] = checkpoint(partial(plain, sigma), w, b, nudge, below, use_reentrant=False)
    return layer


BACKWARD = TorchBackend("torch.backward", FUSED, backward, what="C.backward(), then .grad")
FUNC = TorchBackend("torch.func", FUSED, partial(transformed, func.grad), what="torch.func.grad")
VJP = TorchBackend("torch.vjp", FUSED, vjp, what="torch.func.vjp")
JACREV = TorchBackend("torch.jacrev", FUSED, partial(transformed, func.jacrev), what="torch.func.jacrev")
JACFWD = TorchBackend(
    "torch.jacfwd",
    FUSED,
    jacfwd,
    at_most=2000,
    traits=FORWARD,
    what="torch.func.jacfwd: forward mode, all directions at once",
)
JVP = TorchBackend(
    "torch.jvp", FUSED, jvp, at_most=150, traits=FORWARD, what="torch.func.jvp: forward mode, a direction at a time"
)
VMAP = TorchBackend("torch.vmap", FUSED, vmap, packed=True, what="torch.vmap of func.grad over a pack")
PER_EXAMPLE = TorchBackend(
    "torch.per_example", FUSED, example_by_example, apart=True, what="torch.vmap of func.grad over the examples, summed"
)
CHECKPOINT = TorchBackend("torch.checkpoint", FUSED, layer=checkpointed, what="each layer in torch.utils.checkpoint")
