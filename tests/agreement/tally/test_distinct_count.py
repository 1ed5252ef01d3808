from __future__ import annotations

import pytest
from backproof.agreement.tally.distinct_count import SMALLEST, Distinct


def counted(names: range) -> Distinct:
    distinct = Distinct()
    for name in names:
        distinct.add(str(name))
    return distinct


def test_few_are_counted_exactly_and_once() -> None:
    distinct = counted(range(100))
    distinct.merge(counted(range(50, 150)))
    assert distinct.count == 150


@pytest.mark.parametrize("names", [SMALLEST - 1, SMALLEST, 3 * SMALLEST])
def test_many_are_estimated_without_remembering_them(names: int) -> None:
    distinct = counted(range(names))
    assert len(distinct.hashes) <= SMALLEST
    assert abs(distinct.count / names - 1) < 0.05


def test_order_and_grouping_are_no_matter() -> None:
    one, other = counted(range(SMALLEST)), counted(range(SMALLEST // 2, 2 * SMALLEST))
    backwards = Distinct(other.hashes)
    one.merge(other)
    backwards.merge(counted(range(SMALLEST)))
    assert one.hashes == backwards.hashes == counted(range(2 * SMALLEST)).hashes
