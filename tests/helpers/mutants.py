"""Wrong backward passes made from any right one: the program of a pullback with one equation done otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

Function = Callable[..., Any]
Change = Callable[[Any, Sequence[Any], Sequence[Any]], Sequence[Any] | None]
"""An equation, its operands and its results → results in their place; None where it does not apply."""
CALLS = ("jit", "pjit", "closed_call", "custom_jvp_call", "custom_vjp_call", "checkpoint", "remat2")


class RuleMutant(NamedTuple):
    """`planted` is the function with the wrong rule; `change` says what is done to equation number `place`."""

    change: str
    primitive: str
    place: int
    planted: Function
    backward: Function
    """(*arguments, cotangent) → the wrong cotangents."""


def _first(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [jnp.broadcast_to(x[0], r[0].shape)] if eqn.primitive.name in ("add", "add_any") else None


def _second(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [jnp.broadcast_to(x[1], r[0].shape)] if eqn.primitive.name in ("add", "add_any") else None


def _sign(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return {"neg": lambda: [x[0]], "sub": lambda: [x[0] + x[1]]}.get(eqn.primitive.name, lambda: None)()


def _transposed(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    shape = r[0].shape
    square = len(shape) >= 2 and shape[-1] == shape[-2]
    return [r[0].mT] if eqn.primitive.name in ("dot_general", "transpose") and square else None


def _one_for_the_sum(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    if eqn.primitive.name != "reduce_sum":
        return None
    axes = eqn.params["axes"]
    return [x[0][tuple(0 if i in axes else slice(None) for i in range(x[0].ndim))]]


def _mean(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [r[0] * (r[0].size / max(1, x[0].size))] if eqn.primitive.name == "reduce_sum" else None


def _unmasked(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [x[-1]] if eqn.primitive.name == "select_n" else None


def _masked_otherwise(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [x[1]] if eqn.primitive.name == "select_n" else None


def _detached(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [jnp.zeros_like(r[0])] if eqn.primitive.name in ("mul", "dot_general", "reduce_sum") else None


def _factor(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    literal = [hasattr(v, "val") for v in eqn.invars]
    if eqn.primitive.name not in ("mul", "div") or not any(literal):
        return None
    return [jnp.broadcast_to(x[literal.index(False)], r[0].shape)]


def _epsilon_outside(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    epsilon = 1e-2
    if eqn.primitive.name == "rsqrt":
        return [1 / (jnp.sqrt(x[0]) + epsilon)]
    return [x[0] / (x[1] + epsilon)] if eqn.primitive.name == "div" and eqn.outvars[0].aval.shape else None


def _power(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [x[0] ** (eqn.params["y"] + 1)] if eqn.primitive.name == "integer_pow" else None


def _doubled(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return [r[0] * 2] if eqn.primitive.name in ("exp", "tanh", "logistic", "mul", "conv_general_dilated") else None


def _shifted(eqn: Any, x: Sequence[Any], r: Sequence[Any]) -> Sequence[Any] | None:
    return (
        [jnp.roll(r[0], 1, -1)] if eqn.primitive.name in ("mul", "scatter-add", "gather", "pad") and r[0].ndim else None
    )


CHANGES: dict[str, Change] = {
    "the second term dropped": _first,
    "the first term dropped": _second,
    "a sign": _sign,
    "a transpose": _transposed,
    "ct[0] for the sum": _one_for_the_sum,
    "a mean for a sum": _mean,
    "a mask left out": _unmasked,
    "a mask the other way round": _masked_otherwise,
    "detached": _detached,
    "a factor left out": _factor,
    "epsilon outside": _epsilon_outside,
    "a power too high": _power,
    "twice": _doubled,
    "entries shifted": _shifted,
}


class _Run:
    """Executes a jaxpr; equation number `place` as the change has it."""

    def __init__(self, place: int = -1, change: Change | None = None) -> None:
        self.place, self.change, self.count, self.done = place, change, -1, False

    def run(self, jaxpr: Any, constants: Sequence[Any], operands: Sequence[Any]) -> list[Any]:
        known = dict(zip(jaxpr.constvars, constants, strict=True)) | dict(zip(jaxpr.invars, operands, strict=True))

        def read(atom: Any) -> Any:
            return atom.val if hasattr(atom, "val") else known[atom]

        for eqn in jaxpr.eqns:
            results = self.equation(eqn, [read(v) for v in eqn.invars])
            known.update(zip(eqn.outvars, results, strict=True))
        return [read(v) for v in jaxpr.outvars]

    def equation(self, eqn: Any, x: list[Any]) -> Sequence[Any]:
        if eqn.primitive.name in CALLS:
            inner = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr"))
            return self.run(inner.jaxpr, inner.consts, x)
        self.count += 1
        params = eqn.primitive.get_bind_params(eqn.params)
        made = eqn.primitive.bind(*x, **params)
        results = made if eqn.primitive.multiple_results else [made]
        if self.count == self.place and self.change is not None:
            changed = self.change(eqn, x, results)
            if changed is not None and all(jnp.shape(a) == jnp.shape(b) for a, b in zip(changed, results, strict=True)):
                self.done = True
                return [jnp.asarray(a, b.dtype) for a, b in zip(changed, results, strict=True)]
        return results


def mutants(function: Function, arguments: Sequence[Any], cotangent: Any) -> Iterator[RuleMutant]:
    """Every change at every equation of a function's pullback that makes another function of it, judged in floats."""

    def pullback(*given: Any) -> Any:
        return jax.vjp(function, *given[:-1])[1](given[-1])

    closed = jax.make_jaxpr(pullback)(*arguments, cotangent)
    counted = _Run()
    right = counted.run(closed.jaxpr, closed.consts, [*arguments, cotangent])
    for place in range(counted.count + 1):
        for name, change in CHANGES.items():
            runner = _Run(place, change)
            wrong = runner.run(closed.jaxpr, closed.consts, [*arguments, cotangent])
            if runner.done and _differ(right, wrong):
                yield _planted(name, place, closed, function)


def _differ(right: Sequence[Any], wrong: Sequence[Any]) -> bool:
    """By more than rounding: an equation without effect makes no mutant."""
    scale = max(float(np.max(np.abs(r), initial=0.0)) for r in right)
    return any(
        not float(np.max(np.abs(np.asarray(r) - np.asarray(w)), initial=0.0)) <= 1e-5 * scale
        for r, w in zip(right, wrong, strict=True)
    ) and all(np.all(np.isfinite(w)) for w in wrong)


def _planted(name: str, place: int, closed: Any, function: Function) -> RuleMutant:
    def backward(*given: Any) -> tuple[Any, ...]:
        return tuple(_Run(place, CHANGES[name]).run(closed.jaxpr, closed.consts, given))

    planted = jax.custom_vjp(function)
    planted.defvjp(lambda *x: (function(*x), x), lambda x, v: backward(*x, v))
    return RuleMutant(name, _primitive(closed.jaxpr, place), place, planted, backward)


def _primitive(jaxpr: Any, place: int) -> str:
    names = list(_names(jaxpr))
    return names[place]


def _names(jaxpr: Any) -> Iterator[str]:
    for eqn in jaxpr.eqns:
        if eqn.primitive.name in CALLS:
            inner = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr"))
            yield from _names(inner.jaxpr)
        else:
            yield eqn.primitive.name
