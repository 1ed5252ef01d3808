"""Executes one training step of torch and records it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten

from ..graph import BACKWARD, Unsupported
from .recording import Recorder, Recording
from .translate import Ends

Loss = Callable[..., Any]


class NoGradient(Unsupported):
    """The loss is nothing that has a gradient: says what it is."""


class Recorded(NamedTuple):
    """A recorded step and what it gave."""

    recording: Recording
    ends: Ends
    names: tuple[str, ...]
    parameters: tuple[Any, ...]
    loss: Any
    gradients: tuple[Any, ...]


class Prepared(NamedTuple):
    """Arguments of a step that share nothing with the caller's."""

    first: Any
    rest: tuple[Any, ...]
    names: tuple[str, ...]
    parameters: tuple[Any, ...]


def prepared(first: Any, rest: Sequence[Any]) -> Prepared:
    """Copies: a module whole, a pytree tensor by tensor. Its parameters are what needs a gradient."""
    others = tuple(tree_map(_copied, list(rest)))
    if isinstance(first, torch.nn.Module):
        module = copy.deepcopy(first)
        for parameter, copied in zip(first.parameters(), module.parameters(), strict=True):
            copied._backward_hooks = _hooks(parameter)
        named = [(name, p) for name, p in module.named_parameters() if p.requires_grad]
        return Prepared(module, others, tuple(n for n, _ in named), tuple(p for _, p in named))
    leaves, tree = tree_flatten(first)
    leaves = [_leaf(leaf) if _is_float(leaf) else _copied(leaf) for leaf in leaves]
    names = _names(first)
    floating = [(name, leaf) for name, leaf in zip(names, leaves, strict=True) if _is_float(leaf)]
    return Prepared(tree_unflatten(leaves, tree), others, tuple(n for n, _ in floating), tuple(p for _, p in floating))


def _leaf(tensor: Any) -> Any:
    made = tensor.detach().clone().requires_grad_(True)
    made._backward_hooks = _hooks(tensor) if tensor.is_leaf else None
    return made


def _hooks(parameter: Any) -> Any:
    """A parameter's hooks, which no copy takes along; on a list of their own."""
    return parameter._backward_hooks and parameter._backward_hooks.copy()


def _is_float(leaf: Any) -> bool:
    return isinstance(leaf, torch.Tensor) and leaf.is_floating_point()


def _copied(x: Any) -> Any:
    if isinstance(x, torch.nn.Module):
        return copy.deepcopy(x)
    return x.detach().clone().requires_grad_(x.requires_grad) if isinstance(x, torch.Tensor) else x


def _names(tree: Any) -> list[str]:
    paths, _ = torch.utils._pytree.tree_flatten_with_path(tree)
    return [torch.utils._pytree.keystr(path).strip("[]'") or "first" for path, _ in paths]


@contextmanager
def same_random_numbers() -> Iterator[None]:
    """Leave the generators as they were."""
    with torch.random.fork_rng():
        yield


def run(loss: Loss, given: Prepared) -> tuple[Any, tuple[Any, ...]]:
    """The loss and its gradient, as torch gives them."""
    with same_random_numbers(), torch.enable_grad():
        value = loss(given.first, *given.rest)
        check_scalar(value)
        return value.detach(), _pulled_back(value, given.parameters)


def _pulled_back(value: Any, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """What `backward` leaves in `.grad`, as training does: `grad` passes by checkpoints that run a backward pass."""
    for parameter in parameters:
        parameter.grad = None
    value.backward()
    return tuple(parameter.grad for parameter in parameters)


def check_scalar(value: Any) -> None:
    """Raises NoGradient where the loss can't be differentiated."""
    if not isinstance(value, torch.Tensor):
        raise NoGradient(f"the loss is a {type(value).__name__}: a tensor of one number is needed")
    if value.numel() != 1 or not value.is_floating_point():
        found = f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
        raise NoGradient(f"the loss is a tensor {found}: one floating-point number is needed")
    if not value.requires_grad:
        raise NoGradient("the loss does not depend on the first argument: nothing to differentiate")


def record(loss: Loss, given: Prepared) -> Recorded:
    """The same, recorded."""
    recorder = Recorder()
    with same_random_numbers(), torch.enable_grad(), recorder:
        inputs = [recorder.operand(p) for p in given.parameters]
        value = loss(given.first, *given.rest)
        check_scalar(value)
        recorder.follow(value)
        end = recorder.operand(value)
        recorder.phase = BACKWARD
        gradients = _pulled_back(value, given.parameters)
        out = [None if g is None else recorder.operand(g) for g in gradients]
    ends = Ends(inputs, end, out)
    return Recorded(recorder.recording, ends, given.names, given.parameters, value.detach(), gradients)
