"""Arrays cross to a framework with their numbers, dtype and layout, and come back."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from backproof.agreement.errors import UsageError
from backproof.agreement.vjp.frameworks import JAX, NUMPY, TORCH, framework_of, hold
from backproof.agreement.vjp.variations import expanded, offset, permuted, strided

DTYPES = ("float64", "float32", "float16", ml_dtypes.bfloat16, "int64", "int32", "bool")
LAYOUTS = (np.ascontiguousarray, permuted, offset, strided, expanded)


def _array(dtype: Any) -> Any:
    return (np.random.default_rng(0).standard_normal((3, 4)) * 3).astype(np.float32).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("framework", [NUMPY, TORCH, JAX], ids=lambda f: f.name)
def test_there_and_back(framework: Any, dtype: Any) -> None:
    if framework is not NUMPY:
        pytest.importorskip(framework.name)
    array = _array(dtype)
    given = framework.given(array, None)
    assert framework_of(given) is framework
    held = hold(given)
    assert held.dtype == str(array.dtype)
    np.testing.assert_array_equal(held.array, array)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_torch_gets_the_strides(layout: Any) -> None:
    pytest.importorskip("torch")
    array = layout(_array("float32"))
    given = TORCH.given(array, None)
    np.testing.assert_array_equal(given.numpy(), array)
    assert [s * array.itemsize for s in given.stride()] == list(array.strides)
    assert (given.storage_offset() > 0) == (layout is offset)


@pytest.mark.parametrize("layout", [permuted, offset, strided])
def test_a_layout_keeps_the_numbers(layout: Any) -> None:
    for shape in ((3, 4), (5,), (2, 3, 2), (), (0, 3)):
        array = np.random.default_rng(1).standard_normal(shape)
        np.testing.assert_array_equal(layout(array), array)


@pytest.mark.parametrize("value", [np.ones(2, complex), np.array(["a"])])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="an argument is of"):
        hold(value)
