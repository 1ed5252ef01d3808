"""What a subject returned, whatever its form, as named lists of arrays; and back from JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....manual.shapes import Array

LARGEST = 100_000
"""Numbers in one array: the cases are small, more is no answer."""
NAMES = {
    "nabla_w": ("nabla_w", "nabla_ws", "dw", "dws", "grad_w", "grads_w", "grad_weights", "weight_grads", "d_weights"),
    "nabla_b": ("nabla_b", "nabla_bs", "db", "dbs", "grad_b", "grads_b", "grad_biases", "bias_grads", "d_biases"),
    "delta": ("delta", "deltas", "dz", "dzs", "errors"),
    "z": ("z", "zs"),
    "a": ("a", "activations", "as"),
}
"""The keys that a dictionary may have, in any case; a single layer has its number behind (dW1)."""


class Unreadable(Exception):
    """What came back is no gradients; says what it is."""


@dataclass
class CallOutcome:
    """One call: the parts that came back by name (`first` and `second` of a bare pair), or what it raised.

    Where a second call does not repeat the first, `growth` is what it answers more.
    """

    parts: dict[str, list[Array]] = field(default_factory=dict)
    raised: str | None = None
    line: int | None = None
    changed: dict[str, list[Array]] = field(default_factory=dict)
    repeats: bool = True
    dtype: str = ""
    growth: dict[str, list[Array]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "parts": {name: [_array_json(array) for array in part] for name, part in self.parts.items()},
            "raised": self.raised,
            "line": self.line,
            "changed": {name: [_array_json(array) for array in part] for name, part in self.changed.items()},
            "repeats": self.repeats,
            "dtype": self.dtype,
            "growth": {name: [_array_json(array) for array in part] for name, part in self.growth.items()},
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> CallOutcome:
        """Back in the parent: nothing but numbers and strings crosses."""
        return cls(
            {name: [_from_json(array) for array in part] for name, part in document["parts"].items()},
            document["raised"],
            document["line"],
            {name: [_from_json(array) for array in part] for name, part in document["changed"].items()},
            document["repeats"],
            document["dtype"],
            {name: [_from_json(array) for array in part] for name, part in document["growth"].items()},
        )


def _array_json(array: Array) -> dict[str, Any]:
    return {"shape": list(array.shape), "data": array.astype(np.float64).ravel().tolist()}


def _from_json(document: dict[str, Any]) -> Array:
    return np.array(document["data"], dtype=np.float64).reshape(document["shape"])


def parts_of(answer: Any) -> tuple[dict[str, list[Array]], str]:
    """The parts of what a subject returned, and the name of the dtype that it computed in."""
    if _pairs(answer):
        named: dict[str, Any] = dict(zip(("nabla_w", "nabla_b"), zip(*answer, strict=True), strict=True))
    elif isinstance(answer, dict):
        named = _from_dict(answer)
    elif isinstance(answer, list | tuple) and len(answer) >= 2:
        named = dict(zip(("first", "second", "delta"), answer, strict=False))
    else:
        raise Unreadable(f"it returned {_told(answer)}, not (nabla_w, nabla_b)")
    if not isinstance(named.get("delta", []), list | tuple):
        del named["delta"]
    parts = {name: [_numbers(layer, name) for layer in _layers(part, name)] for name, part in named.items()}
    dtypes = {np.asarray(layer).dtype.name for part in named.values() for layer in part}
    return parts, ",".join(sorted(dtypes))


def _pairs(answer: Any) -> bool:
    """A list with a tuple (∂C/∂W, ∂C/∂b) a layer."""
    tuples = isinstance(answer, list) and all(isinstance(layer, tuple) and len(layer) == 2 for layer in answer)
    return tuples and bool(answer) and all(np.ndim(w) == 2 and np.size(b) in np.shape(w) for w, b in answer)


def _from_dict(answer: dict[Any, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    numbered: dict[str, dict[int, Any]] = {}
    for key, value in answer.items():
        stem, number = re.fullmatch(r"(.*?)_?(\d*)", str(key).lower()).groups()  # type: ignore[union-attr]
        for name, spellings in NAMES.items():
            if str(key).lower() in spellings:
                named[name] = value
            elif number and stem in spellings:
                numbered.setdefault(name, {})[int(number)] = value
    for name, layers in numbered.items():
        named.setdefault(name, [layers[number] for number in sorted(layers)])
    if "nabla_w" not in named or "nabla_b" not in named:
        raise Unreadable(
            f"it returned a dictionary with the keys {', '.join(map(str, answer))}, no nabla_w and nabla_b"
        )
    return named


def _layers(part: Any, name: str) -> Any:
    if isinstance(part, dict):
        return [part[key] for key in sorted(part)]
    if isinstance(part, list | tuple) or (isinstance(part, np.ndarray) and part.ndim):
        return part
    raise Unreadable(f"its {name} is {_told(part)}, not a list with an array a layer")


def _numbers(layer: Any, name: str) -> Array:
    try:
        array = np.asarray(layer)
        if array.dtype.kind not in "bifu":
            array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise Unreadable(f"its {name} holds {_told(layer)}, not an array of numbers") from None
    if array.size > LARGEST:
        raise Unreadable(f"its {name} holds an array of shape {array.shape}")
    return array


def _told(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
