"""The kernel's own program, where it can be traced, against the reference's pullback: both exact, no tolerance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from flint import ctx

from ...reference.graph.arrays import zeros_like
from ...reference.graph.contract import Pullback
from ...reference.graph.exact import walk
from ...reference.graph.graph import Graph, OpenBranch, Unsupported
from ..certificates.digits import Agreement, agreement
from .frameworks import JAX, TORCH, Framework, Held
from .kernels import Kernel

BITS, NEEDED = 400, 60.0
ROUNDED_CONSTANT = 2.0**-23
"""A relative difference below this may be a constant that the kernel holds rounded to float32."""


class ProgramAgreement(NamedTuple):
    """Certificate 1 of a kernel: for each gradient how far the exact values agree; or why it says nothing."""

    found: tuple[Agreement, ...]
    reason: str = ""

    @property
    def wrong(self) -> tuple[int, ...]:
        """The gradients whose exact values are apart by more than a rounded constant."""
        return tuple(i for i, a in enumerate(self.found) if a.apart and a.relative > ROUNDED_CONSTANT)

    def __str__(self) -> str:
        if self.reason:
            return f"the program was not read: {self.reason}"
        if self.wrong:
            return "the program is WRONG, with no rounding in it"
        if any(a.apart for a in self.found):
            return (
                f"the program is the reference's but for {max(a.relative for a in self.found):.1g}: a rounded constant"
            )
        if any(a.unclear for a in self.found):
            return "the program agrees, but for entries at a kink"
        digits = min((a.digits for a in self.found), default=float("inf"))
        return f"the program is right: exact values agree to {min(digits, 999):.0f} digits"


def judge_program(kernel: Kernel, arguments: Sequence[Any], cotangent: Held, pullback: Pullback) -> ProgramAgreement:
    """Trace the kernel at these operands, walk it exactly, and compare."""
    read = READERS.get(kernel.framework.name)
    if read is None:
        return ProgramAgreement((), "it is NumPy's, which can't be traced")
    try:
        graph, inputs, outputs = read(kernel, arguments, cotangent)
        with ctx.workprec(BITS):
            values = walk(graph, inputs)
            exact = pullback.exact()
            pairs = [
                (zeros_like(np.empty(pullback.graph.values[k].shape, object)) if ours is None else ours, n)
                for k, ours, n in zip(pullback.wanted, exact, outputs, strict=True)
            ]
            scale = max(
                (float(abs(x).upper()) for ours, _ in pairs for x in np.ravel(ours) if x.is_finite()), default=1.0
            )
            return ProgramAgreement(tuple(_agree(ours, None if n is None else values[n], scale) for ours, n in pairs))
    except (Unsupported, OpenBranch) as error:
        return ProgramAgreement((), str(error))
    except Exception as error:  # a kernel written in another language can't be traced, each in its own way
        said = str(error).splitlines()[0][:160] if str(error) else ""
        return ProgramAgreement((), f"{type(error).__name__}: {said}")


def _agree(ours: Any, theirs: Any, scale: float) -> Agreement:
    return agreement(ours, zeros_like(ours) if theirs is None else theirs, NEEDED, scale)


def _arrays(arguments: Sequence[Any], framework: Framework) -> list[Any]:
    return [framework.given(x.array, None) if isinstance(x, Held) else x for x in arguments]


Read = tuple[Graph, list[Any], list[int | None]]


def _of_jax(kernel: Kernel, arguments: Sequence[Any], cotangent: Held) -> Read:
    from ...reference.graph.from_jaxpr import trace

    places = [i for i, x in enumerate(arguments) if isinstance(x, Held)]
    arrays = [arguments[i].array for i in places]
    is_float = [isinstance(x, Held) and x.is_float for x in arguments]

    def program(*given: Any) -> Any:
        whole = list(arguments)
        for i, x in zip(places, given[:-1], strict=True):
            whole[i] = x
        made = kernel.pulled(whole, given[-1])
        return of_floats(made, is_float)

    graph = trace(program, *arrays, cotangent.array)
    return graph, [*arrays, cotangent.array], list(graph.outputs)


def of_floats(made: Any, is_float: Sequence[bool]) -> list[Any]:
    """A kernel's answer as one gradient a float argument: others may be left out, or be None."""
    parts = list(made) if isinstance(made, (tuple, list)) else [made]
    if len(parts) == len(is_float) and len(parts) != sum(is_float):
        return [part for part, floating in zip(parts, is_float, strict=True) if floating]
    return parts


def _of_torch(kernel: Kernel, arguments: Sequence[Any], cotangent: Held) -> Read:
    from ...reference.graph.from_torch.program import graph_of_call

    tensors, v = _arrays(arguments, TORCH), TORCH.given(cotangent.array, None)
    is_float = [isinstance(x, Held) and x.is_float for x in arguments]
    given = [x for x, floating in zip(tensors, is_float, strict=True) if floating] + [v]

    def program(floats: Sequence[Any]) -> list[Any]:
        numbers = iter(floats[:-1])
        whole = [next(numbers) if floating else x for x, floating in zip(tensors, is_float, strict=True)]
        return of_floats(kernel.pulled(whole, floats[-1]), is_float)

    return graph_of_call(program, given)


READERS: dict[str, Callable[[Kernel, Sequence[Any], Held], Read]] = {JAX.name: _of_jax, TORCH.name: _of_torch}
