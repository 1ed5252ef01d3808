"""`compare` tells rounding from a mistake, in one line, for every step that learners write."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement import UsageError, compare
from backproof.agreement.vjp.steps import STEPS

rng = np.random.default_rng(5)
M, N, K = 7, 4, 5
X, W, B, IDS = rng.normal(size=(M, N)), rng.normal(size=(N, K)), rng.normal(size=K), rng.integers(0, K, M)
Z, G, GAMMA = X @ W + B, rng.normal(size=(M, K)), rng.normal(size=K)
TABLE, UP = rng.normal(size=(K, 3)), rng.normal(size=(M, 3))


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z)  # not shifted
    return e / e.sum(-1, keepdims=True)


def batch_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    mean = x.mean(0)
    return gamma * (x - mean) * ((x**2).mean(0) - mean**2 + x.dtype.type(1e-5)) ** x.dtype.type(-0.5) + beta


def added(ids: np.ndarray, up: np.ndarray, rows: int) -> np.ndarray:
    table = np.zeros((rows, up.shape[1]), up.dtype)
    for i, row in zip(ids[::-1], up[::-1], strict=True):
        table[i] += row
    return table


WRITTEN = {
    "affine": (lambda x, w, b: sum(x[:, [i]] * w[[i]] for i in range(N)) + b, (X, W, B), {}),
    "sum": (lambda g: g[::-1].sum(0), (G,), {"axis": 0}),
    "product": (lambda a, b: b * a, (Z, G), {}),
    "sigmoid": (lambda z: np.exp(z) / (1 + np.exp(z)), (Z,), {}),
    "sigmoid gradient": (lambda a, g: g * (a - a * a), (1 / (1 + np.exp(-Z)), G), {}),
    "tanh": (lambda z: np.sinh(z) / np.cosh(z), (Z,), {}),
    "tanh gradient": (lambda a, g: g * (1 + a) * (1 - a), (np.tanh(Z), G), {}),
    "relu": (lambda z: z * (z > 0), (Z,), {}),
    "softmax": (softmax, (Z,), {}),
    "cross-entropy": (lambda z, y: -np.log(softmax(z)[range(M), y]).mean(), (Z, IDS), {}),
    "cross-entropy gradient": (lambda z, y: (softmax(z) - np.eye(K)[y].astype(z.dtype)) / M, (Z, IDS), {}),
    "batch norm": (batch_norm, (Z, GAMMA, B), {}),
    "embedding": (lambda table, ids: table[ids], (TABLE, IDS), {}),
    "embedding gradient": (lambda ids, up: added(ids, up, K), (IDS, UP), {"rows": K}),
}


def in_dtype(part: np.ndarray, dtype: type) -> np.ndarray:
    return part.astype(dtype) if part.dtype.kind == "f" else part


def test_every_step_is_tried() -> None:
    assert set(WRITTEN) == set(STEPS)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("step", WRITTEN)
def test_another_formula_differs_by_rounding_and_a_part_in_a_million_more_does_not(step: str, dtype: type) -> None:
    function, operands, options = WRITTEN[step]
    short = [in_dtype(part, dtype) for part in operands]
    mine = np.asarray(function(*short))
    theirs = np.asarray(function(*(in_dtype(part, np.longdouble) for part in short))).astype(dtype)
    found = compare(step, mine, theirs, step, *short, **options)
    assert found, str(found)
    assert found.ratio <= 1
    wrong = mine * dtype(1 + (1e-9 if dtype is np.float64 else 1e-3))
    refused = compare(step, wrong, theirs, step, *short, **options)
    assert not refused
    assert "beyond rounding" in str(refused)


def test_it_reads_like_a_sentence() -> None:
    assert str(compare("h", X, X)) == "h: equal in every digit"
    assert str(compare("h", X, X.T)) == "h: shapes differ: (7, 4), theirs (4, 7)"
    unsaid = compare("h", X, X + 1)
    assert "say the step and its operands" in str(unsaid)
    assert unsaid.agrees is None
    assert str(compare("dW", X.T @ G * 2, X.T @ G, "affine", X.T, G)).startswith("dW: beyond rounding: ")


def test_no_number_never_passes() -> None:
    assert not compare("z", np.full_like(Z, np.nan), Z, "affine", X, W, B)


def test_operands_of_another_step_give_no_verdict() -> None:
    """The gradient of a sigmoid is asked of a, not of z: right numbers are not called wrong for that."""
    a, above = 1 / (1 + np.exp(-Z)), np.ones_like(Z)
    mine, theirs = a * (1 - a), np.exp(-Z) / (1 + np.exp(-Z)) ** 2
    assert compare("dz", mine, theirs, "sigmoid gradient", a, above)
    with pytest.raises(UsageError, match="gives neither of the two"):
        compare("dz", mine, theirs, "sigmoid gradient", Z, above)
    assert not compare("dz", mine * (1 + 1e-9), theirs, "sigmoid gradient", a, above)


@pytest.mark.parametrize(
    ("step", "operands", "told"), [("convolution", (), "convolution"), ("affine", (X, X), "affine")]
)
def test_bad_use_is_said(step: str, operands: tuple, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        compare("z", Z, Z + 1, step, *operands)
