from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import stale_deviations
from backproof.manual.case import Architecture
from backproof.manual.costs import COSTS
from backproof.manual.gradients import Gradients
from backproof.manual.rounding.arithmetic import Arithmetic, Inexact
from backproof.manual.rounding.formats import FORMATS
from backproof.reference.deviations import deviations
from backproof.reference.deviations.deviation_bounds import BOUNDS
from backproof.reference.deviations.deviations import Deviation, listed
from backproof.reference.protocol import Backend, Pack
from helpers.backends import ALL, load
from helpers.variants import findings

ROWS = {row.id: row for row in listed()}


def shown_by(row: Deviation) -> Backend:
    """The backend that a row is about."""
    return load(row.library if row.modes is None else f"{row.library}.{row.modes[0]}")


def verdicts(backend: Backend, pack: Pack) -> set[int]:
    return set(np.concatenate([finding.verdict.ravel() for finding in findings(backend, pack)]).tolist())


def test_rows_are_complete_and_every_excess_is_used() -> None:
    assert len(ROWS) == len(listed()) >= 5
    assert {row.excess for row in listed()} == set(BOUNDS)
    for row in listed():
        assert row.reference.startswith("https://")
        assert row.what
        assert set(row.dtypes) <= set(FORMATS)
        assert COSTS[row.cost or "quadratic"].head(row.activation or "identity")
        assert any(row.of(name, "9999") for name in ALL)


@pytest.mark.parametrize(("id", "dtype"), [(row.id, dtype) for row in listed() for dtype in row.dtypes])
def test_every_row_has_a_witness_that_shows_it_today(id: str, dtype: str) -> None:
    row = ROWS[id]
    pack = row.witness_pack(dtype)
    assert row.concerns(pack.architecture, dtype)
    found = verdicts(shown_by(row), pack)
    assert Verdict.KNOWN in found
    assert Verdict.WRONG not in found


def mended(row: Deviation) -> Any:
    """The backend of a row as it will be once its library is mended: the gradients by hand, rounded to the dtype."""

    def gradients(pack: Pack) -> Gradients[Any]:
        return load("numpy").gradients(pack.astype(np.float64)).map(lambda part: part.astype(pack.dtype))

    supports = load("numpy").supports
    about = {"name": shown_by(row).name, "version": "9999", "supports": supports, "gradients": gradients}
    return type("Mended", (), {key: staticmethod(v) if callable(v) else v for key, v in about.items()})()


@pytest.mark.parametrize("id", ROWS)
def test_a_deviation_that_no_longer_happens_is_reported(monkeypatch: pytest.MonkeyPatch, id: str) -> None:
    monkeypatch.setattr(deviations, "_ours", lambda backend: True)  # what is mended here is no class of ours
    row = ROWS[id]
    stale = [message for message in stale_deviations(mended(row), tuple(FORMATS)) if message.startswith(row.id)]
    name = shown_by(row).name
    assert sorted(stale) == sorted(f"{id} no longer shows in {name} 9999 ({dtype}): {row.what}" for dtype in row.dtypes)


@pytest.mark.parametrize("id", ROWS)
def test_off_its_list_a_deviation_is_wrong(monkeypatch: pytest.MonkeyPatch, id: str) -> None:
    row = ROWS[id]
    monkeypatch.setattr(deviations, "listed", lambda: tuple(other for other in ROWS.values() if other.id != id))
    assert Verdict.WRONG in verdicts(shown_by(row), row.witness_pack(row.dtypes[0]))


class Further:
    """A backend whose gradients are further off than its library is known to be."""

    def __init__(self, backend: Backend) -> None:
        self.name, self.version, self.supports, self._backend = backend.name, backend.version, backend.supports, backend

    def gradients(self, pack: Pack) -> Gradients[Any]:
        got = self._backend.gradients(pack)
        return replace(got, nabla_b=tuple(b + 0.5 for b in got.nabla_b))


def test_beyond_its_wider_bound_a_deviation_is_wrong() -> None:
    row = ROWS["torch-softplus-threshold"]
    assert Verdict.WRONG in verdicts(Further(shown_by(row)), row.witness_pack("float64"))


@pytest.mark.parametrize(
    ("name", "version", "known"),
    [
        ("torch", "2.13.0+cpu", True),
        ("torch", "1.9", True),
        ("torch", "2.14.0.dev20260101", True),
        ("torch", "1.8.1", False),
        ("torch.unfused", "2.13.0", True),
        ("torchvision", "2.13.0", False),
        ("jax", "2.13.0", False),
        ("torch", "no version at all", False),
    ],
)
def test_a_row_is_of_its_library_in_its_versions(name: str, version: str, known: bool) -> None:
    assert ROWS["torch-softplus-threshold"].of(name, version) == known


def test_a_row_of_some_modes_is_of_no_others() -> None:
    row = ROWS["torch-binary-cross-entropy-clamp"]
    assert [name for name in ALL if row.of(name, "2.13.0")] == ["torch.unfused"]


def test_a_row_concerns_networks_that_can_show_it() -> None:
    softplus, clamp = ROWS["torch-softplus-threshold"], ROWS["torch-binary-cross-entropy-clamp"]
    inside = Architecture((1, 1, 1), ("softplus", "sigmoid"), "cross_entropy")
    assert softplus.concerns(inside, "float64")
    assert not softplus.concerns(inside, "float32")
    assert not softplus.concerns(Architecture((1, 1), ("tanh",)), "float64")
    assert clamp.concerns(inside, "float32")
    assert not clamp.concerns(Architecture((1, 1), ("sigmoid",), "quadratic"), "float64")
    assert not clamp.concerns(Architecture((1, 1, 2), ("sigmoid", "softmax"), "cross_entropy"), "float64")


def exactly(*z: float) -> Inexact:
    column = np.array(z)[:, None]
    return Inexact(column, np.zeros_like(column))


REGIONS = [  # an excess, z where it adds nothing to value and slope, z where it adds to the slope
    ("linear_beyond_20", [(-30.0,), (0.0,), (19.9,)], [(20.1,), (35.0,)]),
    ("binary_clamped", [(0.0,), (-20.0,), (-25.0,)], [(-30.0,), (30.0,)]),
    ("binary_rounded_away", [(0.0,), (-30.0,)], [(40.0,), (-745.0,)]),
    ("categorical_underflow", [(0.0, -500.0), (3.0, 3.0)], [(0.0, -720.0), (400.0, -400.0)]),
    ("hundredth_of_float32", [(0.0,), (20.0,)], [(-1e-9,), (-3.0,)]),
]


@pytest.mark.parametrize(("excess", "outside", "inside"), REGIONS)
def test_an_excess_widens_its_region_only(excess: str, outside: Any, inside: Any) -> None:
    row = BOUNDS[excess]("row", Arithmetic("float64"))
    assert row.row == "row"
    for z in outside:
        y = np.zeros((len(z), 1))
        assert (row.slope(exactly(*z), y) == 0).all()
        assert (row.value(exactly(*z), y) <= 1e-4).all()
    for z in inside:
        y = np.zeros((len(z), 1))
        assert (row.slope(exactly(*z), y) > 0).all()


def test_the_excess_of_a_rounded_branch_is_the_jump_where_a_rounds_to_0() -> None:
    selu = BOUNDS["branch_of_rounded"]("selu", Arithmetic("float64"))
    assert selu.slope(exactly(-1e-20), None).item() == pytest.approx(0.7073983533)
    assert selu.slope(exactly(-1e-15), None).item() == selu.value(exactly(-1e-20), None).item() == 0


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh"])
def test_constants_in_float32_cost_about_its_digits_and_no_more(name: str) -> None:
    row = BOUNDS["constants_of_float32"](name, Arithmetic("float64"))
    for z in (-3.0, -1.0, 0.5, 4.0):
        assert 1e-9 < row.slope(exactly(z), None).item() < 1e-5
    assert row.value(exactly(0.0), None).item() == 0


def test_the_excess_beyond_20_is_the_tail() -> None:
    row = BOUNDS["linear_beyond_20"]("softplus", Arithmetic("float64"))
    assert row.value(exactly(21.0), None).item() == row.slope(exactly(21.0), None).item() == np.exp(-21.0)
    wide = Inexact(np.array([[19.5]]), np.array([[0.5]]))
    assert row.slope(wide, None).item() == np.exp(-20.0)
