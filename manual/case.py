"""What goes into a network: Architecture, Case, Pack."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np

from .activations import ACTIVATIONS
from .costs import COSTS
from .rounding.formats import FORMATS
from .shapes import Array

REDUCTIONS = ("mean", "sum")
Inputs = TypeVar("Inputs", bound="_Inputs")  # not Self: the hook that checks shapes in tests cannot take it


def _known(kind: str, name: object, names: Sequence[str]) -> None:
    if name not in names:
        raise ValueError(f"unknown {kind} {name!r}: choose from {', '.join(names)}")


def _there(array: Array | None) -> tuple[Array, ...]:
    return () if array is None else (array,)


@dataclass(frozen=True)
class Architecture:
    """A network: its widths, an activation for each layer, a cost and its reduction over the examples.

    Arguments:
        widths: n_0 … n_L, integers ≥ 1.
        activations: Names of rows of `backproof.manual.activations`, one for each of the layers 1 … L.
        cost: The name of a row of `backproof.manual.costs`.
        reduction: "mean" or "sum" over the examples.
        l2: λ of an L2 term, over all weights and no bias: C = C₀ + (λ/2m) Σ w² for a mean, C = C₀ + (λ/2) Σ w²
            for a sum.
        weighted: Whether cases weight their examples: example k counts w_k times its share, and m stays the
            number of examples.

    Raises:
        ValueError: No such network exists; the message names the offending value.

    Source:
        The note's symbols; the L2 term as in chapter 3 of M. Nielsen, *Neural Networks and Deep Learning*, 2015.

    """

    widths: tuple[int, ...]
    activations: tuple[str, ...]
    cost: str = "quadratic"
    reduction: str = "mean"
    l2: float = 0.0
    weighted: bool = False

    def __post_init__(self) -> None:
        for width in self.widths:
            if type(width) is not int or width < 1:
                raise ValueError(f"width {width!r} in {self.widths}: every width is an integer ≥ 1")
        if len(self.widths) < 2:
            raise ValueError(f"widths {self.widths}: at least an input and an output are needed")
        if len(self.activations) != self.depth:
            raise ValueError(
                f"{len(self.activations)} activations {self.activations} for {self.depth} layers: "
                "one per layer is needed, the input has none"
            )
        for name in self.activations:
            _known("activation", name, tuple(ACTIVATIONS))
        _known("cost", self.cost, tuple(COSTS))
        _known("reduction", self.reduction, REDUCTIONS)
        for layer, name in enumerate(self.activations[:-1], start=1):
            if ACTIVATIONS[name].output_only:
                raise ValueError(f"activation {name!r} in hidden layer {layer}: only an output layer can have it")
        COSTS[self.cost].head(self.activations[-1])
        if isinstance(self.l2, bool) or not (isinstance(self.l2, (int, float)) and 0 <= self.l2 < math.inf):
            raise ValueError(f"l2 is {self.l2!r}: λ is a finite number ≥ 0")
        if type(self.weighted) is not bool:
            raise ValueError(f"weighted is {self.weighted!r}: True or False is needed")
        object.__setattr__(self, "l2", float(self.l2))

    @property
    def depth(self) -> int:
        """L, the number of layers that have weights."""
        return len(self.widths) - 1

    @property
    def parameters(self) -> int:
        """How many weights and biases there are."""
        return sum(n * (n_in + 1) for n_in, n in zip(self.widths, self.widths[1:], strict=False))

    @property
    def plain(self) -> bool:
        """Neither an L2 term nor weighted examples, as in the note."""
        return not (self.l2 or self.weighted)

    def __str__(self) -> str:
        widths = "-".join(map(str, self.widths))
        l2 = f", L2 {self.l2!r}" if self.l2 else ""
        options = f"{self.reduction}{l2}{', weighted' if self.weighted else ''}"
        return f"{widths} {','.join(self.activations)} / {self.cost} ({options})"


@dataclass(frozen=True, eq=False)
class _Inputs:
    architecture: Architecture
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    x: Array
    y: Array
    example_weights: Array | None = None

    def _check(self, leading: tuple[int, ...]) -> None:
        widths, m = self.architecture.widths, self.x.shape[-1] if self.x.ndim else 0
        layers = range(1, self.architecture.depth + 1)
        if len(self.weights) != self.architecture.depth or len(self.biases) != self.architecture.depth:
            raise ValueError(
                f"{len(self.weights)} weight matrices and {len(self.biases)} bias vectors "
                f"for {self.architecture.depth} layers"
            )
        if m < 1:
            raise ValueError(f"x has shape {self.x.shape}: at least one example (column) is needed")
        if self.architecture.weighted != (self.example_weights is not None):
            raise ValueError(
                f"the architecture {self.architecture} is {'' if self.architecture.weighted else 'not '}weighted: "
                f"example_weights are {'needed' if self.architecture.weighted else 'given all the same'}"
            )
        known = str(self.dtype) in FORMATS
        for name, array, shape in [
            *((f"W^{i}", self.weights[i - 1], (widths[i], widths[i - 1])) for i in layers),
            *((f"b^{i}", self.biases[i - 1], (widths[i],)) for i in layers),
            ("x", self.x, (widths[0], m)),
            ("y", self.y, (widths[-1], m)),
            *(("example_weights", array, (m,)) for array in _there(self.example_weights)),
        ]:
            if array.shape != leading + shape:
                raise ValueError(f"{name} has shape {array.shape}: {leading + shape} is needed")
            if not known or array.dtype != self.dtype:
                raise ValueError(f"{name} is {array.dtype}: all arrays are one of {', '.join(FORMATS)}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds {array[~np.isfinite(array)][0]}: every number must be finite")
        if self.example_weights is not None and (self.example_weights < 0).any():
            least = self.example_weights.min()
            raise ValueError(f"example_weights hold {least}: an example counts 0 or more")

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.x.dtype

    @property
    def examples(self) -> int:
        """m."""
        return int(self.x.shape[-1])

    @property
    def share(self) -> float:
        """What one example counts in C: 1/m for a mean, 1 for a sum."""
        return 1 / self.examples if self.architecture.reduction == "mean" else 1.0

    @property
    def shares(self) -> float | Array:
        """What each example counts in C: the share, times its weight (*k, 1, m) where examples have one."""
        return self.share if self.example_weights is None else self.example_weights[..., None, :] * self.share

    @property
    def decay(self) -> float:
        """λ′, what a weight adds of itself to ∂C/∂W: λ/m for a mean, λ for a sum."""
        return self.architecture.l2 * self.share

    def _each(self, change: Callable[[Array], Array]) -> tuple[Any, ...]:
        return (
            tuple(map(change, self.weights)),
            tuple(map(change, self.biases)),
            change(self.x),
            change(self.y),
            None if self.example_weights is None else change(self.example_weights),
        )

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All that it holds: W, b, x, y, and the weights of the examples where there are any."""
        return (*self.weights, *self.biases, self.x, self.y, *_there(self.example_weights))

    @property
    def names(self) -> tuple[str, ...]:
        """Of these arrays, as the note writes them."""
        layers = range(1, self.architecture.depth + 1)
        weights = () if self.example_weights is None else ("example_weights",)
        return (*(f"W^{i}" for i in layers), *(f"b^{i}" for i in layers), "x", "y", *weights)

    def copy(self: Inputs) -> Inputs:
        """The same floats in arrays of their own."""
        return type(self)(self.architecture, *self._each(np.copy))

    def astype(self: Inputs, dtype: Any) -> Inputs:
        """The same numbers in another dtype: exact from float32 to float64, rounded the other way."""
        return type(self)(self.architecture, *self._each(lambda array: array.astype(dtype)))


@dataclass(frozen=True, eq=False)
class Case(_Inputs):
    """One network with its examples. It is exact: it is the floats it holds.

    Arguments:
        architecture: The network.
        weights: W^l, shape (n_l, n_{l−1}), layer 1 first.
        biases: b^l, shape (n_l,), layer 1 first.
        x: The inputs, shape (n_0, m).
        y: The targets, shape (n_L, m).
        example_weights: Shape (m,), each ≥ 0, where the architecture is weighted; else None.

    All arrays are of one dtype: float64, float32, float16 or bfloat16 (`ml_dtypes.bfloat16`).

    Raises:
        ValueError: A shape is wrong, dtypes differ, a number is not finite, or a weight is below 0.

    """

    def __post_init__(self) -> None:
        self._check(())

    @cached_property
    def id(self) -> str:
        """Twelve hex digits of the content: equal for equal floats, whatever made them."""
        digest = hashlib.sha256(f"{self.architecture} {self.dtype}".encode())
        for array in self.arrays:
            digest.update(str(array.shape).encode() + array.astype(array.dtype.newbyteorder("<")).tobytes())
        return digest.hexdigest()[:12]

    def of_examples(self, chosen: Sequence[int]) -> Case:
        """Choose some of the examples.

        Arguments:
            chosen: Their numbers, 0 … m − 1, in the order that they are to have; IndexError for any other.

        Returns:
            A case of the same network with x of the shape (n_0, len(chosen)).

        """
        weights = None if self.example_weights is None else self.example_weights[[*chosen]]
        return replace(self, x=self.x[:, [*chosen]], y=self.y[:, [*chosen]], example_weights=weights)


@dataclass(frozen=True, eq=False)
class Pack(_Inputs):
    """K cases of one Architecture and dtype, stacked on a leading axis.

    Arguments as those of a Case, with shapes W^l (K, n_l, n_{l−1}), b^l (K, n_l), x (K, n_0, m), y (K, n_L, m).
    `pack[k]` is a Case, and `len(pack)` is K.

    Raises:
        ValueError: As a Case does.

    """

    def __post_init__(self) -> None:
        self._check(self.x.shape[:1])

    @classmethod
    def of(cls, cases: Sequence[Case]) -> Pack:
        """Stack cases on a leading axis.

        Arguments:
            cases: K ≥ 1 cases of one architecture, dtype and number of examples.

        Returns:
            A pack: W^l of the shape (K, n_l, n_{l−1}), b^l (K, n_l), x (K, n_0, m).

        Raises:
            ValueError: Their architectures, dtypes or numbers of examples differ.

        """
        kinds = {f"{case.architecture}, {case.dtype}, {case.examples} examples": None for case in cases}
        if len(kinds) != 1:
            found = " and ".join(kinds) or "no cases"
            raise ValueError(f"a pack is made of cases of one architecture, dtype and number of examples, not {found}")
        rows = ([*c.weights, *c.biases, c.x, c.y, *_there(c.example_weights)] for c in cases)
        arrays = [np.stack(stack) for stack in zip(*rows, strict=True)]
        depth = cases[0].architecture.depth
        return cls(cases[0].architecture, tuple(arrays[:depth]), tuple(arrays[depth : 2 * depth]), *arrays[2 * depth :])

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every case; they share the pack's arrays."""
        return tuple(self[k] for k in range(len(self)))

    def __getitem__(self, k: int) -> Case:
        return Case(self.architecture, *self._each(itemgetter(range(len(self))[k])))

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)
