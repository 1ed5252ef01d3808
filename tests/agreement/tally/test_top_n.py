from __future__ import annotations

from backproof.agreement.tally.top_n import TopN, sentences
from hypothesis import given
from hypothesis import strategies as st

ITEMS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)))


def top(items: list[tuple[str, int]]) -> TopN[tuple[str, int]]:
    made: TopN[tuple[str, int]] = TopN(2, kind=lambda item: item[0], order=lambda item: item[1])
    made.update(items)
    return made


@given(ITEMS, ITEMS)
def test_it_keeps_the_first_of_each_kind_whoever_came_first(some: list[tuple[str, int]], more: list[tuple[str, int]]):
    together = [*some, *more]
    expected = {kind: sorted({n for k, n in together if k == kind})[:2] for kind in "abc"}
    assert sorted(top(together)) == [(kind, n) for kind in "abc" for n in expected[kind]]
    for one, other in ((some, more), (more, some)):
        merged = top(one)
        merged.update(top(other))
        assert list(merged) == list(top(together))


def test_the_first_of_every_kind_stand_first() -> None:
    assert list(top([("b", 2), ("a", 3), ("b", 1), ("a", 4), ("b", 5)])) == [("a", 3), ("b", 1), ("a", 4), ("b", 2)]
    assert top([("b", 2), ("a", 3)])[0] == ("a", 3)
    assert top([("b", 2), ("a", 3)])[:1] == [("a", 3)]
    assert not top([])


def test_a_backend_that_always_fails_does_not_hide_another() -> None:
    said = sentences(of_each=3)
    said.update(f"torch raised {n}" for n in range(100))
    said.update(["zzz raised"])
    assert len(said) == 4
    assert "zzz raised" in said
