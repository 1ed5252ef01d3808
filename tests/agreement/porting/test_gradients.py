"""Gradients of two steps where there is no one value, or nothing to compare: kinks, roots of 0, rounded constants."""

from __future__ import annotations

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backproof.agreement import UsageError
from backproof.agreement.porting.formats import FORMATS
from backproof.agreement.porting.port import judge_port

P = {"w": np.float32([[0.5, -1.25, 0.75], [2.0, 0.625, -0.375]]), "b": np.float32([0.25, -0.5, 1.5])}
X = np.float32([[1.5, -0.5], [0.25, 1.0], [-1.75, 0.625], [0.875, 2.0]])


def tensors(tree: Any) -> Any:
    return jax.tree.map(lambda a: torch.tensor(a), tree)


def arrays(tree: Any) -> Any:
    return jax.tree.map(jnp.array, tree)


ZERO_BIAS = {"w": np.float32([[0.5, 0.25], [-0.5, 1.0]]), "b": np.zeros(2, np.float32)}
AT_A_KINK = np.float32([[0.0, 0.0], [3.0, 4.0]])
RELU_TORCH = (lambda p, x: torch.relu(x @ p["w"] + p["b"]).sum()), (tensors(ZERO_BIAS), tensors(AT_A_KINK))
RELU_JAX = (lambda p, x: jax.nn.relu(x @ p["w"] + p["b"]).sum()), (arrays(ZERO_BIAS), arrays(AT_A_KINK))
MAXIMUM = (lambda p, x: jnp.maximum(x @ p["w"] + p["b"], 0).sum()), (arrays(ZERO_BIAS), arrays(AT_A_KINK))


def test_at_a_kink_the_same_answer_is_the_same_gradient() -> None:
    found = judge_port(RELU_TORCH, RELU_JAX)
    assert not found.disagrees
    assert found.decided
    assert "b = b is at a kink, or infinite, in 2 of 2 entries: both sides answer alike" in " ".join(str(found).split())


def test_at_a_kink_two_answers_are_told_and_nobody_is_wrong() -> None:
    found = judge_port(RELU_TORCH, MAXIMUM)
    assert not found.disagrees
    assert not found.decided
    assert found.as_json()["verdict"] == "undetermined"
    assert str(found).startswith("SAME FUNCTION, GRADIENT OPEN")
    assert FORMATS["junit"](found).count("<skipped ") == 1


ROOT = np.float32([[0.0, 0.25], [0.5, 1.0]])


def torch_root(p: Any, x: Any) -> Any:
    return torch.sqrt(p).sum() * x.sum()


def jax_root(p: Any, x: Any) -> Any:
    return jnp.sqrt(p).sum() * x.sum()


def test_a_root_of_nothing_has_an_infinite_slope_on_both_sides_and_no_other_parameters_that_are_negative() -> None:
    found = judge_port((torch_root, (tensors(ROOT), tensors(X))), (jax_root, (arrays(ROOT), arrays(X))))
    assert found.same
    assert not found.disagrees
    assert json.loads(FORMATS["json"](found))["gradients"]["parameters"][0]["open"] == 1


def test_a_loss_that_is_no_number_is_not_compared() -> None:
    with pytest.raises(UsageError, match="the loss is no number on either side"):
        judge_port((torch_root, (tensors(-ROOT), tensors(X))), (jax_root, (arrays(-ROOT), arrays(X))))


def constant_torch(p: Any, x: Any) -> Any:
    return torch.tanh(x @ p["w"] + p["b"] + 0.123456789012).square().sum()


def constant_numpy(p: Any, x: Any) -> Any:
    return (np.tanh(x @ p["w"] + p["b"] + C) ** 2).sum()


C = np.float32(0.123456789012)


@pytest.mark.parametrize("factor", [2, 3])
def test_beside_rounded_constants_a_gradient_by_hand_is_judged(factor: int) -> None:
    def gradient(p: Any, x: Any) -> Any:
        a = np.tanh(x @ p["w"] + p["b"] + C)
        delta = factor * a * (1 - a * a)
        return {"w": x.T @ delta, "b": delta.sum(0)}

    found = judge_port((constant_torch, (tensors(P), tensors(X))), (constant_numpy, (P, X), gradient))
    assert [p.harmless for p in found.partings] == [True]
    assert found.disagrees is (factor == 3)
    assert str(found).startswith("SAME, BUT FOR ROUNDED CONSTANTS" if factor == 2 else "WRONG GRADIENT")
