from __future__ import annotations

from backproof.agreement.lesson.live.stops import stops
from backproof.manual.case import Architecture


def test_one_hidden_layer_has_eight_stops_forward_and_six_back() -> None:
    every = stops(Architecture((2, 3, 2), ("sigmoid", "sigmoid")))
    assert [stop.forward for stop in every] == [True] * 8 + [False] * 6
    assert [stop.key for stop in every if not stop.forward] == ["nabla", "bp1", "carried", "arrived", "bp2", "left"]
    assert [stop.edges for stop in every if stop.line == "wa"] == [(1,), (2,)]
    assert [stop.edges for stop in every if stop.line == "wd"] == [(2,)]


def test_each_hidden_layer_adds_three_either_way() -> None:
    for depth in range(1, 6):
        every = stops(Architecture((2,) * (depth + 1), ("tanh",) * depth))
        assert len(every) == 2 + 3 * depth + 3 * depth
        assert [stop.layer for stop in every if stop.key == "bp2"] == list(range(depth - 1, 0, -1))


def test_where_the_cost_cancels_the_slope_there_is_no_stop_for_it() -> None:
    every = stops(Architecture((2, 2), ("softmax",), "cross_entropy"))
    assert [stop.key for stop in every if not stop.forward] == ["bp1", "left"]
