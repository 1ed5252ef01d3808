"""Arguments: what to hand to each parameter of a function, by its name, its default and the program's own calls."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .....manual.shapes import Array
from .callers import each_layer
from .kinds import kinds_of
from .numbers import RATE, ExampleLayout, NetworkAndBatch


class Unbindable(Exception):
    """A parameter that nothing is known for; says which."""


@dataclass(frozen=True)
class Bound:
    """What one parameter gets: a kind, with its number, its value (a constant, a result's index and place)."""

    kind: str
    number: int = 0
    value: Any = None


OMITTED = Bound("omitted")
RESIDUAL = "residual"
"""The kind of what is handed back through a network: a − y of what it gave."""
Arguments = dict[str, Bound]


@dataclass(frozen=True)
class Handed:
    """How W and b are handed over as arguments: `turned` is (n_{l−1}, n_l); bias is flat, column or row."""

    turned: bool = False
    bias: str = "column"

    def w(self, w: Array) -> Array:
        return np.array(w.T if self.turned else w, order="C")

    def b(self, b: Array) -> Array:
        return np.array({"flat": b, "column": b[:, None], "row": b[None, :]}[self.bias])


@dataclass
class Values:
    """What the kinds stand for in one network and one form."""

    numbers: NetworkAndBatch
    form: ExampleLayout
    handed: Handed
    rate: float = RATE
    results: list[Any] = field(default_factory=list)
    lookup: Callable[[str], Any] = lambda name: None
    """A value that the program itself holds by this name."""
    steep: bool = False
    """Whether the program was given our learning rate."""
    made: Any = None
    """What the maker gave: an object, or the parameters."""
    given: dict[str, Any] = field(default_factory=dict)
    """The arrays of W and b that were handed over, by name: what the program may change."""

    def of(self, bound: Bound) -> Any:
        """The value of a parameter; raises Unbindable where the network has none (a second hidden layer)."""
        if bound.kind == "constant":
            return bound.value
        if bound.kind == "result":
            return self._result(*bound.value)
        if bound.kind == RESIDUAL:
            return self._residual(*bound.value)
        if bound.kind == "own":
            if f"={bound.value}" not in self.given:
                self.given[f"={bound.value}"] = self.lookup(bound.value)
            return self.given[f"={bound.value}"]
        if bound.kind == "each":
            return each_layer(bound.value, len(self.numbers.weights) + bound.number)
        if bound.kind == "made":
            return self.made if bound.value is None else self.made[bound.value]
        table = TABLE.get(bound.kind)
        self.steep |= bound.kind == "rate"
        if table is None:
            raise Unbindable(bound.kind)
        return table(self, bound.number)

    def _result(self, index: int, place: int | None) -> Any:
        result = self.results[index]
        return result if place is None else result[place]

    def _residual(self, index: int, place: int | None) -> Any:
        """a − y of an output that was computed before, as it was handed over."""
        a, y = np.asarray(self._result(index, place), dtype=float), np.asarray(self.of(Bound("y")), dtype=float)
        if a.shape != y.shape:
            raise Unbindable("a gradient of the output")
        return a - y

    def hidden(self, number: int) -> int:
        hidden = self.numbers.widths[1:-1]
        if not 0 < max(number, 1) <= len(hidden):
            raise Unbindable("hidden")
        return hidden[max(number, 1) - 1]

    def matrix(self, number: int) -> Array:
        """W of a layer, counted from 1 as in the note; one counted from 0 has its first as 0."""
        return self._once(f"W{number}", lambda: self.handed.w(self.numbers.weights[number - 1]), number)

    def vector(self, number: int) -> Array:
        return self._once(f"b{number}", lambda: self.handed.b(self.numbers.biases[number - 1]), number)

    def _once(self, name: str, make: Callable[[], Array], number: int) -> Array:
        if not 1 <= number <= len(self.numbers.weights):
            raise Unbindable(name)
        if name not in self.given:
            self.given[name] = make()
        return self.given[name]

    def layers(self) -> range:
        return range(1, len(self.numbers.weights) + 1)

    def all_weights(self) -> list[Array]:
        return self.given.setdefault("weights", [self.handed.w(w) for w in self.numbers.weights])

    def all_biases(self) -> list[Array]:
        return self.given.setdefault("biases", [self.handed.b(b) for b in self.numbers.biases])

    def by_name(self) -> dict[str, Array]:
        named = {f"W{l}": self.handed.w(self.numbers.weights[l - 1]) for l in self.layers()}
        named |= {f"b{l}": self.handed.b(self.numbers.biases[l - 1]) for l in self.layers()}
        return self.given.setdefault("parameters", named)

    def architecture(self) -> list[dict[str, Any]]:
        """A list of dictionaries, a layer each."""
        pairs = zip(self.numbers.widths, self.numbers.widths[1:], strict=False)
        last = len(self.numbers.weights)
        return [
            {"input_dim": k, "output_dim": n, "units": n, "activation": "sigmoid" if l == last else "relu"}
            for l, (k, n) in enumerate(pairs, start=1)
        ]

    def neurons(self) -> list[list[list[float]]]:
        """A list of layers of neurons of weights, the bias last."""
        layers = zip(self.numbers.weights, self.numbers.biases, strict=True)
        whole = [np.concatenate([w, b[:, None]], axis=1).tolist() for w, b in layers]
        return self.given.setdefault("network", whole)


TABLE: dict[str, Callable[[Values, int], Any]] = {
    "x": lambda values, _: values.form.x(values.numbers),
    "y": lambda values, _: values.form.y(values.numbers),
    "pairs": lambda values, _: values.form.pairs(values.numbers),
    "rate": lambda values, _: values.rate,
    "epochs": lambda *_: 1,
    "batch": lambda values, _: values.numbers.examples,
    "m": lambda values, _: values.numbers.examples,
    "reg": lambda *_: 0.0,
    "one": lambda *_: 1.0,
    "false": lambda *_: False,
    "rarely": lambda *_: 10**9,
    "seed": lambda *_: 1,
    "iteration": lambda *_: 0,
    "n0": lambda values, _: values.numbers.widths[0],
    "nl": lambda values, _: values.numbers.widths[-1],
    "nh": lambda values, number: values.hidden(number),
    "sizes": lambda values, _: list(values.numbers.widths),
    "hidden": lambda values, _: list(values.numbers.widths[1:-1]),
    "after": lambda values, _: list(values.numbers.widths[1:]),
    "depth": lambda values, _: len(values.numbers.weights),
    "w": lambda values, number: values.matrix(number),
    "b": lambda values, number: values.vector(number),
    "weights": lambda values, _: values.all_weights(),
    "biases": lambda values, _: values.all_biases(),
    "parameters": lambda values, _: values.by_name(),
    "first": lambda values, _: values.matrix(1),
    "network": lambda values, _: values.neurons(),
    "dicts": lambda values, _: values.architecture(),
    "width": lambda values, number: values.numbers.widths[number],
}
SIZES = ("n0", "nh", "nl", "sizes", "hidden", "after")
MANY_SIZES = 2
LISTS: dict[str, tuple[str, ...]] = {**dict.fromkeys(SIZES, ()), "nh": ("hidden",), "sizes": ("hidden",)}
"""Sizes that may be those of all hidden layers, where others beside them are numbers."""
PARAMETERS = {"w", "b", "weights", "biases", "parameters", "network", "first"}
ALSO = {
    "nh": ("hidden",),
    "nl": ("after",),
    "sizes": ("hidden", "after", "dicts", "nh"),
    "parameters": ("network",),
    "weights": ("first", "network"),
    "x": ("pairs",),
    "depth": ("sizes",),
}
"""Other kinds that a name of one kind may be of."""


def choices(parameter: inspect.Parameter, literal: Any = None) -> list[Bound]:
    """What a parameter may get, the likeliest first; a default stands where the name says nothing."""
    found = [Bound(kind, number) for kind, number in kinds_of(parameter.name)]
    found = [other for one in found for other in (one, *(Bound(kind) for kind in ALSO.get(one.kind, ())))]
    found = [one for one in found if one.kind not in ("output", "cache")]
    has_default = parameter.default is not parameter.empty
    given = found[0].kind if found else ""
    if literal is True and given == "false":
        return [*found, Bound("constant", value=True)]
    if has_default and (not found or isinstance(parameter.default, str)):
        return [OMITTED, *found]
    if given == "m" and isinstance(parameter.default, float) and not parameter.default.is_integer():
        return [Bound("rate"), OMITTED]  # a fraction is no number of examples
    if parameter.default is None and given in ("w", "b", "weights", "biases", "parameters", "sizes"):
        return [OMITTED, *found]
    if literal is not None and (not found or isinstance(literal, str)):
        return [Bound("constant", value=literal), *found]
    return [*found, OMITTED] if has_default else found


def parameters_of(function: Any) -> list[inspect.Parameter]:
    """The parameters that a call fills, without self; raises Unbindable where they cannot be told."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        raise Unbindable("signature") from None
    return [
        p
        for p in signature.parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]


def alternatives(options: dict[str, list[Bound]], most: int = 12) -> Iterator[Arguments]:
    """The likeliest of everything, then one parameter otherwise at a time, then two."""
    if not all(options.values()):
        return
    first = {name: bounds[0] for name, bounds in options.items()}
    sized = {name: one for name, bounds in options.items() for one in reversed(bounds) if one.kind in SIZES}
    whole = {**first, **sized} if len(sized) > 1 else first
    if len(sized) > MANY_SIZES:  # inputs, hidden, outputs: numbers of them
        yield whole
    if len(sized) <= MANY_SIZES or whole != first:
        yield first
    if 1 < len(sized) <= MANY_SIZES and whole != first:
        yield whole
    if whole != first:
        yield from (
            {**whole, name: other} for name in sized for other in options[name] if other.kind in LISTS[sized[name].kind]
        )
    owned = {
        name: bound
        for name, bounds in options.items()
        for bound in bounds
        if bound.kind == "own" and bounds[0] != OMITTED
    }
    if len(owned) > 1:
        yield {**first, **owned}
    count = 0
    for name, bounds in options.items():
        for other in bounds[1:]:
            count += 1
            if count > most:
                return
            yield {**first, name: other}


def call(function: Callable[..., Any], arguments: Arguments, values: Values) -> Any:
    """The function's answer to these arguments."""
    given = {name: values.of(bound) for name, bound in arguments.items() if bound.kind != "omitted"}
    signature = inspect.signature(function)
    positional = [p.name for p in signature.parameters.values() if p.kind is p.POSITIONAL_ONLY]
    return function(*[given.pop(name) for name in positional if name in given], **given)
