"""Hypothesis profiles: `dev` unless HYPOTHESIS_PROFILE says `ci` (the same examples every time) or `deep`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import jaxtyping
import pytest
from helpers.browser import browser
from hypothesis import HealthCheck, settings

__all__ = ["browser"]  # for every test that opens a page

CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # shared machines stall: time proves nothing

settings.register_profile("dev", max_examples=40, **CALM)
settings.register_profile("ci", max_examples=40, derandomize=True, **CALM)
settings.register_profile("deep", max_examples=2000, **CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(autouse=True, scope="module")
def shapes_checked_where_they_are_the_subject(request: pytest.FixtureRequest) -> Iterator[None]:
    """Elsewhere networks are run by the thousand, and each check would cost more than what it checks."""
    with pytest.MonkeyPatch.context() as patch:
        subject = request.path.relative_to(Path(__file__).parent).parts[0]
        patch.setattr(jaxtyping.config, "jaxtyping_disable", subject not in ("manual", "reference"))
        yield


@pytest.fixture
def as_users_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the checks of annotations that only tests switch on, which would refuse first."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
