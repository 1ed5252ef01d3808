from __future__ import annotations

import itertools

import pytest
from backproof.agreement.lesson.live.layout import StageLayout, drawn
from backproof.manual.case import Architecture


def layout(*widths: int) -> StageLayout:
    return StageLayout(Architecture(widths, ("tanh",) * (len(widths) - 1)))


@pytest.mark.parametrize("widths", [(2, 3, 2), (1, 1), (3, 3, 2), (2, 2, 2, 2)])
def test_numbers_of_lines_keep_clear_of_each_other_and_of_neurons(widths: tuple[int, ...]) -> None:
    made = layout(*widths)
    spots = [spot for _, spot in made.labels()]
    for (x1, y1), (x2, y2) in itertools.combinations(spots, 2):
        assert abs(x1 - x2) > 40 or abs(y1 - y2) > 14
    for x, y in spots:
        for layer, width in enumerate(widths):
            for nx, ny in (made.at(layer, j) for j in range(width)):
                assert abs(x - nx) > made.wide / 2 or abs(y - ny) > made.tall / 2


def test_the_picture_of_the_lesson_fits_its_column() -> None:
    assert layout(2, 3, 2).width <= 660


def test_only_what_has_room_is_drawn() -> None:
    assert drawn(layout(8, 8, 8).architecture)
    assert not drawn(layout(2, 9, 1).architecture)
    assert not drawn(layout(*(2,) * 7).architecture)
