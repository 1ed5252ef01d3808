"""Hypothesis profiles: `dev` unless HYPOTHESIS_PROFILE says `ci` (the same examples every time) or `deep`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import jaxtyping
import pytest
from backproof.agreement.running.session import Session, opened
from helpers.browser import browser
from hypothesis import HealthCheck, settings

__all__ = ["browser"]  # for every test that opens a page

CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # shared machines stall: time proves nothing

settings.register_profile("dev", max_examples=40, **CALM)
settings.register_profile("ci", max_examples=40, derandomize=True, **CALM)
settings.register_profile("deep", max_examples=2000, **CALM)
os.environ.setdefault(
    "BACKPROOF_JAX_CACHE", "off"
)  # tests leave the user's folder alone, in processes of their own too
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture
def as_users_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the checks of annotations that `make test` switches on for tests/manual, which would refuse first."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In an empty folder and a session of its own: what is wrong here on purpose stays out of the footer."""
    monkeypatch.chdir(tmp_path)
    with opened(Session()):
        yield
