from __future__ import annotations

from itertools import cycle

import pytest
from backproof.manual.case import Architecture
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from backproof.reference.jax_backends import jax_grad
from helpers.adapters import NETWORKS, holds_no_derivative_formula, shows_everything_and_agrees
from helpers.backends import JAX_FORWARD, JAX_MODES
from helpers.drawn import pack

DEEP = NETWORKS[2]


@pytest.mark.parametrize(("name", "dtype"), list(zip([*JAX_MODES, *JAX_FORWARD], cycle(DTYPES), strict=False)))
def test_every_mode_shows_everything_and_agrees(name: str, dtype: str) -> None:
    shows_everything_and_agrees(name, pack(DEEP, dtype))


@pytest.mark.parametrize("name", JAX_FORWARD)
def test_forward_mode_holds_no_derivative_formula(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    jax_grad._compiled.clear()
    holds_no_derivative_formula(monkeypatch, name)


def test_forward_mode_is_not_asked_for_many_parameters() -> None:
    backend = registry.load("jax.jacfwd")
    assert "takes too long" in str(backend.supports(Architecture((100, 100), ("tanh",)), "float64"))
    assert backend.traits.forward
    assert backend.traits.architectures


def test_a_device_that_is_not_there_is_refused() -> None:
    backend = registry.load("jax")
    assert backend.on("cpu") == backend
    with pytest.raises(ValueError, match="jax has no device 'nowhere' here"):
        backend.on("nowhere")
