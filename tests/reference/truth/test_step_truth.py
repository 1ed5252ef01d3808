"""One equation at a time, from floats that are not the true ones: against rational arithmetic."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
import pytest
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Case
from backproof.manual.gradients import Gradients
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.reference.truth import certified
from backproof.reference.truth.enclosure import Enclosure
from helpers.drawn import INTEGER_MENU, case, cases
from hypothesis import given
from hypothesis import strategies as st

Rows = list[list[Fraction]]


def exact(array: Any) -> Rows:
    return [[Fraction(float(x)) for x in row] for row in np.atleast_2d(array)]


def product(x: Rows, y: Rows) -> Rows:
    return [
        [sum((p * q for p, q in zip(row, column, strict=True)), Fraction(0)) for column in zip(*y, strict=True)]
        for row in x
    ]


def transposed(x: Rows) -> Rows:
    return [list(row) for row in zip(*x, strict=True)]


def slope(name: str, z: Fraction) -> int:
    return int(z > 0) if name == "relu" else 1


def disturbed(of: Case, seed: int) -> Gradients[Any]:
    """What a program with errors everywhere would show."""
    rng = np.random.default_rng(seed)
    return backprop(of).map(lambda part: (part + rng.integers(-2, 3, part.shape)).astype(of.dtype))


def step(of: Case, computed: Gradients[Any]) -> Gradients[Enclosure]:
    return certified.step_truth(of, computed, rounding.one_step(of, computed, Arithmetic(of.dtype.name), STABLE))


def holds(enclosure: Enclosure, rows: Rows) -> bool:
    """Whether an enclosure of finite radius contains these rationals."""
    hi, lo, radius = (exact(part) for part in enclosure)
    quadruples = zip(*(chain.from_iterable(part) for part in (hi, lo, radius, rows)), strict=True)
    return all(abs(truth - (high + low)) <= within for high, low, within, truth in quadruples)


@given(of=cases(("integers", "calm"), INTEGER_MENU, depth=3), seed=st.integers(0, 99))
def test_each_equation_is_worked_from_the_floats_that_were_shown(of: Case, seed: int) -> None:
    computed, names = disturbed(of, seed), of.architecture.activations
    got = step(of, computed)
    share = Fraction(1, of.examples if of.architecture.reduction == "mean" else 1)
    z, a, delta = ([exact(part) for part in parts] for parts in (computed.z, computed.a, computed.delta))
    fed = [exact(of.x), *a]
    for layer, (w, b) in enumerate(zip(of.weights, of.biases, strict=True)):
        shift = [Fraction(float(x)) for x in b]
        true_z = [[x + s for x in row] for row, s in zip(product(exact(w), fed[layer]), shift, strict=True)]
        assert holds(got.z[layer], true_z)
        assert holds(got.a[layer], [[x if names[layer] == "identity" else max(x, 0) for x in row] for row in z[layer]])
        assert holds(got.nabla_w[layer], product(delta[layer], transposed(fed[layer])))
        assert holds(got.nabla_b[layer], [[sum(row, Fraction(0)) for row in delta[layer]]])
    back = [product(transposed(exact(w)), d) for w, d in zip(of.weights[1:], delta[1:], strict=True)]
    back.append(
        [[(p - t) * share for p, t in zip(*rows, strict=True)] for rows in zip(a[-1], exact(of.y), strict=True)]
    )
    for layer, name in enumerate(names):
        slopes = [[slope(name, x) for x in row] for row in z[layer]]
        assert holds(
            got.delta[layer], [[g * s for g, s in zip(*r, strict=True)] for r in zip(back[layer], slopes, strict=True)]
        )
    squares = sum((p - t) ** 2 for rows in zip(a[-1], exact(of.y), strict=True) for p, t in zip(*rows, strict=True))
    assert holds(got.cost, [[squares / 2 * share]])


@pytest.mark.parametrize("hidden", [("z",), ("a",), ("delta",), ("z", "a", "delta")])
def test_what_a_program_keeps_to_itself_is_bridged(hidden: tuple[str, ...]) -> None:
    of = case(Architecture((2, 3, 3, 2), ("tanh", "sigmoid", "tanh")))
    computed = backprop(of)
    whole = dict(certified.truth(of, rounding.end_to_end(of, Arithmetic("float64"), STABLE)).items())
    bridged = step(of, replace(computed, **dict.fromkeys(hidden)))
    for place, part in bridged.items():
        assert np.abs(part.hi - whole[place].hi) == pytest.approx(0, abs=1e-14), place
    everything_hidden = len(hidden) == 3
    same = all((part.hi == whole[place].hi).all() for place, part in bridged.items())
    assert same == everything_hidden
