from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from backproof.agreement.cases.generate import DrawnUnit, Menu
from backproof.agreement.judging.judge import Judge
from backproof.agreement.running.check import judge_one
from backproof.agreement.tally import distinct_count, tally, tally_json
from backproof.agreement.tally.tally import Tally
from backproof.manual import Architecture, Gradients, Pack
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.every import every
from helpers.harmed import Harmed, one_entry
from hypothesis import given, settings
from hypothesis import strategies as st

PACKS, CASES = 6, 3


class Troubled(Harmed):
    """Refuses one depth, raises on another."""

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return "one layer" if architecture.depth == 1 else None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        if pack.architecture.depth == 3:
            raise ZeroDivisionError("by design")
        return super().gradients(pack)


BACKENDS = (MANUAL, Harmed(one_entry(1.5)), Troubled(one_entry(1 + 1e-9), name="troubled"))


def of_pack(number: int) -> Tally:
    pack, regimes = DrawnUnit(0, number, CASES, Menu()).draw()
    made = Tally()
    made.count(pack, regimes)
    judge = Judge(pack)
    for backend in BACKENDS:
        judge_one(judge, backend, regimes, made)
    return made


def written(of: Tally) -> str:
    return json.dumps(tally_json.as_json(of), sort_keys=True)


class Packs(tuple[str, ...]):
    """A tally of each pack, as text."""

    def tally(self, number: int) -> Tally:
        return tally_json.from_json(json.loads(self[number]))

    def __repr__(self) -> str:
        return "packs"


@pytest.fixture(scope="module")
def packs() -> Iterator[Packs]:
    """With so little kept that most is let go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "MOST_DISCREPANCIES", 2)
        patch.setattr(distinct_count, "SMALLEST", 4)
        patch.setattr(tally, "sentences", lambda: tally.TopN(1, kind=lambda said: said.split()[0], order=str))
        yield Packs(written(of_pack(number)) for number in range(PACKS))


def merged(tallies: list[Tally]) -> Tally:
    whole = Tally()
    for one in tallies:
        whole.merge(one)
    return whole


@given(order=st.permutations(range(PACKS)), cuts=st.sets(st.integers(1, PACKS - 1)))
@settings(max_examples=8)
def test_any_order_and_grouping_comes_to_the_same(packs: Packs, order: list[int], cuts: set[int]) -> None:
    groups = [order[start:end] for start, end in pairwise([0, *sorted(cuts), PACKS])]
    grouped = merged([merged([packs.tally(number) for number in group]) for group in groups])
    straight = merged([packs.tally(number) for number in range(PACKS)])
    assert json.loads(written(grouped)) == json.loads(written(straight))


def test_what_is_kept_is_bounded_and_its_cases_are_whole(packs: Packs) -> None:
    whole = merged([packs.tally(number) for number in range(PACKS)])
    assert whole.cases == CASES * PACKS
    assert len({one.backend for one in whole.discrepancies}) == 2
    assert {one.case for one in whole.discrepancies} <= set(whole.cases_by_id)
    assert set(whole.cases_by_id) == set(whole.named_cases)
    assert len(whole.failures) == 1
    assert whole.unsupported


def test_a_case_counts_once_in_a_cell_however_many_layers_it_has() -> None:
    made = of_pack(0)
    by_regime = dict.fromkeys(made.regimes, 1)
    judged = [(key, cell) for key, cell in made.cells if key.backend == "numpy"]
    assert judged
    assert every(cell.cases == by_regime[key.regime] for key, cell in judged)
