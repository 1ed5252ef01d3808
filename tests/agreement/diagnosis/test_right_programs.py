"""No right program is called wrong, whatever its style, activation, head, layout and dtype."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement import diagnose
from helpers.planted import subject
from helpers.written import DTYPES, HEADS, HIDDEN, LAYOUTS, STYLES, WrittenProgram, written

ALL = written(200)
SEARCHED = ALL[2]
"""Softplus in single precision: every convention is tried."""
QUICK = [program for program in ALL[:7] if program is not SEARCHED]


def accused(program: WrittenProgram) -> str:
    """What is said against it; nothing where it is right."""
    with np.errstate(all="ignore"):
        found = diagnose(subject(program.source))
    return "" if found.right and not found.mistakes else f"{program}: {found}"


def test_every_choice_is_made_among_them() -> None:
    for place, options in enumerate((STYLES, HIDDEN, HEADS, LAYOUTS, DTYPES)):
        assert {program[place] for program in ALL} == set(options)


@pytest.mark.parametrize("program", QUICK, ids=str)
def test_a_right_program_is_called_right(program: WrittenProgram) -> None:
    assert not accused(program)


L2 = (
    WrittenProgram("weight decay", "tanh", "sigmoid, cross-entropy", "columns, flat biases", "float32", True),
    WrittenProgram("weight decay", "sigmoid", "sigmoid, guarded cross-entropy", "rows", "float64", True),
)
"""Beside single precision every case tells little of an L2 term; beside an ε none tells of it alone."""


@pytest.mark.parametrize("program", L2, ids=str)
def test_an_l2_term_is_found_where_it_is_hard_to_tell(program: WrittenProgram) -> None:
    assert not accused(program)


@pytest.mark.deep
@pytest.mark.parametrize("program", [program for program in ALL if program not in QUICK], ids=str)
def test_no_right_program_of_many_is_called_wrong(program: WrittenProgram) -> None:
    assert not accused(program)


def test_one_that_is_wrong_is_accused() -> None:
    program = WrittenProgram("any depth", "tanh", "sigmoid, cross-entropy", "columns", "float64", True)
    assert not accused(program)
    broken = program.source.replace("* (1 - a ** 2)", "")
    assert broken != program.source
    assert diagnose(subject(broken)).mistakes == ("M06",)
