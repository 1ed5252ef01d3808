"""The learning rate in a program's own update."""

from __future__ import annotations

import ast

import pytest
from backproof.agreement.diagnosis.programs.reading.step import written_rate

PATHS = [("made", ".W1"), ("made", ".layers", 0, ".b"), ("trace", "weights", 1)]
WRITTEN = {
    "net.W1 -= 0.1 * net.dW1": 0.1,
    "W1 += X.T.dot(delta) * 0.05 / m": 0.05,
    "net.layers[0].b = net.layers[0].b - 0.25 * delta.sum()": 0.25,
    "weights[1] += -(0.01 * h.T @ delta)": 0.01,
    "speed = 0.3\nW1 -= speed * dW1": 0.3,
    "W1 -= dW1": 1.0,
    "W1 -= 2.0 * dW1": 1.0,
    "W1 -= 0.1 * dW1\nweights[0] -= 0.2 * dW": 1.0,
    "W1 -= 0.5 * 0.1 * dW1": 1.0,
    "cost += 0.5 * error\nW1 -= 0.1 * dW1": 0.1,
    "speed = 0.3\nspeed = 0.2\nW1 -= speed * dW1": 1.0,
    "W1 = 0.9 * W1": 1.0,
    "W1 -= dW1 / 0.1": 1.0,
}


@pytest.mark.parametrize("written", WRITTEN)
def test_it_is_the_number_that_every_step_is_multiplied_by(written: str) -> None:
    assert written_rate([ast.parse(written)], PATHS) == WRITTEN[written]
