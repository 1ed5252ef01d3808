from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.costs import COSTS
from backproof.manual.rounding.formats import DTYPES
from helpers.drawn import case, cases, pack
from hypothesis import given
from hypothesis import strategies as st

SMALL = Architecture((3, 4, 2), ("sigmoid", "softmax"), "cross_entropy")
WEIGHTED = replace(SMALL, l2=0.1, weighted=True)


ILLEGAL = [
    (((3, 0, 2), ("tanh", "tanh")), "width 0 in (3, 0, 2)"),
    (((3, -1), ("tanh",)), "width -1"),
    (((3, 2.0), ("tanh",)), "width 2.0"),
    (((3, True), ("tanh",)), "width True"),
    (((3,), ()), "widths (3,): at least an input and an output"),
    (((3, 4, 2), ("tanh",)), "1 activations ('tanh',) for 2 layers"),
    (((3, 2), ("sigmiod",)), "unknown activation 'sigmiod': choose from sigmoid, tanh"),
    (((3, 2), ("tanh",), "hinge"), "unknown cost 'hinge': choose from quadratic, cross_entropy"),
    (((3, 2), ("tanh",), "quadratic", "median"), "unknown reduction 'median': choose from mean, sum"),
    (((3, 4, 2), ("softmax", "tanh")), "activation 'softmax' in hidden layer 1"),
    (((3, 2), ("relu",), "quadratic", "mean", -0.1), "l2 is -0.1: λ is a finite number ≥ 0"),
    (((3, 2), ("relu",), "quadratic", "mean", float("nan")), "l2 is nan"),
    (((3, 2), ("relu",), "quadratic", "mean", True), "l2 is True"),
    (((3, 2), ("relu",), "quadratic", "mean", "0.1"), "l2 is '0.1'"),
    (((3, 2), ("relu",), "quadratic", "mean", 0.0, 1), "weighted is 1: True or False is needed"),
    (((3, 2), ("relu",), "cross_entropy"), "cost 'cross_entropy' on 'relu' outputs: it needs sigmoid or softmax"),
]


@pytest.mark.usefixtures("as_users_have_it")
@pytest.mark.parametrize(("arguments", "message"), ILLEGAL)
def test_an_illegal_architecture_is_refused_with_the_offending_value(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Architecture(*arguments)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("output", ACTIVATIONS)
def test_a_cost_takes_the_outputs_it_is_defined_for_and_no_others(cost: str, output: str) -> None:
    if output in COSTS[cost].heads or not COSTS[cost].labels:
        assert Architecture((2, 3), (output,), cost).activations == (output,)
    else:
        with pytest.raises(ValueError, match=f"{cost!r} on {output!r}"):
            Architecture((2, 3), (output,), cost)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_hidden_layers_take_every_activation_that_has_a_slope(name: str) -> None:
    if not ACTIVATIONS[name].output_only:
        assert Architecture((2, 3, 1), (name, "tanh")).depth == 2
    else:
        with pytest.raises(ValueError, match="hidden layer 1"):
            Architecture((2, 3, 1), (name, "tanh"))


def test_an_architecture_is_a_value() -> None:
    assert str(SMALL) == "3-4-2 sigmoid,softmax / cross_entropy (mean)"
    assert (SMALL.depth, SMALL.parameters) == (2, 4 * 3 + 4 + 2 * 4 + 2)
    assert {SMALL, replace(SMALL)} == {SMALL}
    assert len({SMALL, replace(SMALL, reduction="sum")}) == 2
    assert str(replace(SMALL, l2=0.1)) == "3-4-2 sigmoid,softmax / cross_entropy (mean, L2 0.1)"
    assert str(WEIGHTED) == "3-4-2 sigmoid,softmax / cross_entropy (mean, L2 0.1, weighted)"


@pytest.mark.usefixtures("as_users_have_it")
def test_lambda_is_a_float_whatever_is_given() -> None:
    assert str(replace(SMALL, l2=1)) == str(replace(SMALL, l2=1.0))


def _with(array: Any, index: Any, value: float) -> Any:
    changed = array.copy()
    changed[index] = value
    return changed


CASE = case(SMALL)
COUNTED = case(WEIGHTED)
PACK = pack(SMALL, regimes=("calm", "zeros", "integers"))
W, B, X, Y = CASE.weights, CASE.biases, CASE.x, CASE.y

BAD_PARTS = [
    (CASE, {"weights": W[:1]}, "1 weight matrices and 2 bias vectors for 2 layers"),
    (CASE, {"biases": B[:1]}, "2 weight matrices and 1 bias vectors for 2 layers"),
    (CASE, {"weights": (W[0], W[1].T)}, "W^2 has shape (4, 2): (2, 4) is needed"),
    (CASE, {"biases": (B[0][:, None], B[1])}, "b^1 has shape (4, 1): (4,) is needed"),
    (CASE, {"x": X[:2]}, "x has shape (2, 2): (3, 2) is needed"),
    (CASE, {"x": X[:, :0], "y": Y[:, :0]}, "x has shape (3, 0): at least one example"),
    (CASE, {"x": np.array(1.0)}, "x has shape (): at least one example"),
    (CASE, {"y": Y[:, :1]}, "y has shape (2, 1): (2, 2) is needed"),
    (CASE, {"x": X.astype(np.float16)}, "W^1 is float64: all arrays are one of float64, float32"),
    (CASE, {"y": Y.astype(np.float32)}, "y is float32: all arrays"),
    (CASE, {"biases": (B[0], B[1].astype(int))}, "b^2 is int64: all arrays"),
    (CASE, {"weights": (_with(W[0], (1, 2), np.nan), W[1])}, "W^1 holds nan: every number must be finite"),
    (CASE, {"biases": (B[0], _with(B[1], 0, -np.inf))}, "b^2 holds -inf"),
    (CASE, {"y": _with(Y, (0, 0), np.inf)}, "y holds inf"),
    (CASE, {"example_weights": np.ones(2)}, "(mean) is not weighted: example_weights are given all the same"),
    (COUNTED, {"example_weights": None}, "(mean, L2 0.1, weighted) is weighted: example_weights are needed"),
    (COUNTED, {"example_weights": np.ones(3)}, "example_weights has shape (3,): (2,) is needed"),
    (COUNTED, {"example_weights": np.ones(2, np.float32)}, "example_weights is float32: all arrays"),
    (COUNTED, {"example_weights": np.array([1.0, -2.0])}, "example_weights hold -2.0: an example counts 0 or more"),
    (COUNTED, {"example_weights": np.array([1.0, np.nan])}, "example_weights holds nan"),
    (PACK, {"x": PACK.x[:2]}, "W^1 has shape (3, 4, 3): (2, 4, 3) is needed"),
    (PACK, {"y": PACK.y[:, :1]}, "y has shape (3, 1, 2): (3, 2, 2) is needed"),
    (PACK, {"x": _with(PACK.x, (2, 0, 0), np.nan)}, "x holds nan"),
]


@pytest.mark.parametrize(("whole", "parts", "message"), BAD_PARTS)
def test_a_case_and_a_pack_refuse_what_does_not_fit(whole: Case | Pack, parts: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        replace(whole, **parts)


def test_numbers_in_the_byte_order_of_another_machine_are_refused() -> None:
    swapped = [array.astype(">f8") for array in (*W, *B, X, Y)]
    with pytest.raises(ValueError, match="W\\^1 is >f8: all arrays are one of float64, float32"):
        Case(SMALL, tuple(swapped[:2]), tuple(swapped[2:4]), swapped[4], swapped[5])


@given(of=cases())
def test_a_case_knows_its_dtype_examples_and_share(of: Case) -> None:
    assert of.dtype.name in DTYPES
    assert of.examples == of.x.shape[1]
    assert of.share == (1 / of.examples if of.architecture.reduction == "mean" else 1)


@given(of=cases())
def test_the_id_is_of_the_floats_and_not_of_what_made_them(of: Case) -> None:
    copy = Case(
        replace(of.architecture),
        tuple(np.asfortranarray(w) for w in of.weights),
        tuple(np.concatenate([b, b])[: len(b)] for b in of.biases),
        np.repeat(of.x, 2, axis=1)[:, ::2],
        of.y.copy(),
    )
    assert copy.id == of.id
    assert len(of.id) == 12
    assert int(of.id, 16) >= 0


@given(of=cases(), data=st.data())
def test_any_changed_bit_changes_the_id(of: Case, data: st.DataObject) -> None:
    arrays = [*of.weights, *of.biases, of.x, of.y]
    which = data.draw(st.integers(0, len(arrays) - 1))
    bits = arrays[which].copy().view(f"u{of.dtype.itemsize}").ravel()
    mantissa_and_sign = [*range(np.finfo(of.dtype).nmant), 8 * of.dtype.itemsize - 1]
    bits[data.draw(st.integers(0, len(bits) - 1))] ^= bits.dtype.type(
        1 << data.draw(st.sampled_from(mantissa_and_sign))
    )
    arrays[which] = bits.view(of.dtype).reshape(arrays[which].shape)
    depth = of.architecture.depth
    changed = Case(of.architecture, tuple(arrays[:depth]), tuple(arrays[depth:-2]), arrays[-2], arrays[-1])
    assert changed.id != of.id


def test_the_id_tells_architectures_dtypes_and_shapes_apart() -> None:
    x = np.zeros((2, 2))
    of = Architecture((2, 2), ("tanh",))
    zero = Case(of, (x,), (x[0],), x, x)
    others = [
        replace(zero, architecture=replace(of, activations=("relu",))),
        replace(zero, architecture=replace(of, reduction="sum")),
        zero.astype(np.float32),
        replace(zero, x=x[:, :1], y=x[:, :1]),
    ]
    assert len({zero.id, *(other.id for other in others)}) == 5


def test_ids_are_what_they_were_before_there_were_options() -> None:
    """As the version before L2 terms and weights gave them."""
    of = Architecture((2, 1), ("sigmoid",))
    plain = Case(of, (np.array([[1.5, 0.5]]),), (np.zeros(1),), np.array([[1.0, 2], [-1, 3]]), np.array([[0.0, 1]]))
    assert plain.id == "2b9823a6b4fb"
    optioned = [
        replace(plain, architecture=replace(of, l2=0.1)),
        *(
            replace(plain, architecture=replace(of, weighted=True), example_weights=np.array(w))
            for w in ([1.0, 1.0], [1.0, 2.0])
        ),
    ]
    assert len({plain.id, *(case.id for case in optioned)}) == 4


def test_weights_go_wherever_the_examples_go() -> None:
    drawn = pack(WEIGHTED, regimes=("calm", "zeros"), examples=3)
    assert drawn.example_weights is not None
    assert drawn.example_weights.shape == (2, 3)
    second = drawn[1]
    assert second.example_weights is not None
    assert Pack.of(list(drawn))[1].id == second.id
    assert second.astype("float32").astype("float64").example_weights == pytest.approx(second.example_weights)
    some = second.of_examples([2, 0])
    assert some.example_weights.tolist() == second.example_weights[[2, 0]].tolist()
    assert some.y.tolist() == second.y[:, [2, 0]].tolist()
    assert second.shares == pytest.approx(second.example_weights[None, :] / 3)
    assert (second.share, second.decay) == (1 / 3, 0.1 / 3)


def test_a_pack_is_its_cases() -> None:
    assert len(PACK) == 3
    assert [single.id for single in PACK] == [PACK[k].id for k in range(3)]
    assert Pack.of(list(PACK))[2].id == PACK[2].id
    assert PACK[-1].id == PACK[2].id
    with pytest.raises(IndexError):
        PACK[3]


MIXED = [
    ([], "no cases"),
    ([CASE, case(replace(SMALL, reduction="sum"))], "3-4-2 sigmoid,softmax / cross_entropy (sum), float64, 2 examples"),
    ([CASE, case(SMALL, examples=3)], "3-4-2 sigmoid,softmax / cross_entropy (mean), float64, 3 examples"),
    ([CASE, case(SMALL, dtype="float32")], "3-4-2 sigmoid,softmax / cross_entropy (mean), float32, 2 examples"),
]


@pytest.mark.parametrize(("mixed", "message"), MIXED)
def test_a_pack_of_unlike_cases_is_refused(mixed: list[Case], message: str) -> None:
    with pytest.raises(ValueError, match="one architecture, dtype and number of examples") as refused:
        Pack.of(mixed)
    assert message in str(refused.value)


@given(of=cases(menu=Menu(dtypes=("float32",))))
def test_float32_numbers_stay_exact_in_float64(of: Case) -> None:
    wide = of.astype(np.float64)
    assert (wide.dtype.name, type(wide)) == ("float64", Case)
    assert wide.astype(np.float32).id == of.id


def test_a_pack_changes_dtype_as_a_whole() -> None:
    narrow = PACK.astype(np.float32)
    assert isinstance(narrow, Pack)
    assert [single.id for single in narrow] == [single.astype(np.float32).id for single in PACK]
