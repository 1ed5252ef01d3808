"""A hand-written backward as it is called: a plain function, an `autograd.Function`, a `custom_vjp`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...reference.graph.from_jaxpr import precision_of
from ..errors import UsageError
from .frameworks import JAX, NUMPY, TORCH, Framework, framework_of


class Kernel(NamedTuple):
    """`pulled(arguments, cotangent)` gives the cotangents as the kernel gives them."""

    name: str
    framework: Framework
    pulled: Callable[[Sequence[Any], Any], Any]


def kernel_of(kernel: Any, arguments: Sequence[Any]) -> Kernel:
    """What is to be judged; raises UsageError for what can't be called."""
    torch, jax = sys.modules.get("torch"), sys.modules.get("jax")
    owner = kernel if isinstance(kernel, type) else getattr(kernel, "__self__", None)
    if torch is not None and isinstance(owner, type) and issubclass(owner, torch.autograd.Function):
        return Kernel(owner.__name__, TORCH, _function(owner))
    if jax is not None and isinstance(kernel, (jax.custom_vjp, jax.custom_jvp)):
        return Kernel(getattr(kernel, "__name__", "custom_vjp"), JAX, _custom(kernel))
    if not callable(kernel):
        raise UsageError(f"{str(kernel)[:200]!r} is no function: (*arguments, cotangent) → cotangents is needed")
    found = [f for f in map(framework_of, arguments) if f is not None]
    framework = next((f for f in (TORCH, JAX) if f in found), NUMPY)
    return Kernel(getattr(kernel, "__name__", "kernel"), framework, _plain(kernel, framework))


def _plain(kernel: Any, framework: Framework) -> Callable[[Sequence[Any], Any], Any]:
    def pulled(arguments: Sequence[Any], cotangent: Any) -> Any:
        if framework is JAX:
            with precision_of([*filter(_has_dtype, arguments), cotangent]):
                return kernel(*arguments, cotangent)
        with np.errstate(all="ignore"):
            return kernel(*arguments, cotangent)

    return pulled


def _has_dtype(x: Any) -> bool:
    return hasattr(x, "dtype")


def _function(owner: Any) -> Callable[[Sequence[Any], Any], Any]:
    def pulled(arguments: Sequence[Any], cotangent: Any) -> Any:
        import torch

        with torch.enable_grad():
            leaves = [x.detach().requires_grad_() if _torch_float(x) else x for x in arguments]
            out = owner.apply(*leaves)
            return torch.autograd.grad(out, [x for x in leaves if _torch_float(x)], cotangent, allow_unused=True)

    return pulled


def _torch_float(x: Any) -> bool:
    return bool(hasattr(x, "is_floating_point") and x.is_floating_point())


def _custom(kernel: Any) -> Callable[[Sequence[Any], Any], Any]:
    def pulled(arguments: Sequence[Any], cotangent: Any) -> Any:
        import jax

        with precision_of([*filter(_has_dtype, arguments), cotangent]):
            places = [
                i for i, x in enumerate(arguments) if _has_dtype(x) and jax.numpy.issubdtype(x.dtype, np.floating)
            ]

            def of_floats(*floats: Any) -> Any:
                given = list(arguments)
                for i, x in zip(places, floats, strict=True):
                    given[i] = x
                return kernel(*given)

            return jax.vjp(of_floats, *(arguments[i] for i in places))[1](cotangent)

    return pulled
