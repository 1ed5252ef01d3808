"""The gradients that a reading gives, beside those of the note for the same network."""

from __future__ import annotations

import numpy as np
from backproof.agreement.diagnosis.programs.reading.numbers import NetworkAndBatch, draw
from backproof.agreement.diagnosis.programs.reading.reader import ProgramReading
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Case


def truth(numbers: NetworkAndBatch, hidden: str, output: str, cost: str) -> Case:
    """The network as a case of the note."""
    depth = len(numbers.weights)
    architecture = Architecture(numbers.widths, (hidden,) * (depth - 1) + (output,), cost)
    return Case(architecture, numbers.weights, numbers.biases, numbers.x, numbers.y)


def assert_of(reading: ProgramReading, hidden: str, output: str, cost: str, scale: float) -> None:
    """Its gradients are those of such a network, up to this factor and a power of m."""
    for seed in (1, 2):
        numbers = draw(reading.numbers.widths, reading.numbers.examples, seed=seed)
        if not reading.plan.chain.has_biases:
            numbers = NetworkAndBatch(numbers.weights, tuple(0 * b for b in numbers.biases), numbers.x, numbers.y)
        right = backprop(truth(numbers, hidden, output, cost))
        nabla_w, nabla_b = reading.gradients(numbers)
        factor = float(np.vdot(nabla_w[0], right.nabla_w[0]) / np.vdot(right.nabla_w[0], right.nabla_w[0]))
        powers = [scale * numbers.examples**k for k in (0, 1)]
        assert min(abs(factor / power - 1) for power in powers) < 1e-9
        for got, want in zip(nabla_w, right.nabla_w, strict=True):
            np.testing.assert_allclose(got, factor * want, rtol=1e-9, atol=1e-12)
        if reading.plan.chain.has_biases:
            for got, want in zip(nabla_b, right.nabla_b, strict=True):
                np.testing.assert_allclose(got, factor * want, rtol=1e-9, atol=1e-12)
