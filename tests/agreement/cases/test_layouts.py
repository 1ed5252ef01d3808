from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.cases.layouts import (
    EXPANDED,
    LAYOUTS,
    TURNS,
    has_equal_columns,
    laid_out,
    of_equal_columns,
    of_pack,
    with_equal_columns,
)
from backproof.agreement.cases.regimes import LONG, REGIMES
from backproof.agreement.cases.sizes import LONG_TO_A_PACK
from backproof.agreement.running.check import DEFAULT_CASES
from backproof.manual import Architecture
from helpers.drawn import pack as drawn_pack
from helpers.every import every, none_of


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_changes_no_number(name: str) -> None:
    for numbers in (np.arange(12.0).reshape(2, 2, 3), np.arange(6.0).reshape(2, 3)):
        x = with_equal_columns(numbers) if name == EXPANDED else numbers
        laid = LAYOUTS[name](x)
        assert np.array_equal(laid, x)
        assert not np.shares_memory(laid, x)


def test_each_case_of_a_pack_lies_so() -> None:
    """Also where it is replayed alone."""
    for k in (1, 3):
        x = np.ones((k, 5, 3))
        for array in LAYOUTS["permuted"](x):
            assert array.flags.f_contiguous
            assert not array.flags.c_contiguous
        for array in LAYOUTS["spread"](x):
            assert array.strides == (48, 16)
        for array in LAYOUTS["expanded"](x):
            assert array.strides[-1] == 0
        for array in LAYOUTS["offset"](x):
            assert array.flags.c_contiguous
            assert array.ctypes.data % 16 == 8


def test_what_has_other_columns_cannot_lie_expanded() -> None:
    pack = drawn_pack(Architecture((3, 2, 2), ("tanh", "tanh")))
    assert not has_equal_columns(pack)
    with pytest.raises(AssertionError):
        laid_out(pack, EXPANDED)
    equal = of_equal_columns(pack)
    assert [case.id for case in laid_out(equal, EXPANDED)] == [case.id for case in equal]


def test_a_default_run_has_every_layout_in_every_dtype_and_every_length_in_one() -> None:
    work = units(DEFAULT_CASES, 0, Menu())
    packs = [(unit.layout, unit.draw()[0]) for unit in work]
    assert every(has_equal_columns(pack) for layout, pack in packs if layout == EXPANDED)
    assert max(pack.x.size for _, pack in packs) < 20_000  # long in one way, so that they stay cheap
    for dtype in Menu().dtypes:
        there = [(layout, pack) for layout, pack in packs if pack.dtype == dtype]
        assert {layout for layout, _ in there} == set(LAYOUTS)
        assert max(max(pack.architecture.widths) for _, pack in there) > 1024
        assert max(pack.examples for _, pack in there) > 1024
    widths = [width for _, pack in packs for width in pack.architecture.widths]
    for past in (64, 1024, 4096):
        assert any(past < width <= past + 8 for width in widths)
        assert any(past < pack.examples <= past + 8 for _, pack in packs)


def test_long_cases_are_one_in_a_hundred_and_their_packs_are_small() -> None:
    for cases in (599, 10_000, 1_000_000):
        long = [unit for unit in units(cases, 0, Menu()) if unit.size]
        assert sum(unit.cases for unit in long) == 5 * (cases // 600)
        assert max((unit.cases for unit in long), default=0) <= LONG_TO_A_PACK
    pack, regimes = next(unit for unit in units(1200, 3, Menu()) if unit.size).draw()
    assert regimes == (LONG.name,) * 2
    assert (pack.x == 0).mean() > 0.8


def test_a_choice_of_regimes_or_a_network_is_kept_to() -> None:
    for menu in (Menu(regimes=("calm",)), Menu(architecture=Architecture((2, 1), ("tanh",)))):
        assert none_of(unit.size for unit in units(2000, 0, menu))
    assert any(unit.size for unit in units(2000, 0, Menu(regimes=(*REGIMES, "kink"))))


def test_layouts_take_turns() -> None:
    assert [of_pack(number) for number in range(len(TURNS))] == list(TURNS)
    assert set(TURNS) == set(LAYOUTS)
