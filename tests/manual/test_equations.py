from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.generate import HIDDEN
from backproof.agreement.judging.backends import BackendFailed
from backproof.manual.activations import ACTIVATIONS, Elementwise
from backproof.manual.case import Architecture
from backproof.manual.costs import COSTS
from backproof.manual.equations import EQUATIONS, TEXTBOOK_EQUATIONS, bp1, bp2, bp3, bp4, textbook_bp2
from backproof.manual.rounding.formats import DTYPES
from helpers.drawn import pack
from helpers.variants import PRINTED, backend, found, printed_bp2, scaled
from hypothesis import given
from hypothesis import strategies as st

WIDTHS = st.integers(1, 5)
SQUARE = Architecture((3, 3, 3, 3), ("sigmoid", "tanh", "sigmoid"))


def integers(seed: int, *shape: int, dtype: str = "float64") -> Any:
    """Small integers: their sums of products are exact."""
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(dtype)


def sigma_of(name: str) -> Elementwise:
    row = ACTIVATIONS[name]
    assert isinstance(row, Elementwise)
    return row


@given(n=WIDTHS, m=WIDTHS, name=st.sampled_from(HIDDEN), dtype=st.sampled_from(DTYPES), seed=st.integers(0, 99))
def test_bp1_is_its_component_formula(n: int, m: int, name: str, dtype: str, seed: int) -> None:
    sigma, head = sigma_of(name), COSTS["quadratic"].head(name)
    z, y = integers(seed, n, m, dtype=dtype), integers(seed + 1, n, m, dtype=dtype)
    a = sigma.value(z)
    delta = bp1(head, z, a, y, 0.5)
    for j, e in np.ndindex(n, m):
        nabla_a = a[j, e] - y[j, e]
        assert delta[j, e] == nabla_a * sigma.slope(z)[j, e] * z.dtype.type(0.5)
    assert delta.dtype == dtype


@given(n=WIDTHS, n_out=WIDTHS, m=WIDTHS, name=st.sampled_from(HIDDEN), dtype=st.sampled_from(DTYPES))
def test_bp2_is_its_component_formula(n: int, n_out: int, m: int, name: str, dtype: str) -> None:
    sigma = sigma_of(name)
    w_next, delta_next = integers(1, n_out, n, dtype=dtype), integers(2, n_out, m, dtype=dtype)
    z = integers(3, n, m, dtype=dtype)
    delta = bp2(w_next, delta_next, sigma, z)
    for j, e in np.ndindex(n, m):
        back = sum(w_next[k, j] * delta_next[k, e] for k in range(n_out))
        assert delta[j, e] == back * sigma.slope(z)[j, e]
    assert delta.dtype == dtype
    textbook = textbook_bp2(w_next, delta_next, sigma, z)
    assert np.abs(textbook - delta).max() <= 8 * np.finfo(dtype).eps * n_out * 9


@given(n=WIDTHS, m=WIDTHS, dtype=st.sampled_from(DTYPES))
def test_bp3_is_its_component_formula(n: int, m: int, dtype: str) -> None:
    delta = integers(n, n, m, dtype=dtype)
    assert [*bp3(delta)] == [sum(delta[j, e] for e in range(m)) for j in range(n)]
    assert bp3(delta).dtype == dtype


@given(n=WIDTHS, n_in=WIDTHS, m=WIDTHS, dtype=st.sampled_from(DTYPES))
def test_bp4_is_its_component_formula(n: int, n_in: int, m: int, dtype: str) -> None:
    a_in, delta = integers(1, n_in, m, dtype=dtype), integers(2, n, m, dtype=dtype)
    nabla_w = bp4(a_in, delta)
    for j, k in np.ndindex(n, n_in):
        assert nabla_w[j, k] == sum(a_in[k, e] * delta[j, e] for e in range(m))
    assert nabla_w.dtype == dtype


def test_the_equations_take_a_pack_s_leading_axes() -> None:
    w_next, delta_next, z = integers(1, 2, 3, 4), integers(2, 2, 3, 5), integers(3, 2, 4, 5)
    sigma = sigma_of("relu")
    assert (bp2(w_next, delta_next, sigma, z)[1] == bp2(w_next[1], delta_next[1], sigma, z[1])).all()
    assert (bp3(z)[1] == bp3(z[1])).all()
    assert (bp4(z, delta_next)[1] == bp4(z[1], delta_next[1])).all()


def test_the_four_are_one_value_and_each_cites_its_source() -> None:
    assert (bp1, bp2, bp3, bp4) == EQUATIONS
    assert EQUATIONS._fields == TEXTBOOK_EQUATIONS._fields == ("bp1", "bp2", "bp3", "bp4")
    assert TEXTBOOK_EQUATIONS[2:] == EQUATIONS[2:]
    for number, equation in enumerate(EQUATIONS, start=1):
        doc = inspect.getdoc(equation) or ""
        assert doc.startswith(f"BP{number}")
        assert f"the note, equation {number}" in doc
        assert f"(BP{number})" in doc


def test_the_printed_bp2_is_another_quantity() -> None:
    w_next, delta_next, z = integers(1, 3, 3), integers(2, 3, 3), integers(3, 3, 3)
    assert (printed_bp2(w_next, delta_next, sigma_of("tanh"), z) != bp2(w_next, delta_next, sigma_of("tanh"), z)).any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_printed_bp2_is_caught_where_shapes_let_it_pass(dtype: str) -> None:
    calm = pack(SQUARE, dtype, regimes=("calm",) * 3, examples=3)
    wrong = found(backend(PRINTED), calm)
    assert len(wrong) == len(calm)
    for discrepancy in wrong:
        assert (discrepancy.place.quantity, discrepancy.place.layer) == ("BP2", 2)
        assert discrepancy.ratio > 1e4


@pytest.mark.usefixtures("as_users_have_it")
@pytest.mark.parametrize(("widths", "examples"), [((3, 3, 3), 1), ((3, 4, 2), 5)], ids=["a matrix", "no fit"])
def test_the_printed_bp2_is_refused_where_it_gives_other_shapes(widths: tuple[int, ...], examples: int) -> None:
    calm = pack(Architecture(widths, ("tanh", "tanh")), regimes=("calm",), examples=examples)
    with pytest.raises(BackendFailed, match=r"variant raised ValueError on .*(mismatch|broadcast)"):
        found(backend(PRINTED), calm)


def test_the_printed_bp2_makes_a_matrix_of_one_example() -> None:
    column = integers(2, 3, 1)
    assert printed_bp2(integers(1, 3, 3), column, sigma_of("tanh"), column).shape == (3, 3)


@pytest.mark.parametrize("name", EQUATIONS._fields)
def test_a_wrong_equation_is_found_and_named(name: str) -> None:
    calm = pack(SQUARE, regimes=("calm",) * 3)
    wrong = found(backend(scaled(name, 1 + 1e-9)), calm)
    assert [discrepancy.place.quantity.lower() for discrepancy in wrong] == [name] * len(calm)
    assert not found(backend(scaled(name, 1.0)), calm)
