"""Every planted edit of every program is caught, and named at the first guess: all of them, in this process."""

from __future__ import annotations

import warnings

import pytest
from backproof.agreement import diagnose
from helpers.later import deep_but
from helpers.planted import Edit, edits, subject

EVERY = 62
"""The quick run takes every so many edits: another program each."""
UNNAMED = ("book-M41",)
"""Called wrong and not named: one example a call, where it raises in every network but a chain of single neurons.

There are no numbers to compare, and any other mistake of shapes raises in the same networks.
"""


def named(edit: Edit) -> bool:
    """Whether the first guess names the mistake; AssertionError where it is not even called wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the programs, in their authors' styles
        found = diagnose(subject(edit.source()), **edit.declared)
    assert not found.right or edit.mistake in found.mistakes, f"{edit} is called right"
    return bool(found.named) and set(found.named[0]) == {edit.mistake}


def test_there_are_as_many_as_are_counted_on() -> None:
    assert len(edits()) >= 186
    assert {str(edit) for edit in edits()} >= set(UNNAMED)
    assert len(UNNAMED) <= 0.02 * len(edits())
    assert len({edit.program for edit in edits()[::EVERY]}) == len(edits()[::EVERY]) >= 3


@pytest.mark.parametrize("edit", deep_but(*edits()[::EVERY], of=edits()), ids=str)
def test_an_edit_is_named(edit: Edit) -> None:
    assert named(edit) == (str(edit) not in UNNAMED)


def test_what_a_call_overwrites_is_told_where_no_convention_fits() -> None:
    """The numbers are those of another x, which no convention gives."""
    centred = next(edit for edit in edits() if edit.mistake == "M35" and "np.mean(x)" in edit.change[0][1])
    found = diagnose(subject(centred.source()))
    assert (found.status, found.mistakes) == ("unknown", ("M35",))
    assert "M35: an array that is still needed is overwritten" in str(found)
