"""Arrays of NumPy, torch and jax, a row each: how a kernel is given them, and how its answer comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np

from ...reference.graph.from_jaxpr import precision_of
from ..errors import UsageError

FLOATS = ("float64", "float32", "float16", "bfloat16")


class Held(NamedTuple):
    """An array as NumPy's (bfloat16 as ml_dtypes'), with the name of its dtype."""

    array: Any
    dtype: str

    @property
    def is_float(self) -> bool:
        return self.dtype in FLOATS


class Framework(NamedTuple):
    """One framework's arrays. `strided`: whether layouts other than contiguous exist."""

    name: str
    given: Callable[[Any, Any], Any]
    """A NumPy array (of any strides) and an example of the user's → an array on the example's device."""
    held: Callable[[Any], Any]
    strided: bool


def numpy_dtype(name: str) -> Any:
    """The dtype of a name."""
    return np.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else np.dtype(name)


def _from_torch(x: Any) -> Any:
    import torch

    bare = x.detach().resolve_conj().to("cpu") if isinstance(x, torch.Tensor) else x
    if isinstance(bare, torch.Tensor) and bare.dtype == torch.bfloat16:
        return bare.contiguous().view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return np.asarray(bare)


def _to_torch(array: Any, example: Any) -> Any:
    """With the strides of the NumPy array."""
    import torch

    dtype = getattr(torch, str(array.dtype))
    strides = [s // array.itemsize for s in array.strides]
    place = getattr(example, "device", "cpu")
    whole = array.astype(np.float64) if str(array.dtype) in FLOATS else array
    dense = torch.from_numpy(np.array(whole, order="C")).to(dtype)
    if array.flags.c_contiguous and array.base is not None:
        return torch.empty(array.size + 1, dtype=dtype)[1:].view(array.shape).copy_(dense).to(place)
    if array.flags.c_contiguous or any(s < 0 for s in strides):  # torch has no negative strides
        return dense.to(place)
    made = torch.empty(_span(array.shape, strides), dtype=dtype).as_strided(array.shape, strides)
    if 0 not in strides:
        return made.copy_(dense).to(place)
    thin = dense[tuple(slice(0, 1) if s == 0 else slice(None) for s in strides)].contiguous()
    return thin.expand(array.shape).to(place)


def _span(shape: tuple[int, ...], strides: list[int]) -> int:
    return 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) if 0 not in shape else 0


def _to_jax(array: Any, example: Any) -> Any:
    import jax

    placed = example.device if isinstance(example, jax.Array) else None
    with precision_of([array]):
        return jax.device_put(jax.numpy.asarray(np.ascontiguousarray(array)), placed)


NUMPY = Framework("numpy", lambda array, _: array, np.asarray, strided=True)
TORCH = Framework("torch", _to_torch, _from_torch, strided=True)
JAX = Framework("jax", _to_jax, np.asarray, strided=False)
BY_MODULE = {"torch": TORCH, "jax": JAX, "jaxlib": JAX, "numpy": NUMPY, "ml_dtypes": NUMPY}


def framework_of(x: Any) -> Framework | None:
    """Whose array this is; None for a number, a string, None."""
    return next(
        (BY_MODULE[m] for m in (c.__module__.partition(".")[0] for c in type(x).__mro__) if m in BY_MODULE), None
    )


def hold(x: Any) -> Held:
    """A user's array; raises UsageError for complex numbers and such."""
    framework = framework_of(x)
    array = framework.held(x) if framework else np.asarray(x)
    name = str(array.dtype)
    if name not in FLOATS and array.dtype.kind not in "iub":
        raise UsageError(f"an argument is of {name}: choose from {', '.join(FLOATS)}, integers and truth values")
    return Held(array, name)
