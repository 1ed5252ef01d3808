"""Every planted edit of every program is caught, and named at the first guess: all of them, in one process."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pytest
from backproof.agreement import diagnose
from helpers.planted import Edit, edits, subject

LEAST_NAMED = 0.98
EVERY = 62
"""The quick run takes every so many edits: another program each."""


def unnamed(chosen: Sequence[Edit]) -> list[str]:
    """The edits whose first name is another, or none; AssertionError where one is not even called wrong."""
    left = []
    for edit in chosen:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the programs, in their authors' styles
            found = diagnose(subject(edit.source()), **edit.declared)
        assert not found.right or edit.mistake in found.mistakes, f"{edit} is called right"
        if not found.named or set(found.named[0]) != {edit.mistake}:
            left.append(f"{edit}: {found.named}")
    return left


def test_there_are_as_many_as_are_counted_on() -> None:
    assert len(edits()) >= 186
    assert len({edit.program for edit in edits()[::EVERY]}) == len(edits()[::EVERY]) >= 3


def test_of_a_few_all_are_named() -> None:
    assert unnamed(edits()[::EVERY]) == []


@pytest.mark.deep
def test_of_all_hardly_one_is_not_named() -> None:
    left = unnamed(edits())
    assert len(left) <= (1 - LEAST_NAMED) * len(edits()), "\n".join(left)


def test_what_a_call_overwrites_is_told_where_no_convention_fits() -> None:
    """The numbers are those of another x, which no convention gives."""
    centred = next(edit for edit in edits() if edit.mistake == "M35" and "np.mean(x)" in edit.change[0][1])
    found = diagnose(subject(centred.source()))
    assert (found.status, found.mistakes) == ("unknown", ("M35",))
    assert "M35: an array that is still needed is overwritten" in str(found)
