"""Every number of the live network by name, as the page's script keeps them: of one example, layers from 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from ....manual.activations import ACTIVATIONS, Elementwise
from ....manual.backprop import backprop, head_of
from ....manual.case import Case, Pack
from ....manual.shapes import Array
from ....reference.truth.certified import truth
from ..numbers import brief, short

Numbers = dict[str, Any]
CHOSEN = ("w", "b", "y")
"""The parts that are given and not computed."""


def quantities(case: Case) -> Numbers:
    """The certified z, a, C, δ, ∂C/∂b and ∂C/∂W of a case with one example, and what they are made of."""
    pack = Pack.of([case])
    sure = truth(pack, backprop(pack).map(np.zeros_like)).map(lambda enclosure: np.asarray(enclosure.hi[0]))
    assert sure.z is not None
    assert sure.a is not None
    assert sure.delta is not None
    a, delta = [case.x, *sure.a], list(sure.delta)
    back = [w.mT @ d for w, d in zip(case.weights[1:], delta[1:], strict=True)]
    names = case.architecture.activations
    return {
        "w": [w.tolist() for w in case.weights],
        "b": [b.tolist() for b in case.biases],
        "y": case.y[:, 0].tolist(),
        "z": _columns(sure.z),
        "a": _columns(a),
        "rest": _columns([1 - one for one in a]),
        "C": float(np.asarray(sure.cost)),
        "nabla": head_of(case).nabla_a(a[-1], case.y)[:, 0].tolist(),
        "slope": [_slope(name, z) for name, z in zip(names, sure.z, strict=True)],
        "delta": _columns(delta),
        "back": [*_columns(back), []],
        "wa": [(w * one.T).tolist() for w, one in zip(case.weights, a, strict=False)],
        "wd": [(w * d).tolist() for w, d in zip(case.weights, delta, strict=True)],
        "dw": [dw.tolist() for dw in sure.nabla_w],
    }


def _columns(parts: Any) -> list[list[float]]:
    return [part[:, 0].tolist() for part in parts]


def _slope(name: str, z: Array) -> list[float]:
    """σ′(z); none where the activation mixes its neurons."""
    sigma = ACTIVATIONS[name]
    return sigma.slope(z)[:, 0].tolist() if isinstance(sigma, Elementwise) else []


class LiveNumber:
    """Writes numbers of the live network so that the page's script finds them again when a weight is edited."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def value(self, path: str) -> float:
        """The number at a path such as `delta.1.0`."""
        found: Any = self.numbers
        for step in path.split("."):
            found = found[int(step) if step.isdigit() else step]
        return float(found)

    def text(self, path: str, term: bool = False) -> str:
        """The number as it is written: a chosen one without zeros at its end, a negative factor in brackets."""
        value = self.value(path)
        text = brief(value) if path.partition(".")[0] in CHOSEN else short(value)
        return f"({text})" if term and value < 0 else text

    def __call__(self, path: str, term: bool = False) -> Markup:
        """The number as HTML; as a factor or a term, in brackets where it is negative."""
        marked = ' data-term="1"' if term else ""
        return Markup(f'<span data-q="{path}"{marked}>{self.text(path, term)}</span>')
