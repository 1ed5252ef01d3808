"""The plan of an entry once more: on other numbers, without what is no bias, at small steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .....manual.shapes import Array
from ..loading.program import Program
from .explore import explore
from .numbers import NetworkAndBatch, draw
from .plan import ReadingPlan
from .tracer import Enough

NEARLY = 1e-6
"""What rounding and learning rates make no more of than this is one number."""


def again(
    program: Program, plan: ReadingPlan, numbers: NetworkAndBatch, like: ReadingPlan | None = None, bare: bool = False
) -> ReadingPlan:
    """The plan of the same entry for other numbers; `bare`, and where it has none, without biases."""
    bare = bare or not (plan.chain.has_biases or plan.still)
    return explore(program, plan.entry, numbers, plan.form, plan.handed, plan.rate, like, bare)


def with_biases_that_count(program: Program, plan: ReadingPlan, numbers: NetworkAndBatch) -> ReadingPlan:
    """The plan without the vectors taken for biases, where nothing depends on them."""
    if not any(plan.chain.biases):
        return plan
    other = replace(numbers, biases=draw(numbers.widths, numbers.examples, seed=7).biases)
    try:
        if not same(plan.gradients(program, numbers), plan.gradients(program, other)):
            return plan
        return replace(again(program, plan, numbers, bare=True), widths=plan.widths)
    except (Exception, SystemExit, Enough):
        return plan


def at_small_steps(program: Program, plan: ReadingPlan, numbers: NetworkAndBatch) -> ReadingPlan:
    """The plan at a learning rate of 1, where its gradients depend on the rate: it goes on with changed parameters."""
    if not (plan.updates and plan.steep):
        return plan
    try:
        small = again(program, replace(plan, rate=1.0), numbers)
        pairs = zip(plan.gradients(program, numbers)[0], small.gradients(program, numbers)[0], strict=True)
        alike = all(np.allclose(large, ours, rtol=NEARLY, atol=NEARLY) for large, ours in pairs)
    except (Exception, SystemExit, Enough):
        return plan
    return plan if alike else replace(small, widths=plan.widths)


def same(first: tuple[list[Array], list[Array]], second: tuple[list[Array], list[Array]]) -> bool:
    """Whether two answers have the same ∂C/∂W."""
    return all(np.array_equal(a, b) for a, b in zip(first[0], second[0], strict=True))
