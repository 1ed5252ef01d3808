from __future__ import annotations

import json

import numpy as np
import pytest
from backproof.agreement.environment import environment, flags, installed


def test_an_environment_says_what_numbers_depend_on() -> None:
    here = environment()
    assert here["numpy"] == np.__version__
    assert here["torch"]
    assert here["jax"]
    assert here["blas"][0]["version"]
    assert here["threads"]
    assert here["isa"][0]
    json.dumps(here, allow_nan=False)


def test_flags_that_change_numerics_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    monkeypatch.setenv("HOME_MADE", "1")
    assert flags()["XLA_FLAGS"] == "--xla_cpu_enable_fast_math=true"
    assert "HOME_MADE" not in flags()


def test_what_is_not_installed_is_none() -> None:
    assert installed("no-such-library") is None
