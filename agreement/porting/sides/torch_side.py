"""A side in torch: a module, or a pytree of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_leaves

from ....reference.graph.from_torch import prepared
from ....reference.graph.from_torch.program import graph_of_call
from ....reference.graph.from_torch.step import check_scalar
from ....reference.graph.graph import FLOATS
from ...certificates.subject import StepSubject, foreign
from ...certificates.torch_subject import TorchSubject
from ...errors import UsageError
from .side import BUFFER, DATA, PARAMETER, SWITCH_OFF, Leaf, TracedStep


class TorchSide:
    """`loss(first, *rest)` in torch."""

    framework = "torch"

    def __init__(self, loss: Callable[..., Any], first: Any, rest: Sequence[Any]) -> None:
        self.version, self._loss, self._first, self._rest = str(torch.__version__), loss, first, rest
        self.leaves = tuple(self._leaf(*held) for held in self._held(self._prepared()))
        if not any(leaf.role == PARAMETER for leaf in self.leaves):
            raise UsageError("the first argument has no floating-point parameters that need a gradient")

    def _prepared(self) -> Any:
        return foreign(lambda: prepared(self._first, self._rest), lambda _: None)

    def _held(self, given: Any) -> Iterator[tuple[str, Any, str]]:
        """Name, tensor and role of every leaf."""
        yield from ((name, p, PARAMETER) for name, p in zip(given.names, given.parameters, strict=True))
        if isinstance(given.first, torch.nn.Module):
            frozen = [(n, p) for n, p in given.first.named_parameters() if not p.requires_grad]
            held = [*given.first.named_buffers(), *frozen]
            yield from ((name, b, BUFFER) for name, b in held if b.is_floating_point())
        data = [x for x in tree_leaves(list(given.rest)) if isinstance(x, torch.Tensor) and x.is_floating_point()]
        yield from ((f"argument {k + 1}", x, DATA) for k, x in enumerate(data))

    def _leaf(self, name: str, tensor: Any, role: str) -> Leaf:
        dtype = str(tensor.dtype).removeprefix("torch.")
        if dtype not in FLOATS:
            raise UsageError(f"{name} is {dtype}: {', '.join(FLOATS)} are compared")
        if tensor.device.type == "meta":
            raise UsageError(f"{name} is on the device meta, which holds no numbers")
        return Leaf(name, tensor.detach().cpu().double().numpy(), dtype, role)

    def trace(self, moved: Mapping[str, Any]) -> TracedStep:
        """See PortedStep."""
        given = self._prepared()
        held = list(self._held(given))
        for name, tensor, _ in held:
            if name in moved:
                tensor.data.copy_(torch.from_numpy(np.ascontiguousarray(moved[name], dtype=np.float64)))

        def program(_: Sequence[Any]) -> list[Any]:
            before = torch.get_rng_state()
            value = self._loss(given.first, *given.rest)
            if not torch.equal(before, torch.get_rng_state()):
                raise UsageError(f"random numbers are drawn{_dropping(given.first)}: {SWITCH_OFF}")
            check_scalar(value)
            return [value]

        tensors = [tensor for _, tensor, _ in held]
        graph, inputs, _ = foreign(lambda: graph_of_call(program, tensors), lambda _: None)
        return TracedStep(graph, tuple(inputs), {name: k for k, (name, _, _) in enumerate(held)})

    def subject(self) -> StepSubject:
        """See PortedStep."""
        return TorchSubject(self._loss, self._first, self._rest, ("eager",))


def _dropping(first: Any) -> str:
    """The dropout that is left on."""
    modules = first.named_modules() if isinstance(first, torch.nn.Module) else ()
    names = [name for name, m in modules if "Dropout" in type(m).__name__ and m.training and getattr(m, "p", 0)]
    return f" by {', '.join(names[:3])}" if names else ""
