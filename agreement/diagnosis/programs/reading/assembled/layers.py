"""Layers that are objects, put together by us: where a program has no network of them, or one that needs them made."""

from __future__ import annotations

import contextlib
import copy
import inspect
import re
from collections.abc import Iterator, Sequence
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ......manual.shapes import Array
from ...loading.program import Program
from ..arguments import Bound, Unbindable, Values, parameters_of
from ..kinds import kinds_of
from ..numbers import draw
from ..tracer import walk

FORWARD = re.compile(r"^(forward\w*|__call__|feed_?forward|fprop|forward_?prop\w*)$", re.I)
BACKWARD = re.compile(r"^(backward\w*|back_?prop\w*|bprop|backpropagat\w*|grad(ient)?)$", re.I)
OTHER = re.compile(r"drop|norm|conv|pool|lstm|rnn|gru|embed|flatten|reshape|loss|cost|entropy|softmax|error|mse", re.I)
"""Layers of which no plain network is made."""
OUTPUT = re.compile(r"^(out(put)?s?|a|activations?|result|z)$", re.I)
GRADIENT = re.compile(r"^d|grad|delta|error", re.I)
SHAPE = (8, 6)
"""Inputs and outputs of the layer by which it is told what a class makes."""
ASKS = re.compile(r"activ|^act|func", re.I)
"""How a parameter is called that asks for an activation."""
PAIRED = re.compile(r"prime|deriv|grad|^d_|_d$|dash|backward", re.I)
MODE = re.compile(r"^(is_?)?(train(ing)?|test(ing)?|mode|eval|phase)(_mode|ing)?$", re.I)
"""How a parameter is called that tells training from use."""
NAMED = ("sigmoid", "tanh", "relu")


def methods(cls: type) -> tuple[str, str] | None:
    """The names of the methods by which an object of a class goes forward, on one array, and back."""
    found = {name: getattr(cls, name) for part in reversed(cls.__mro__) for name in vars(part)}
    functions = {name: value for name, value in found.items() if isinstance(value, FunctionType)}
    forward = next((name for name in functions if FORWARD.match(name)), None)
    backward = next((name for name in functions if BACKWARD.match(name)), None)
    if forward is None or backward is None or len(asked(functions[forward])) != 1:
        return None
    return (forward, backward) if required(functions[backward]) else None


def required(function: FunctionType) -> list[str]:
    """The parameters of a method that have no default, without self."""
    return [p.name for p in parameters_of(function)[1:] if p.default is p.empty]


def asked(function: FunctionType) -> list[str]:
    """The same without those that only tell training from use."""
    return [name for name in required(function) if not MODE.search(name)]


def affine(program: Program) -> list[str]:
    """The classes whose objects hold the weights of a layer, those with biases first."""
    found = {name: _holds_weights(program, cls) for name, cls in _layers(program)}
    return sorted((name for name, held in found.items() if held), key=lambda name: -found[name])


def activations(program: Program) -> list[str]:
    """The classes whose objects hold none, and can be made; those of the commonest activations first."""
    found = [name for name, cls in _layers(program) if not _holds_weights(program, cls) and _activates(program, cls)]
    return sorted(found, key=lambda name: next((n for n, one in enumerate(NAMED) if one in name.lower()), len(NAMED)))


def _layers(program: Program) -> Iterator[tuple[str, type]]:
    for name, cls in program.definitions():
        if inspect.isclass(cls) and not OTHER.search(name) and methods(cls) is not None:
            yield name, cls


def _holds_weights(program: Program, cls: type) -> int:
    """2 where its objects hold the W and the b of a layer, 1 where a W alone, 0 where none."""
    try:
        made = _affine(program, cls, draw(SHAPE, 1).weights[0], "")
    except Exception:
        return 0
    biased = any(_has(program, made, shape) for shape in ((SHAPE[1], 1), (1, SHAPE[1]), (SHAPE[1],)))
    return (1 + biased) * _has(program, made, SHAPE)


def _has(program: Program, made: Any, shape: tuple[int, ...]) -> bool:
    """Whether a layer holds an array of this shape, in either orientation."""
    held = walk(made, lambda value: value is made or program.defines(type(value)))
    return any(np.shape(value) in (shape, shape[::-1]) for _, value in held)


def _activates(program: Program, cls: type) -> bool:
    try:
        return np.shape(forward(_activation(program, cls), np.full((2, 3), 0.5))) == (2, 3)
    except Exception:
        return False


def _affine(program: Program, cls: type, w: Any, activation: str) -> Any:
    """A layer of so many neurons; `activation` for a parameter that asks for one by its name."""
    n, k = w.shape
    given: dict[str, Any] = {}
    sizes = [k, n]
    for p in parameters_of(inspect.getattr_static(cls, "__init__"))[1:]:
        kinds = [kind for kind, _ in kinds_of(p.name)]
        if ASKS.search(p.name):
            if p.default is p.empty or (activation and (p.default is None or isinstance(p.default, str))):
                given[p.name] = own_function(program, activation, p.default)
        elif "weights" in kinds or "w" in kinds:
            given |= {p.name: np.array(w.T)} if p.default is p.empty else {}
        elif "biases" in kinds or "b" in kinds:
            given |= {p.name: np.zeros((1, n))} if p.default is p.empty else {}
        elif kinds[:1] == ["rate"] or p.default is not p.empty:
            given |= {p.name: 1.0} if p.default is p.empty else {}
        else:
            wanted = n if {"nl", "nh"} & set(kinds) and "n0" not in kinds else k
            given[p.name] = sizes.pop(sizes.index(wanted) if wanted in sizes else 0)
    made = _made_by(program, cls, given, (k, n))
    if not _has(program, made, (n, k)):
        forward(made, np.full((TELLING, k), 0.5))  # its weights are made when it is first used
    return made


def _made_by(program: Program, cls: type, given: dict[str, Any], sizes: tuple[int, int]) -> Any:
    """An object by these arguments; by both sizes at once in place of the only number where it takes no number.

    Raises TypeError where three sizes make two matrices: that is a network.
    """
    try:
        return cls(**given)
    except TypeError:
        numbers = [name for name, value in given.items() if type(value) is int]
        if len(numbers) != 1:
            raise
        with contextlib.suppress(ValueError, IndexError, KeyError):  # by widths that no bias is taken for
            if _has(program, cls(**{**given, numbers[0]: (*SHAPE, SHAPE[1])}), SHAPE):
                raise
        return cls(**{**given, numbers[0]: sizes})


def own_function(program: Program, name: str, default: Any) -> Any:
    """An activation as it is asked for: a function of the program, or its name."""
    name = name or NAMED[0]
    own = next((value for key, value in program.definitions() if key.lower() == name), None)
    if own is None or isinstance(default, str):
        return name
    return own() if inspect.isclass(own) else own


def _activation(program: Program, cls: type) -> Any:
    """An activation layer; of the program's own function and its derivative where it asks for these."""
    init = inspect.getattr_static(cls, "__init__")
    needed = [p for p in parameters_of(init)[1:] if p.default is p.empty] if isinstance(init, FunctionType) else []
    if not needed:
        return cls()
    functions = {name: value for name, value in program.definitions() if isinstance(value, FunctionType)}
    plain = next((n for name in NAMED for n in functions if n.lower() == name), None)
    if plain is None or len(needed) > 2:
        raise Unbindable("an activation")
    slope = next((n for n in functions if plain in n.lower() and n != plain and PAIRED.search(n)), None)
    chosen = [plain, slope][: len(needed)]
    return cls(**{p.name: functions[name] for p, name in zip(needed, chosen, strict=True) if name})


class SigmoidLayer:
    """σ of our own, after layers of weights that have no activation."""

    def forward(self, z: Array) -> Array:
        """σ(z)."""
        self.a = np.asarray(1 / (1 + np.exp(-z)))
        return self.a

    def backward(self, gradient: Array) -> Array:
        """∂C/∂z of ∂C/∂a."""
        return np.asarray(gradient * self.a * (1 - self.a))


ITS_OWN, OURS = "its own activation", "our sigmoids"


def stacked(program: Program, values: Values, layer: str, activation: str) -> list[Any]:
    """The layers of a network of our widths, each with an activation after it."""
    made = []
    for w in values.numbers.weights:
        made.append(_affine(program, program.namespace[layer], w, NAMED[0] if activation == ITS_OWN else ""))
        if type(made[-1]) not in BELOW:
            _learn_below(made[-1], w.shape[1], values)
        if activation != ITS_OWN:
            made.append(SigmoidLayer() if activation == OURS else _activation(program, program.namespace[activation]))
    return made


def activated(program: Program, layer: str) -> list[str]:
    """The activations that may follow a layer of weights, the likeliest first."""
    asks = any(map(ASKS.search, inspect.signature(program.namespace[layer]).parameters))
    bent = _bends(program, program.namespace[layer])
    if bent or (bent is None and asks):
        return [ITS_OWN, OURS] if asks else [ITS_OWN]
    return [*activations(program), OURS]


def _bends(program: Program, cls: type) -> bool | None:
    """Whether a layer does more than an affine map, on some numbers; None where it takes none."""
    k, rng = SHAPE[0], np.random.default_rng(1)
    for shape in ((TELLING, k), (k, TELLING)):
        with contextlib.suppress(Exception):
            made = _affine(program, cls, draw(SHAPE, 1).weights[0], NAMED[0])
            x, y = rng.standard_normal((2, *shape))
            both, none, one, other = (np.array(forward(made, z)) for z in (x + y, 0 * x, x, y))
            return not np.allclose(both + none, one + other, atol=1e-4)
    return None


def forward(layer: Any, x: Any) -> Any:
    """What a layer makes of its input: returned, or left in it."""
    name, _ = methods(type(layer)) or ("forward", "backward")
    method = getattr(type(layer), name)
    found = getattr(layer, name)(x, **dict.fromkeys([key for key in required(method) if MODE.search(key)], False))
    if found is None:
        found = next(value for key, value in vars(layer).items() if OUTPUT.match(key) and value is not None)
    return found[0] if isinstance(found, tuple) else found


def backward(layer: Any, gradient: Any, inputs: Any, values: Values) -> tuple[Any, Any]:
    """∂C/∂(its input), which has the input's shape, and all that it returned."""
    _, name = methods(type(layer)) or ("forward", "backward")
    rest = [p for p in parameters_of(getattr(type(layer), name))[1:] if p.default is p.empty][1:]
    given = {p.name: values.of(Bound(kind)) for p in rest for kind, _ in kinds_of(p.name)[:1] or [("unknown", 0)]}
    answer = getattr(layer, name)(gradient, **given)
    parts = _handed_down(layer, answer)
    place = BELOW.get(type(layer))
    if place in parts and _shape(parts[place]) == np.shape(inputs):
        return parts[place], answer
    return next((part for part in parts.values() if _shape(part) == np.shape(inputs)), None), answer


def _handed_down(layer: Any, answer: Any) -> dict[int | str, Any]:
    """What may be ∂C/∂(its input): the parts of an answer by their place, then attributes by their names."""
    parts = dict(enumerate(answer if isinstance(answer, tuple | list) else [answer]))
    return parts | {key: value for key, value in vars(layer).items() if GRADIENT.search(key)}


BELOW: WeakKeyDictionary[type, int | str] = WeakKeyDictionary()
"""Where the objects of a class leave ∂C/∂(its input), as so many examples tell it."""
TELLING = 97
"""Examples: as many as no width is."""


def _learn_below(layer: Any, k: int, values: Values) -> None:
    """Note where a layer of k inputs leaves ∂C/∂(its input), on a copy of it."""
    for shape in ((TELLING, k), (k, TELLING)):
        with contextlib.suppress(Exception):
            one, x = copy.deepcopy(layer), np.full(shape, 0.5)
            gradient = np.ones(np.shape(forward(one, x)))
            _, answer = backward(one, gradient, x, values)
            found = [place for place, part in _handed_down(one, answer).items() if _shape(part) == shape]
            BELOW.update({type(layer): found[0]} if found and TELLING in gradient.shape else {})


def _shape(value: Any) -> tuple[int, ...] | None:
    return value.shape if isinstance(value, np.ndarray) else None


def forward_all(layers: Sequence[Any], x: Any) -> list[Any]:
    """x and what each layer makes of it."""
    found = [x]
    for layer in layers:
        found.append(forward(layer, found[-1]))
    return found


def backward_all(layers: Sequence[Any], passed: Sequence[Any], y: Any, values: Values) -> list[Any]:
    """What the layers return, the last first, where the gradient of ½‖a − y‖² is handed down."""
    gradient, returned = passed[-1] - y, []
    for layer, inputs in zip(reversed(layers), reversed(passed[:-1]), strict=True):
        gradient, answer = backward(layer, np.array(gradient), inputs, values)
        returned.append(answer)
    return returned
