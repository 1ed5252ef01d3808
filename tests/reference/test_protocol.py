from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from backproof.reference.protocol import Backend, Traits, one_by_one, traits
from helpers.adapters import same
from helpers.drawn import pack


class Stranger:
    name, version = "stranger", "1"

    def supports(self, architecture: object, dtype: str) -> str | None:
        return None

    def gradients(self, pack: object) -> object:
        return None


def test_a_backend_is_what_has_the_four_parts() -> None:
    assert isinstance(Stranger(), Backend)
    assert isinstance(MANUAL, Backend)
    assert not isinstance(Traits(), Backend)


def test_of_a_stranger_the_least_is_assumed() -> None:
    assert traits(Stranger()) == Traits(flushes=False, recomputes=True, architectures=None)  # type: ignore[arg-type]
    assert traits(MANUAL) == Traits(recomputes=False)


def test_traits_that_are_none_are_refused() -> None:
    stranger = Stranger()
    stranger.traits = {"flushes": True}  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match=r"traits of stranger are {'flushes': True}: a Traits is needed"):
        traits(stranger)  # type: ignore[arg-type]


def test_answers_to_single_cases_stack_to_a_pack_s() -> None:
    of = pack(Architecture((2, 3, 2), ("relu", "identity")), regimes=("integers",) * 3)
    stacked = one_by_one(of, backprop)
    assert same(stacked, backprop(of))
    assert stacked.nabla_w[0].shape == (3, 3, 2)
    assert stacked.cost is not None
    assert stacked.cost.shape == (3,)


def test_what_is_not_told_of_single_cases_is_not_told_of_the_pack() -> None:
    of = pack(Architecture((2, 2), ("tanh",)), regimes=("calm",) * 2)
    bare = one_by_one(of, lambda case: replace(backprop(case), z=None, a=None, delta=None, cost=None))
    assert (bare.z, bare.a, bare.delta, bare.cost) == (None, None, None, None)
    assert (bare.nabla_b[0] == np.stack([backprop(case).nabla_b[0] for case in of])).all()
