from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, Shaped
from backproof.manual.case import Architecture
from backproof.reference import registry, user_rows
from backproof.reference.truth import balls
from backproof.reference.truth.balls import elementwise


class Double(Shaped):
    """2z."""

    name = "double"
    ball = elementwise(lambda z: 2 * z, lambda z: 0 * z + 2)
    libraries: ClassVar = {"torch": lambda z: 2 * z, "jax": "jax.numpy:add"}

    def value(self, z):  # type: ignore[no-untyped-def]
        return 2 * z

    def slope(self, z):  # type: ignore[no-untyped-def]
        return np.full_like(z, 2)


def test_a_row_is_taken_in_and_forgotten() -> None:
    with user_rows.lasting():
        assert user_rows.register(Double()) == "double"
        assert Architecture((1, 1), ("double",)).depth == 1
        assert registry.load("torch").supports(Architecture((1, 1), ("double",)), "float64") is None
        assert list(user_rows.Functions("torch")) == list(user_rows.Functions("jax")) == ["double"]
        assert user_rows.Functions("jax")["double"].__name__ == "add"
        with pytest.raises(ValueError, match="there is an activation 'double' already"):
            user_rows.register(Double())
    assert "double" not in ACTIVATIONS
    assert "double" not in balls.ACTIVATIONS
    assert len(user_rows.Functions("torch")) == 0
    with pytest.raises(ValueError, match="unknown activation 'double'"):
        Architecture((1, 1), ("double",))


def test_a_backend_without_a_mapping_says_so() -> None:
    class Alone(Double):
        libraries: ClassVar = {}

    with user_rows.lasting():
        user_rows.register(Alone())
        for name in ("torch", "jax"):
            assert "'double'" in (registry.load(name).supports(Architecture((1, 1), ("double",)), "float64") or "")


def test_a_twin_whose_slope_is_not_that_of_its_values_is_refused() -> None:
    class Wrong(Double):
        ball = elementwise(lambda z: 2 * z, lambda z: 0 * z + 3)

    with pytest.raises(ValueError, match=r"the ball of 'double' has slope 3.0* at -30.0, where its values rise by 2"):
        user_rows.register(Wrong())


@pytest.mark.parametrize(
    ("row", "message"), [(object(), "is no activation"), (ACTIVATIONS["relu"], "has no ball, libraries")]
)
def test_what_is_no_whole_row_is_refused(row: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        user_rows.register(row)


@pytest.mark.parametrize(("name", "message"), [("absent.py:Row", "no file"), ("own.py:Row", "has no 'Row'")])
def test_a_file_without_the_row_is_refused(name: str, message: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match=message):
        user_rows.load(str(tmp_path / name))
