from __future__ import annotations

from dataclasses import replace

import pytest
from backproof.manual.gradients import Gradients, Place, Quantity

WHOLE = Gradients(("W1", "W2"), ("b1", "b2"), ("d1", "d2"), ("z1", "z2"), ("a1", "a2"), "C")


def _order(gradients: Gradients[str]) -> list[tuple[str, int, str]]:
    return [(place.quantity.value, place.layer, part) for place, part in gradients.items()]


def test_items_come_in_the_order_of_computation() -> None:
    forward = [("z", 1, "z1"), ("a", 1, "a1"), ("z", 2, "z2"), ("a", 2, "a2"), ("C", 2, "C")]
    output = [("BP1", 2, "d2"), ("BP3", 2, "b2"), ("BP4", 2, "W2")]
    hidden = [("BP2", 1, "d1"), ("BP3", 1, "b1"), ("BP4", 1, "W1")]
    assert _order(WHOLE) == forward + output + hidden


@pytest.mark.parametrize(("part", "gone"), [("z", {"z"}), ("a", {"a"}), ("delta", {"BP1", "BP2"}), ("cost", {"C"})])
def test_what_a_backend_does_not_tell_is_no_item(part: str, gone: set[str]) -> None:
    remaining = [row for row in _order(WHOLE) if row[0] not in gone]
    assert _order(replace(WHOLE, **{part: None})) == remaining


def test_map_changes_every_part_and_keeps_its_place() -> None:
    assert _order(WHOLE.map(str.upper)) == [(quantity, layer, part.upper()) for quantity, layer, part in _order(WHOLE)]


def test_map_takes_the_parts_of_others_at_the_same_place() -> None:
    joined = WHOLE.map(lambda x, y, z: x + y + z, WHOLE, WHOLE.map(str.upper))
    assert dict(joined.items()) == {place: part * 2 + part.upper() for place, part in WHOLE.items()}


def test_map_leaves_out_what_is_not_there() -> None:
    bare = Gradients(("W1",), ("b1",))
    mapped = bare.map(lambda x, y: x + y, Gradients(("W1",), ("b1",), ("d1",), ("z1",), ("a1",), "C"))
    assert mapped == Gradients(("W1W1",), ("b1b1",))


def test_map_refuses_others_of_another_depth() -> None:
    with pytest.raises(ValueError, match="zip"):
        WHOLE.map(lambda x, y: x, Gradients(("W1",), ("b1",), ("d1",), ("z1",), ("a1",), "C"))


SYMBOLS = {
    "z": ("z^l", "z^3"),
    "a": ("a^l", "a^3"),
    "C": ("C", "C"),
    "BP1": ("δ^L", "BP1 δ^3"),
    "BP2": ("δ^l", "BP2 δ^3"),
    "BP3": ("∂C/∂b^l", "BP3 ∂C/∂b^3"),
    "BP4": ("∂C/∂W^l", "BP4 ∂C/∂W^3"),
}


def test_every_quantity_has_the_note_s_symbol_and_a_place_shows_its_layer() -> None:
    assert {q.value: (q.symbol, str(Place(q, 3))) for q in Quantity} == SYMBOLS
