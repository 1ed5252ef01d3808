"""`all` and `not any` that say so where there is nothing to ask."""

from __future__ import annotations

from collections.abc import Iterable


def every(conditions: Iterable[object]) -> bool:
    """Whether all of them hold; AssertionError where there is none."""
    held = [bool(condition) for condition in conditions]
    assert held, "nothing was asked"
    return all(held)


def none_of(conditions: Iterable[object]) -> bool:
    """Whether none of them holds; AssertionError where there is none."""
    return every(not condition for condition in conditions)
