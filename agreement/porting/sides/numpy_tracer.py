"""An array that NumPy's functions take as one, and that passes each call on to the function of jax.numpy.

NumPy asks an argument's `__array_ufunc__` and `__array_function__` first: a program by hand is traced as it is.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ....reference.graph.graph import Unsupported

METHODS = ("sum", "mean", "max", "min", "prod", "var", "std", "any", "all", "argmax", "argmin", "cumsum")
SHAPES = ("reshape", "transpose", "ravel", "flatten", "squeeze", "swapaxes", "repeat", "take", "dot", "clip", "round")
REDUCTIONS = {"add": jnp.sum, "multiply": jnp.prod, "maximum": jnp.max, "minimum": jnp.min}


def unwrapped(x: Any) -> Any:
    """What jax.numpy takes, in any pytree."""
    return jax.tree.map(lambda leaf: leaf.held if isinstance(leaf, TracedArray) else leaf, x, is_leaf=_is_traced)


def _is_traced(x: Any) -> bool:
    return isinstance(x, TracedArray)


def _wrapped(x: Any) -> Any:
    return jax.tree.map(lambda leaf: TracedArray(leaf) if isinstance(leaf, jax.Array) else leaf, x)


class TracedArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array under tracing; writing to entries makes a new array inside."""

    __array_priority__ = 1000

    def __init__(self, held: Any) -> None:
        self.held = jnp.asarray(held)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        function = getattr(jnp, ufunc.__name__, None)
        if method == "reduce":
            function = REDUCTIONS.get(ufunc.__name__)
        elif method != "__call__":
            function = None
        if function is None:
            raise Unsupported(f"numpy.{ufunc.__name__} ({method}) is not among the functions that are traced")
        found = _wrapped(function(*unwrapped(inputs), **unwrapped(kwargs)))
        return found if out is None else _written(out[0], found)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        module = jnp.linalg if "linalg" in function.__module__ else jnp
        twin = getattr(module, function.__name__, None)
        if twin is None:
            raise Unsupported(f"numpy.{function.__name__} is not among the functions that are traced")
        out = kwargs.pop("out", None)
        found = _wrapped(twin(*unwrapped(args), **unwrapped(kwargs)))
        return found if out is None else _written(out, found)

    def __getitem__(self, index: Any) -> TracedArray:
        return TracedArray(self.held[unwrapped(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.held = self.held.at[unwrapped(index)].set(unwrapped(value))

    def __len__(self) -> int:
        return len(self.held)

    def __float__(self) -> float:
        return float(self.held)

    @property
    def T(self) -> TracedArray:  # noqa: N802 - as NumPy names it
        """Axes reversed."""
        return TracedArray(self.held.T)

    @property
    def mT(self) -> TracedArray:  # noqa: N802 - as NumPy names it
        """The last two axes exchanged."""
        return TracedArray(self.held.mT)

    def astype(self, dtype: Any, **_: Any) -> TracedArray:
        """In another dtype."""
        return TracedArray(self.held.astype(dtype))

    def copy(self) -> TracedArray:
        """Its own array."""
        return TracedArray(self.held)

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "ndim", "size", "dtype"):
            return getattr(self.held, name)
        if name not in (*METHODS, *SHAPES):
            raise AttributeError(name)
        return lambda *args, **kwargs: _wrapped(getattr(self.held, name)(*unwrapped(args), **unwrapped(kwargs)))


def _written(out: Any, found: Any) -> Any:
    """`out=` and `+=`: the array that is named holds what was found."""
    if not isinstance(out, TracedArray):
        raise Unsupported("a plain NumPy array is written to by a value that is traced: make it with np.zeros_like")
    out.held = found.held
    return out
