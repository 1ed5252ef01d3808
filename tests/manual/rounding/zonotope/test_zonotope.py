from __future__ import annotations

import pytest
from helpers.zonotopes import CHECKS, Package


@pytest.mark.parametrize("check", CHECKS)
def test_every_stage_and_the_whole_stay_within_their_bound_and_come_near_it(check: str) -> None:
    CHECKS[check](Package())
