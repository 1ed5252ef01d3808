from __future__ import annotations

import numpy as np
from backproof.agreement.tally.log_histogram import COARSE, FINE, PER_OCTAVE, Histogram, octave_quantile
from hypothesis import given
from hypothesis import strategies as st

MAGNITUDES = st.lists(st.floats(0, 1e300) | st.just(float("inf")) | st.just(float("nan")), max_size=60)


def counted(values: list[float]) -> Histogram:
    histogram = Histogram()
    histogram.add(np.array(values, dtype=float))
    return histogram


@given(MAGNITUDES, MAGNITUDES)
def test_merging_is_counting_together(some: list[float], more: list[float]) -> None:
    merged = counted(some)
    merged.merge(counted(more))
    assert merged == counted(some + more)


def held(values: list[float], q: float, octaves: float) -> None:
    exact = sorted(values)[max(0, int(np.ceil(q * len(values))) - 1)]
    quantile = counted(values).quantile(q)
    assert quantile is not None
    assert exact * (1 - 1e-12) <= quantile <= exact * 2**octaves * (1 + 1e-12)


QUANTILES = st.sampled_from([0.5, 0.9, 0.99, 1.0])


@given(st.lists(st.floats(2.0**-FINE, 2.0**FINE), min_size=1, max_size=60), QUANTILES)
def test_a_quantile_is_at_most_a_bin_above(values: list[float], q: float) -> None:
    held(values, q, 1 / PER_OCTAVE)


@given(st.lists(st.floats(5e-324, 1e300), min_size=1, max_size=60), QUANTILES)
def test_far_from_1_a_bin_is_wider(values: list[float], q: float) -> None:
    held(values, q, COARSE)


def test_it_stays_small_whatever_it_counts() -> None:
    histogram = counted((2.0 ** np.linspace(-1074, 1023.9, 100_000)).tolist())
    assert len(histogram.bins) <= 2 * FINE * PER_OCTAVE + 2 * 1100 // COARSE
    assert Histogram(**histogram.as_json()) == histogram
    assert histogram.total == 100_000


def test_zeros_infinities_and_nothing() -> None:
    assert counted([]).quantile(0.5) is None
    assert counted([0.0, 0.0, 1.0]).quantile(0.5) == 0.0
    assert counted([1.0, np.inf, np.inf]).quantile(0.9) == np.inf
    assert counted([np.nan]).total == 0


def test_quantiles_move_smoothly_between_the_edges_of_octaves() -> None:
    assert octave_quantile({0: 5}, 0.99) == 0
    assert octave_quantile({}, 0.5) == 0
    assert octave_quantile({6: 10}, 1.0) == 1.0
    assert octave_quantile({6: 5, -6: 5}, 0.5) == 2**-0.5
    assert octave_quantile({0: 1, 6: 1, 7: 2}, 1.0) == 2.0
    assert octave_quantile({1100: 1}, 1.0) < np.inf


def test_a_number_at_an_edge_is_below_it() -> None:
    for b in range(-20, 21):
        edge = 2.0 ** (b / PER_OCTAVE)
        assert counted([edge, np.nextafter(edge, 0), np.nextafter(edge, 9)]).bins == {b: 2, b + 1: 1}


def test_the_smallest_and_the_largest_floats_have_bins() -> None:
    ends = counted([5e-324, 2.0**-1056, 2.0**-1055, 1.7976931348623157e308])
    assert ends.bins == {-1056 * PER_OCTAVE: 2, -1024 * PER_OCTAVE: 1, 1024 * PER_OCTAVE: 1}
