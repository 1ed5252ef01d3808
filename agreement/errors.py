"""What callers of the package may have to catch."""

from __future__ import annotations


class UsageError(Exception):
    """Something asked for makes no sense: says what was wrong, the offending value, what would be right."""


class Disagreement(AssertionError):
    """A subject's gradients are wrong; the message says where, by how much, and shows the case."""
