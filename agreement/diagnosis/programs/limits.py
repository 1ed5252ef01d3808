"""The limits of a program: on which networks and batches its calls go through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .reading.numbers import WIDTHS, NetworkAndBatch, draw
from .reading.reader import ProgramReading, answers

FEW, ALONE = 4, 1
SEEDS = (3, 4, 5)


def limits(reading: ProgramReading) -> dict[str, Any]:
    """What is known, as the judge takes it: None stands for any.

    `depths`, `widths` and `outputs` are lists of what goes; `one_example` that m is 1; `labels` is `any`, `one_hot`
    or `binary`; `wide` that a hidden layer of one neuron is not taken; `every_class` that each class has to be in the
    batch; `biases` whether there are any; `exact` is False where a gradient is read as (before − after)/η.
    """
    fixed = reading.plan.widths
    depths = [depth for depth, widths in WIDTHS.items() if fixed is None and answers(reading, _ends(reading, widths))]
    several = fixed is None and answers(reading, _drawn(reading, (7, 8, 6, 3)[-len(reading.numbers.widths) :]))
    alone = fixed is None and answers(reading, _drawn(reading, (*reading.numbers.widths[:-1], 1)))
    soft = answers(reading, _soft(_shaped(reading)))
    one_hot = reading.plan.form.labels not in ("matrix", "vector")
    return {
        "depths": None if len(depths) == len(WIDTHS) else depths or [len(reading.numbers.weights)],
        "widths": None if fixed is None else [list(fixed)],
        "outputs": [fixed[-1]] if fixed else None if several and alone else [1] if alone else [2, 3, 4, 5],
        "one_example": reading.one_example,
        "labels": "any" if soft and not one_hot else "binary" if reading.numbers.widths[-1] == 1 else "one_hot",
        "every_class": one_hot and not answers(reading, _without_last(_shaped(reading))),
        "wide": fixed is None and not answers(reading, _narrow(reading)),
        "biases": reading.plan.chain.has_biases,
        "dtype": reading.dtype,
        "exact": not reading.plan.difference,
    }


def only(widths: list[int]) -> dict[str, Any]:
    """The limits of a function that says of itself which widths it takes."""
    anything = {"depths": None, "one_example": False, "labels": "any", "every_class": False, "wide": False}
    return {**anything, "widths": [widths], "outputs": [widths[-1]], "biases": True, "dtype": "float64", "exact": True}


def _shaped(reading: ProgramReading) -> NetworkAndBatch:
    return _drawn(reading, reading.numbers.widths)


def _drawn(reading: ProgramReading, widths: tuple[int, ...]) -> NetworkAndBatch:
    """A network, of those of a few seeds one in which not every neuron is off where there is one."""
    drawn = [draw(widths, ALONE if reading.one_example else FEW, seed=seed) for seed in SEEDS]
    return next((numbers for numbers in drawn if answers(reading, numbers)), drawn[0])


def _ends(reading: ProgramReading, widths: tuple[int, ...]) -> NetworkAndBatch:
    """A network of other depth with outputs as the program has them."""
    return _drawn(reading, (*widths[:-1], reading.numbers.widths[-1]))


def _narrow(reading: ProgramReading) -> NetworkAndBatch:
    """A network with a hidden layer of one neuron."""
    first, *hidden, last = reading.numbers.widths
    return _drawn(reading, (first, *hidden[:-1], *[1] * bool(hidden), last))


def _soft(numbers: NetworkAndBatch) -> NetworkAndBatch:
    """Targets that are probabilities, not classes."""
    rng = np.random.default_rng(5)
    n, m = numbers.y.shape
    return replace(numbers, y=rng.dirichlet(np.ones(n), m).T if n > 1 else rng.random((1, m)))


def _without_last(numbers: NetworkAndBatch) -> NetworkAndBatch:
    """A batch in which every class is there but the last."""
    n, m = numbers.y.shape
    y = np.eye(n)[:, np.arange(m) % max(n - 1, 1)]
    return replace(numbers, y=y)
