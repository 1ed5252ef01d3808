from __future__ import annotations

from itertools import chain

import pytest
from backproof.agreement.cases.generate import Menu, turn
from backproof.agreement.errors import UsageError
from backproof.agreement.running.check import Settings
from backproof.agreement.sweep.plan import Plan, settings_of
from backproof.agreement.sweep.units import AT_LEAST, PACKS_AT_MOST, Shard, packs_of, shard_of, units


@pytest.mark.parametrize("cases", [1, 9, 100, 630, 20_000, 1_000_000])
def test_every_case_is_in_one_unit(cases: int) -> None:
    settings = Settings(cases=cases)
    made = units(settings)
    pieces = sorted(chain.from_iterable(unit.pieces for unit in made))
    assert [piece.number for piece in pieces] == list(range(len(packs_of(settings))))
    assert sum(unit.cases for unit in made) == cases
    assert [unit.number for unit in made] == list(range(len(made)))
    assert len(made) >= min(AT_LEAST, len(pieces))
    assert max(len(unit.pieces) for unit in made) <= PACKS_AT_MOST


def test_the_packs_of_a_unit_share_dtype_cost_and_output() -> None:
    settings = Settings(cases=400_000)
    for unit in units(settings)[: turn(settings.menu) : 7]:
        drawn = [packs_of(settings)[piece.number].draw()[0] for piece in unit.pieces[:2]]
        assert len(drawn) == 2
        kinds = {(pack.dtype, pack.architecture.cost, pack.architecture.activations[-1]) for pack in drawn}
        assert len(kinds) == 1


@pytest.mark.parametrize("of", [1, 2, 3, 7, 100])
def test_shards_are_disjoint_and_whole(of: int) -> None:
    made = units(Settings(cases=630))
    parts = [shard_of(made, Shard(number, of)) for number in range(1, of + 1)]
    assert list(chain.from_iterable(parts)) == made


def test_no_dtype_or_cost_is_left_to_one_shard() -> None:
    settings = Settings(cases=630, menu=Menu())
    for number in (1, 2):
        packs = [packs_of(settings)[unit.pieces[0].number] for unit in shard_of(units(settings), Shard(number, 2))]
        drawn = [pack.draw()[0] for pack in packs]
        assert {(pack.dtype.name, pack.architecture.cost) for pack in drawn} == {
            (dtype, cost) for dtype in settings.menu.dtypes for cost in settings.menu.costs
        }


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "-1/2", "1/x", "1/2/3"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"shard is .*: I/N with 1 ≤ I ≤ N is needed"):
        Shard.parse(text)


def test_a_plan_remembers_its_whole_menu() -> None:
    menu = Menu(("huber",), ("silu", "relu6"), ("float32",), regimes=("kink", "calm"))
    plan = Plan(Settings(menu=menu), {})
    assert settings_of(plan.document) == plan.settings
