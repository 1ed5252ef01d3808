"""Rows of a parametrisation that take long: they run with `make test-all`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def deep_but(*quick: Any, of: Iterable[Any]) -> list[Any]:
    """All rows of `of`, every one deep but the quick ones, which must be among them."""
    rows = list(of)
    assert set(quick) <= set(rows), f"{quick} are not all among {rows}"
    return [
        pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=() if row in quick else pytest.mark.deep)
        for row in rows
    ]
