"""What stands in for a module that is not there, or that only draws: nothing happens, and values pass through."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

SILENCED = {
    "matplotlib", "pylab", "seaborn", "plotly", "bokeh", "IPython", "ipywidgets", "tqdm", "cv2", "PIL", "pygame",
    "tkinter", "turtle", "wandb", "tensorboardX", "tensorflow", "keras", "torch", "torchvision", "jax", "requests",
    "urllib", "socket", "serial", "graphviz", "google", "gym", "mpl_toolkits",
}  # fmt: skip
"""Modules that draw, fetch or train: never imported, whether they are installed or not."""
COMPUTES = {"tensorflow", "keras", "torch", "torchvision", "jax"}
"""Those of them whose results a network may be made of."""


def _expit(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z)))


def _softmax(z: Any, axis: Any = None) -> Any:
    if axis is None and np.ndim(z) > 1 and min(np.shape(z)) > 1:
        PASSED.append(("softmax", np.array(z)))  # over which axis, its own module knew
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def _logsumexp(z: Any, axis: Any = None, keepdims: bool = False) -> Any:
    top = np.max(z, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(z - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)


def _to_categorical(y: Any, num_classes: int | None = None, *_: Any, **__: Any) -> Any:
    ids = np.asarray(y, dtype=int).ravel()
    return np.eye(num_classes or int(ids.max()) + 1)[ids]


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z)), z


def _relu(z: Any) -> Any:
    return np.maximum(0, z), z


def _sigmoid_backward(d: Any, z: Any) -> Any:
    s = 1 / (1 + np.exp(-z))
    return d * s * (1 - s)


def _relu_backward(d: Any, z: Any) -> Any:
    return np.where(z <= 0, 0, d)


def _linear_of(units: list[int]) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    pairs = list(itertools.pairwise(units))
    weights = {f"W{l}": rng.standard_normal((n, k)) for l, (k, n) in enumerate(pairs, start=1)}
    return weights | {f"b{l}": np.zeros((n, 1)) for l, (_, n) in enumerate(pairs, start=1)}


def _initialized(*units: Any) -> dict[str, Any]:
    return _linear_of(list(units[0]) if np.ndim(units[0]) else list(units))


def _split(*arrays: Any, **_: Any) -> list[Any]:
    """All of every array as its training part, and again as its test part."""
    return [array for one in arrays for array in (one, one)]


BODIES: dict[str, Callable[..., Any]] = {
    "expit": _expit,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "to_categorical": _to_categorical,
    "sigmoid_backward": _sigmoid_backward,
    "relu_backward": _relu_backward,
    "initialize_parameters": _initialized,
    "initialize_parameters_deep": _initialized,
    "train_test_split": _split,
    "shuffle": lambda *arrays, **_: arrays[0] if len(arrays) == 1 else arrays,
}
"""Well-known helpers that programs compute with."""
PLAIN: dict[str, Callable[..., Any]] = {
    "sigmoid": _expit,
    "relu": lambda z: np.maximum(0, z),
    "tanh": np.tanh,
    **dict.fromkeys(("reluderivative", "reluprime", "reluderiv", "drelu", "relugrad"), lambda z: 1.0 * (z > 0)),
}
"""Functions of z alone, by their names in small letters; a slope of a sigmoid may be meant of z or of a."""
CACHED = {"sigmoid": _sigmoid, "relu": _relu}
"""The two that give `(a, cache)` in a module that also has their backward halves."""


PASSED: list[tuple[str, Any]] = []
"""The arrays that went through a function which is not there, each with the function's name."""
LISTED = 50
SHAPE: list[int] = []
"""Rows and columns of a table that is not there, while a program's own statements run: our examples, x and y."""


def passed(known: Iterable[Any]) -> str | None:
    """The function that an array other than these went through as if it did nothing; None where none did."""
    contents = {np.asarray(array, dtype=float).tobytes() for array in known}
    return next((name for name, array in PASSED if np.asarray(array, dtype=float).tobytes() not in contents), None)


class Stub:
    """Takes any attribute, call and index; a call gives its argument back where that is a function or a series."""

    def __init__(self, name: str = "stub", draws: bool = False) -> None:
        self.__name__ = name
        self.__dict__["_draws"] = draws

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "shape" and SHAPE:
            return tuple(SHAPE)
        return body(name) or Stub(name, self.__dict__["_draws"])

    def __call__(self, *given: Any, **named: Any) -> Any:
        if not self.__dict__["_draws"]:
            PASSED.extend((self.__name__, one.copy()) for one in given if _computed(one))
            del PASSED[:-LISTED]
        series = given and (callable(given[0]) or (isinstance(given[0], Iterable) and not isinstance(given[0], str)))
        return given[0] if series else Stub(self.__name__)

    def __getitem__(self, key: Any) -> Stub:
        return self

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __bool__(self) -> bool:
        return False

    def __format__(self, spec: str) -> str:
        return ""

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return (type(self.__name__, (), {}),)  # of its own: two of them may be bases of one class


def _computed(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size > 1


def body(name: str) -> Callable[..., Any] | None:
    """What a function of this name computes, where its name says it."""
    return BODIES.get(name) or PLAIN.get(name.lower().replace("_", ""))


class StubModule(ModuleType):
    """A module that has whatever is asked of it."""

    def __init__(self, name: str, cached: bool = False) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__dict__["_cached"] = cached

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in CACHED and self.__dict__["_cached"]:
            return CACHED[name]
        return body(name) or Stub(name, draws(self.__name__))


def draws(module: str) -> bool:
    """Whether what a silenced module does with numbers is of no consequence."""
    return module.split(".")[0] in SILENCED - COMPUTES


def silenced(name: str) -> bool:
    """Whether a module is one of those that only draw, fetch or train."""
    return name.split(".")[0] in SILENCED and name.split(".")[0] not in ("urllib",)


def stub(name: str, wanted: Iterable[str] = ()) -> StubModule:
    """A stub of a module of which these names are wanted, entered in sys.modules with the packages above it."""
    names = set(wanted)
    module = StubModule(name, cached=bool(names & {"sigmoid_backward", "relu_backward"}) or "dnn" in name)
    parts = name.split(".")
    for end in range(1, len(parts)):
        above = ".".join(parts[:end])
        sys.modules.setdefault(above, StubModule(above))
    sys.modules[name] = module
    return module
