"""A side in NumPy by hand: the loss traced through jax.numpy, the gradient as the user's own function gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from ...certificates.jax_subject import JaxSubject
from ...certificates.subject import ModeAnswer, StepSubject, foreign
from ...errors import UsageError
from .jax_side import JaxSide
from .numpy_tracer import TracedArray, unwrapped


class NumpySide(JaxSide):
    """`loss(first, *rest)` in NumPy, and `gradient(first, *rest)`, a pytree like `first`, where there is one."""

    framework = "numpy"

    def __init__(
        self,
        loss: Callable[..., Any],
        first: Any,
        rest: Sequence[Any],
        gradient: Callable[..., Any] | None = None,
    ) -> None:
        self._gradient, self._by_hand = gradient, (loss, first, tuple(rest))
        super().__init__(_traceable(loss), first, rest)
        self.version = np.__version__

    def subject(self) -> StepSubject:
        """The same bounds as of any execution; its gradient is the one by hand, where there is one."""
        answers = [] if self._gradient is None else [ModeAnswer("by hand", self._answer(self._gradient))]
        return ByHand(self._loss, self._first, self._rest, answers)

    def _answer(self, gradient: Callable[..., Any]) -> tuple[Any, ...]:
        _, first, rest = self._by_hand
        copies = jax.tree.map(lambda x: np.array(x) if isinstance(x, np.ndarray) else x, (first, *rest))
        found = foreign(lambda: gradient(*copies), lambda _: None)
        leaves, structure = jax.tree.leaves(found), jax.tree.structure(found)
        if str(structure) != str(jax.tree.structure(first)):
            raise UsageError("the gradient by hand is no pytree like the first argument")
        return tuple(self._fitting(leaf, k) for k, leaf in enumerate(leaves))

    def _fitting(self, leaf: Any, k: int) -> Any:
        held, wanted = np.asarray(leaf), self.leaves[k]
        if held.shape != wanted.array.shape or held.dtype.kind != "f":
            raise UsageError(f"the gradient by hand of {wanted} is {held.dtype}{list(held.shape)}")
        return held


class ByHand(JaxSubject):
    """A step whose answers are given."""

    framework = "numpy"
    flushes = False

    def __init__(
        self, loss: Callable[..., Any], first: Any, rest: Sequence[Any], answers: Sequence[ModeAnswer]
    ) -> None:
        super().__init__(loss, first, rest, ())
        self._given = answers

    def answers(self) -> Iterator[ModeAnswer]:
        """The gradient by hand."""
        yield from self._given


def _traceable(loss: Callable[..., Any]) -> Callable[..., Any]:
    """The loss on arrays that pass every call of NumPy on to jax.numpy."""

    def traced(*arguments: Any) -> Any:
        return unwrapped(loss(*jax.tree.map(_wrapped, arguments)))

    return traced


def _wrapped(x: Any) -> Any:
    return TracedArray(x) if isinstance(x, jax.Array | np.ndarray) else x
