"""No verdict hangs on the last digits: sums in another order and an ulp of noise change none."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from backproof.agreement import diagnose
from helpers.later import long_but
from helpers.planted import FOLDER, subject
from helpers.reordered import CHANGES

SLOPE_LEFT_OUT = """
import numpy as np
def backprop(weights, biases, x, y):
    a = [x]
    for w, b in zip(weights, biases):
        a.append(1 / (1 + np.exp(-(w @ a[-1] + b))))
    delta = (a[-1] - y) * a[-1] * (1 - a[-1])
    nabla_w, nabla_b = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_w.insert(0, delta @ a[l].T)
        nabla_b.insert(0, delta.sum(axis=1, keepdims=True))
        delta = weights[l].T @ delta
    return nabla_w, nabla_b
"""
PROGRAMS = {
    "relu_softmax": ((FOLDER / "as_they_are" / "relu_softmax_cols.py").read_text("utf-8"), ()),
    "slope left out": (SLOPE_LEFT_OUT, ("M06",)),
    "slope kept": (SLOPE_LEFT_OUT.replace("@ delta\n    return", "@ delta * a[l] * (1 - a[l])\n    return"), ()),
}


QUICK = [(name, change) for name in PROGRAMS for change in ("permuted", "shaken")]


@pytest.mark.parametrize(("name", "change"), long_but(*QUICK, of=product(PROGRAMS, CHANGES)))
def test_reordered_sums_and_an_ulp_of_noise_change_no_verdict(name: str, change: str) -> None:
    source, mistakes = PROGRAMS[name]
    found = diagnose(CHANGES[change](subject(source)))
    words = {equation: status.word for equation, status in found.equations.items()}
    assert words == {"BP1": "right", "BP2": "wrong" if mistakes else "right", "BP3": "right", "BP4": "right"}
    assert (found.mistakes, found.right) == (mistakes, not mistakes)


def test_one_entry_off_by_a_billionth_is_no_float32() -> None:
    from backproof.agreement import diagnose

    def one_off(weights, biases, x, y):  # type: ignore[no-untyped-def]
        nabla_w, nabla_b = _sigmoids(weights, biases, x, y)
        nabla_w[0][0, 0] *= 1 + 3e-8
        return nabla_w, nabla_b

    def in_float32(weights, biases, x, y):  # type: ignore[no-untyped-def]
        nabla_w, nabla_b = _sigmoids(weights, biases, x, y)
        return [w.astype(np.float32).astype(float) for w in nabla_w], nabla_b

    found = str(diagnose(one_off))
    assert "wrong in BP4" in found
    assert "M39" not in found
    assert "M39" in str(diagnose(in_float32))


def _sigmoids(weights, biases, x, y):  # type: ignore[no-untyped-def]
    a = [x]
    for w, b in zip(weights, biases, strict=True):
        a.append(1 / (1 + np.exp(-(w @ a[-1] + b[:, None]))))
    delta = (a[-1] - y) * a[-1] * (1 - a[-1]) / x.shape[1]
    nabla_w, nabla_b = [delta @ a[-2].T], [delta.sum(axis=1)]
    for layer in range(2, len(weights) + 1):
        delta = (weights[-layer + 1].T @ delta) * a[-layer] * (1 - a[-layer])
        nabla_w.insert(0, delta @ a[-layer - 1].T)
        nabla_b.insert(0, delta.sum(axis=1))
    return nabla_w, nabla_b
