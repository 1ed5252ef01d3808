from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.case import Architecture
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.manual.rounding.forward_mode import roundings
from backproof.reference import registry
from helpers.drawn import pack
from helpers.every import none_of

OF = Architecture((3, 2, 4), ("tanh", "sigmoid"), "quadratic")


def bounds(regime: str, forward: bool) -> dict[Any, Any]:
    of = pack(OF, regimes=(regime,))
    return dict(rounding.end_to_end(of, Arithmetic("float64", forward=forward), STABLE).items())


def test_a_product_is_rounded_in_every_layer_and_in_every_sum() -> None:
    assert roundings(pack(OF, regimes=("calm",), examples=5)) == (3 + 4) + (2 + 4) + 4 * 5 + 4 + 16


def test_derivatives_get_the_wider_bound_and_values_do_not() -> None:
    back, forth = bounds("calm", False), bounds("calm", True)
    factor = 1 + roundings(pack(OF, regimes=("calm",))) / 4
    for place in back:
        if place.quantity in ("z", "a", "C"):
            assert (forth[place] == back[place]).all()
        else:
            assert forth[place] == pytest.approx(factor * back[place], rel=1e-9)


def test_tangents_that_may_overflow_are_out_of_range() -> None:
    large = np.finfo(np.float64).max ** 0.5
    of = pack(OF, regimes=("calm",))
    steep = replace(of, weights=tuple(large * np.ones_like(w) for w in of.weights), y=np.zeros_like(of.y))
    errors = rounding.end_to_end(steep, Arithmetic("float64", forward=True), STABLE)
    assert np.isinf(errors.nabla_w[1]).all()


def test_an_underflow_early_on_is_paid_for_with_what_follows() -> None:
    tiny = replace(pack(OF, regimes=("calm",)), x=np.full((1, 3, 2), 1e-300))
    wide = replace(tiny, weights=(tiny.weights[0], 1e6 * tiny.weights[1]))
    arithmetic = Arithmetic("float64", flushes=True)
    for of in (tiny, wide):
        back = rounding.end_to_end(of, arithmetic, STABLE).nabla_w[0]
        forth = rounding.end_to_end(of, replace(arithmetic, forward=True), STABLE).nabla_w[0]
        assert (forth > 2 * (1 + roundings(of) / 4) * back * (back < arithmetic.omega)).all()


def test_without_the_wider_bound_forward_mode_would_be_called_wrong() -> None:
    """δ^l by forward mode is not made from δ^{l+1}: held against BP2 it would be off."""
    backend = registry.load("jax.jacfwd")
    of = pack(Architecture((2, 3, 3, 2), ("tanh", "softplus", "softmax"), "cross_entropy"))
    got = backend.gradients(of)
    as_reverse = type("Reverse", (), {"name": "reverse", "version": "1", "traits": registry.load("jax").traits})()
    assert any((found.verdict == Verdict.WRONG).any() for found in Judge(of).findings(as_reverse, got))
    assert none_of((found.verdict == Verdict.WRONG).any() for found in Judge(of).findings(backend, got))
