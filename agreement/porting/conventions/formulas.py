"""Conventions that are two formulas of one value: activations, norms, softmax, masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from flint import arb

from ....reference.graph.arrays import each, filled, from_list
from .place import PartingPlace, Told, axis_sets, written

_half = arb("0.5")
tanh, exp, erf = each(lambda x: x.tanh()), each(lambda x: x.exp()), each(lambda x: x.erf())
log, sqrt, rsqrt = each(lambda x: x.log()), each(lambda x: x.sqrt()), each(lambda x: x.rsqrt())
sigmoid = each(lambda x: 1 / (1 + (-x).exp()))


def _clamped(low: float, high: float) -> Callable[[Any], Any]:
    return each(lambda x: min(max(x, arb(low)), arb(high)))


def _left(of_negative: Callable[[arb], arb]) -> Callable[[Any], Any]:
    """x right of 0, a formula left of it."""
    return each(lambda x: x if x > 0 else of_negative(x))


GELU: Mapping[str, Callable[[Any], Any]] = {
    "gelu by erf": each(lambda x: x * (1 + (x / arb(2).sqrt()).erf()) / 2),
    "gelu by tanh": each(lambda x: x * (1 + ((2 / arb.pi()).sqrt() * (x + arb("0.044715") * x * x * x)).tanh()) / 2),
    "gelu by sigmoid(1.702 x)": each(lambda x: x / (1 + (-arb("1.702") * x).exp())),
}
ACTIVATIONS: Mapping[str, Callable[[Any], Any]] = {
    **GELU,
    "relu": _left(lambda x: arb(0)),
    "leaky relu (0.01)": _left(lambda x: x / 100),
    "leaky relu (0.2)": _left(lambda x: x / 5),
    "elu": _left(lambda x: x.expm1()),
    "relu6": _clamped(0, 6),
    "silu": each(lambda x: x / (1 + (-x).exp())),
    "mish": each(lambda x: x * x.exp().log1p().tanh()),
    "softplus": each(lambda x: x.exp().log1p()),
    "tanh": tanh,
    "sigmoid": sigmoid,
    "hard sigmoid (x/6 + 1/2)": each(lambda x: min(max(x / 6 + _half, arb(0)), arb(1))),
    "hard sigmoid (x/5 + 1/2)": each(lambda x: min(max(x / 5 + _half, arb(0)), arb(1))),
    "hard swish": each(lambda x: x * min(max(x / 6 + _half, arb(0)), arb(1))),
}


def _applied(formulas: Mapping[str, Callable[[Any], Any]], x: Any) -> Iterator[tuple[str, Any]]:
    for name, function in formulas.items():
        yield name, function(x)


def _of_each(place: PartingPlace, formulas: Mapping[str, Callable[[Any], Any]]) -> Told | None:
    return next(filter(None, (place.told(_applied(formulas, x)) for x in place.common if _tells(x))), None)


def _tells(x: Any) -> bool:
    """Whether there are numbers of both signs, a few: functions that agree on one side of 0 are told apart."""
    return np.size(x) > 2 and finite(x) and any(v < 0 for v in np.ravel(x)) and any(v > 0 for v in np.ravel(x))


def finite(x: Any) -> bool:
    """Whether all entries are numbers."""
    return all(entry.is_finite() for entry in np.ravel(x))


def gelu(place: PartingPlace) -> Told | None:
    """By the error function, by tanh, or by a logistic function."""
    return _of_each(place, GELU)


def activation(place: PartingPlace) -> Told | None:
    """Another function altogether."""
    return _of_each(place, ACTIVATIONS)


def epsilon_place(place: PartingPlace) -> Told | None:
    """Epsilon under the root, or added to it."""
    for v in place.common:
        if not all(x >= 0 for x in np.ravel(v)):
            continue
        for e in [x for x in place.numbers() if 0 < x < arb("0.1")]:
            found = place.told(_rooted(v, e))
            if found is not None:
                return found
    return None


def _rooted(v: Any, e: arb) -> Iterator[tuple[str, Any]]:
    inside, outside, largest = sqrt(v + e), sqrt(v) + e, each(lambda x: max(x.sqrt(), e))(v)
    roots = {"√(v + ε)": inside, "√v + ε": outside, "max(√v, ε)": largest}
    for name, root in roots.items():
        yield from ((f"{name}, ε = {written(e)}", x) for x in (root, 1 / root))


def _mean(x: Any, axes: tuple[int, ...]) -> Any:
    count = int(np.prod([x.shape[k] for k in axes]))
    return np.add.reduce(x, axis=axes, keepdims=True) / arb(count)


def norm_centre(place: PartingPlace) -> Told | None:
    """Mean of squares as it is (RMS norm), or about the mean (layer norm)."""
    for x in place.common:
        for axes in axis_sets(np.shape(x)):
            about = x - _mean(x, axes)
            found = place.told([("mean of (x − μ)²", _mean(about * about, axes)), ("mean of x²", _mean(x * x, axes))])
            if found is not None:
                return found
    return None


def norm_axes(place: PartingPlace) -> Told | None:
    """Means over other axes."""
    for x in place.common:
        sets = axis_sets(np.shape(x))
        found = place.told((f"mean over axes {_axes(s)} of {len(np.shape(x))}", _mean(x, s)) for s in sets)
        if found is not None:
            return found
    return None


def _axes(axes: tuple[int, ...]) -> str:
    return ", ".join(map(str, axes))


def softmax(x: Any, axis: int) -> Any:
    """eˣ/Σeˣ along an axis; exact balls need no maximum subtracted."""
    powers = each(lambda v: v.exp() if v.is_finite() or not v < 0 else arb(0))(x)
    return powers / np.add.reduce(powers, axis=axis, keepdims=True)


def softmax_axis(place: PartingPlace) -> Told | None:
    """Softmax over another axis."""
    for x in place.common:
        shape = np.shape(x)
        axes = [k for k, n in enumerate(shape) if n > 1]
        for said, function in (("softmax", softmax), ("log-softmax", lambda v, k: log(softmax(v, k)))):
            options = ((f"{said} over axis {k} of {len(shape)}", function(x, k)) for k in axes)
            found = place.told(options)
            if found is not None:
                return found
    return None


MASKS: Mapping[str, Callable[[Any, Any], Any]] = {
    "no mask": lambda i, j: i == i,
    "a causal mask, j ≤ i": lambda i, j: j <= i,
    "a mask j < i": lambda i, j: j < i,
    "a mask j ≤ i + 1": lambda i, j: j <= i + 1,
    "a mask j ≥ i": lambda i, j: j >= i,
}


def causal_mask(place: PartingPlace) -> Told | None:
    """Scores masked by position, otherwise, or not at all."""
    for x in place.common:
        for scores in (x, np.swapaxes(x, -1, -2)) if np.ndim(x) >= 2 else ():
            found = place.told(_masked(scores))
            if found is not None:
                return found
    return None


def _masked(scores: Any) -> Iterator[tuple[str, Any]]:
    rows, columns = (np.arange(n) for n in scores.shape[-2:])
    for name, keeps in MASKS.items():
        visible = np.broadcast_to(keeps(rows[:, None], columns[None, :]), scores.shape)
        hidden = from_list(list(np.where(visible, scores, filled(scores.shape, arb("-inf"))).ravel()), scores.shape)
        if np.all(visible.any(-1)):
            yield name, softmax(hidden, -1)


def softmax_twice(place: PartingPlace) -> Told | None:
    """A loss that takes logits is given probabilities."""
    for x in place.common:
        for k in range(np.ndim(x)):
            once = softmax(x, k)
            found = place.told(
                [("log-softmax of logits", log(once)), ("log-softmax of probabilities", log(softmax(once, k)))]
            )
            if found is not None:
                return found
    return None
