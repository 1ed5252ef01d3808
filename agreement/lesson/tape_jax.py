"""The jaxpr of value and gradient as it is, and the value of every variable in it."""

from __future__ import annotations

import re
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, jaxpr_as_fun

from ...manual.case import Case
from ...reference.jax_backends.jax_grad import ACTIVATIONS, FUSED
from .tape import TapeLine


def lines(case: Case) -> list[TapeLine]:
    """A line an equation of the jaxpr; what came in isn't looked at, what came out is."""
    with jax.enable_x64(True):
        arguments = (case.weights, case.biases, case.x, case.y)
        closed = jax.make_jaxpr(jax.value_and_grad(_cost(case), argnums=(0, 1)))(*arguments)
        values = _every_value(closed)(*jax.tree.leaves(arguments))
        printed = _printed(closed)
        return [
            TapeLine(text, (), tuple(np.asarray(value) for value in out))
            for text, out in zip(printed, values, strict=True)
        ]


def _cost(case: Case) -> Any:
    key = (case.architecture.cost, case.architecture.activations[-1])

    def cost(weights: Any, biases: Any, x: Any, y: Any) -> Any:
        z = a = x
        for w, b, name in zip(weights, biases, case.architecture.activations, strict=True):
            z = w @ a + b[:, None]
            a = ACTIVATIONS[name](z)
        return (FUSED[key](z, a, y) if key in FUSED else ((a - y) ** 2).sum() / 2) * case.share

    return cost


def _every_value(closed: Any) -> Any:
    """The jaxpr with every variable that it makes as an output; a function that gives them by equation."""
    made = [[v for v in equation.outvars if type(v).__name__ != "DropVar"] for equation in closed.jaxpr.eqns]
    # With other outputs than it was traced for, the names of the old ones are of no use to it.
    unnamed = closed.jaxpr.debug_info._replace(result_paths=None)
    every = closed.jaxpr.replace(outvars=[v for variables in made for v in variables], debug_info=unnamed)
    function = jax.jit(jaxpr_as_fun(ClosedJaxpr(every, closed.consts)))

    def run(*leaves: Any) -> list[list[Any]]:
        values = iter(function(*leaves))
        return [[next(values) for _ in variables] for variables in made]

    return run


def _printed(closed: Any) -> list[str]:
    """Each equation's own lines of the printed jaxpr; jitted functions stand before it, by name."""
    main = f"\n{closed.jaxpr}".rpartition("\n{ lambda")[2]
    body = main.partition(" let\n")[2].rpartition("\n  in ")[0]
    lines: list[str] = []
    for line in body.splitlines():
        if re.match(r" {4}\S", line) and not re.match(r" {4}[\]})]", line):
            lines.append(line.strip())
        else:
            lines[-1] += "\n" + line.removeprefix("    ")
    return lines
