"""Which framework a step is written in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...certificates.certify import is_torch
from ...certificates.subject import foreign
from ...errors import UsageError
from ...extras import needed_for
from .side import PortedStep


def side_of(made: Any, name: str) -> PortedStep:
    """The side of a step (loss, (first, *rest)), or (loss, (first, *rest), gradient) with a gradient by hand.

    torch where a tensor or a module is among the arguments; NumPy where they are NumPy's and the loss gives no
    array of jax; else jax. Raises UsageError, with the name, where it is no step.
    """
    loss, (first, *rest), gradient = _parts(made, name)
    try:
        return _side(loss, first, rest, gradient)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def _parts(made: Any, name: str) -> tuple[Callable[..., Any], Sequence[Any], Callable[..., Any] | None]:
    match made:
        case (loss, (_, *_) as arguments) if callable(loss):
            return loss, arguments, None
        case (loss, (_, *_) as arguments, gradient) if callable(loss) and callable(gradient):
            return loss, arguments, gradient
    raise UsageError(f"{name} gave {str(made)[:60]}: (loss, (first, *rest)) is needed")


def _side(loss: Callable[..., Any], first: Any, rest: Sequence[Any], gradient: Any) -> PortedStep:
    if is_torch((first, rest)):
        from .torch_side import TorchSide

        _no_gradient(gradient)
        return TorchSide(loss, first, rest)
    with needed_for("tracing jax or NumPy"):
        from .jax_side import JaxSide
        from .numpy_side import NumpySide
    if gradient is not None or _is_numpy(loss, first, rest):
        return NumpySide(loss, first, rest, gradient)
    return JaxSide(loss, first, rest)


def _no_gradient(gradient: Any) -> None:
    if gradient is not None:
        raise UsageError("a gradient by hand stands beside a step of NumPy: torch differentiates by itself")


def _is_numpy(loss: Callable[..., Any], first: Any, rest: Sequence[Any]) -> bool:
    """NumPy arrays only, and a loss that gives a number of NumPy for them."""
    jax = sys.modules["jax"]
    arguments = jax.tree.map(lambda x: np.array(x) if isinstance(x, np.ndarray) else x, (first, *rest))
    if not all(isinstance(leaf, np.ndarray) for leaf in jax.tree.leaves(first)):
        return False
    return not isinstance(foreign(lambda: loss(*arguments), lambda _: None), jax.Array)
