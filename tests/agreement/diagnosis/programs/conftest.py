"""Programs are loaded in the tests' own process here: what stands in for their modules goes with each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from backproof.agreement.diagnosis.programs import loading

LOADING = loading.__name__


@pytest.fixture(autouse=True)
def no_module_stays() -> Iterator[None]:
    before = {name: module for name, module in sys.modules.items() if not _stands_in(module)}
    yield
    for name, module in list(sys.modules.items()):
        if _stands_in(module):
            del sys.modules[name]
    sys.modules.update({name: module for name, module in before.items() if name not in sys.modules})


def _stands_in(module: object) -> bool:
    return type(module).__module__.startswith(LOADING)
