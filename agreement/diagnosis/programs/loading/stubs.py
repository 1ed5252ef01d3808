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
    "urllib", "graphviz", "google", "gym", "mpl_toolkits",
}  # fmt: skip
"""Modules that draw, fetch or train: never imported, whether they are installed or not."""


def _expit(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z)))


def _softmax(z: Any, axis: Any = None) -> Any:
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


def _plain(name: str) -> Callable[..., Any]:
    """Course files import `sigmoid(z) -> a` from one module and `-> (a, z)` from another: by the module's name."""
    return {"sigmoid": _expit, "relu": lambda z: np.maximum(0, z)}[name]


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
CACHED = {"sigmoid": _sigmoid, "relu": _relu}
"""The two that give `(a, cache)` in a module that also has their backward halves."""


class Stub:
    """Takes any attribute, call and index; a call gives its argument back where that is a function or a series."""

    def __init__(self, name: str = "stub") -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return BODIES.get(name) or Stub(name)

    def __call__(self, *given: Any, **named: Any) -> Any:
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

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return (object,)


class StubModule(ModuleType):
    """A module that has whatever is asked of it."""

    def __init__(self, name: str, cached: bool = False) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__dict__["_cached"] = cached

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in CACHED:
            return CACHED[name] if self.__dict__["_cached"] else _plain(name)
        return BODIES.get(name) or Stub(name)


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
