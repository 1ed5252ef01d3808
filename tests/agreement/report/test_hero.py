from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.report import html
from backproof.agreement.report.elsewhere import ELSEWHERE
from backproof.agreement.report.hero import NARROW, WIDE, Frame, PictureWords, hero, power
from backproof.agreement.tally.hero import DRAWN, LEAST, MOST, Strip
from helpers.every import every
from helpers.recorded import good, record_of, spoilt

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "sensitivity.json"


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_a_dot_is_right_exactly_where_it_lies_left_of_the_line(frame: Frame) -> None:
    words = PictureWords(**html.texts("en")["hero"])
    drawn = hero(good().summary["pictures"], ["numpy"], words, frame)
    ET.fromstring(drawn)
    dots = re.search(r'<path d="(M[^"]*h.01)"', drawn)
    assert dots is not None
    xs = [float(x) for x in re.findall(r"M([\d.]+) ", dots[1])]
    shown = good().summary["pictures"]["hero"]["numpy"]
    assert np.allclose(xs, [frame.x(error) for error, _ in shown["dots"]], atol=0.06)
    assert every(error <= bound for error, bound in shown["dots"])
    assert shown["over"] == 0 < shown["n"]


def test_the_tightest_bound_is_on_top() -> None:
    bounds = [bound for _, bound in good().summary["pictures"]["hero"]["numpy"]["dots"]]
    assert bounds == sorted(bounds)


def test_what_is_wrong_shows_as_crosses_beyond_the_line() -> None:
    pictures = record_of(spoilt(1 + 1e-6)).summary["pictures"]
    strip = pictures["hero"]["numpy"]
    assert 0 < strip["over"] < strip["n"]
    assert any(error > bound for error, bound in strip["dots"])
    assert "m-4 0l4-4" in hero(pictures, ["numpy"], PictureWords(**html.texts("en")["hero"]), WIDE)


def test_a_single_wrong_entry_is_always_drawn() -> None:
    strip, rng = Strip(), np.random.default_rng(0)
    error = np.full(20_000, 1e-16)
    error[7] = 1.0
    strip.add(rng.random(20_000), error, np.full(20_000, 1e-12))
    shown = strip.as_json()
    assert (shown["n"], shown["over"], len(shown["dots"])) == (20_000, 1, DRAWN)
    assert [0.0, -12.0] in shown["dots"]


def test_strips_merge_in_any_order_and_stand_on_the_scale() -> None:
    rng = np.random.default_rng(1)
    lots, error, allowed = rng.random(2_000), 10.0 ** rng.uniform(-30, 9, 2_000), np.full(2_000, 1e-10)
    error[:3] = 0.0, np.nan, np.inf
    whole, halves = Strip(), [Strip(), Strip()]
    whole.add(lots, error, allowed)
    for half, part in zip(halves, (slice(0, 900), slice(900, None)), strict=True):
        half.add(lots[part], error[part], allowed[part])
    halves[1].merge(halves[0])
    assert halves[1].as_json() == whole.as_json()
    assert every(LEAST <= x <= MOST for dot in whole.as_json()["dots"] for x in dot)


def test_no_number_is_over() -> None:
    strip = Strip()
    strip.add(np.array([0.5]), np.array([np.nan]), np.array([1e-10]))
    assert strip.as_json() == {"n": 1, "over": 1, "dots": [[MOST, -10.0]]}


def test_what_others_see_is_what_was_measured() -> None:
    rows = {row["method"]: row for row in json.loads(RESULTS.read_text("utf-8"))["rows"]}
    for check in ELSEWHERE:
        row = rows[check.name.split()[-1]]
        assert (check.half, check.ninety_nine) == (row["half"], row["ninety_nine"])


@pytest.mark.parametrize(("value", "text"), [(1.1e-15, "1.1 × 10^−15"), (1e-5, "10^−5"), (1, "1"), (9.96e-4, "10^−3")])
def test_powers(value: float, text: str) -> None:
    assert re.sub(r"<tspan[^>]*>(.*?)</tspan>", r"^\1", power(value)) == text


def test_a_record_without_the_block_has_no_picture() -> None:
    assert hero({}, ["numpy"], PictureWords(*[""] * 9, {}), WIDE) == ""
