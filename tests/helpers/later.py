"""Rows of a parametrisation that `make test` leaves to `make test-long` or `make test-all`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def long_but(*quick: Any, of: Iterable[Any]) -> list[Any]:
    """All rows of `of`, every one long but the quick ones, which must be among them."""
    return _marked(quick, list(of), pytest.mark.long)


def deep_but(*quick: Any, of: Iterable[Any]) -> list[Any]:
    """The same with rows that are deep."""
    return _marked(quick, list(of), pytest.mark.deep)


def _marked(quick: tuple[Any, ...], rows: list[Any], mark: pytest.MarkDecorator) -> list[Any]:
    assert not [row for row in quick if row not in rows], f"{quick} are not all among {rows}"
    return [
        pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=() if row in quick else mark) for row in rows
    ]
