"""`same_function`: is a step in one framework the same function as a step in another, and if not, where and why?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flint import ctx

from ...reference.arithmetic_state import ieee
from ...reference.graph.graph import OpenBranch, Unsupported
from ..certificates.digits import agreement
from ..certificates.program import DIGITS
from ..errors import UsageError
from ..running import session
from .gradients import compare_gradients, each_alone
from .parameters import Matching, in_order_of_use, match, moved
from .partings import partings
from .program import WalkedProgram, bad, program_at
from .result import Port, PortSide
from .sides import PortedStep, side_of
from .text import session_row

BITS = 400
SEEDS = (None, 1, 2)
"""The parameters as given, then others: one point proves little, a bias of 0 hides itself."""

Step = Any
"""(loss, (first, *rest)), or with a gradient by hand (loss, (first, *rest), gradient), or a function that gives it."""


def same_function(a: Step, b: Step, *, parameters: Mapping[str, str] | None = None) -> Port:
    """Are two training steps, each in torch, jax or NumPy by hand, the same function with the same gradient?

    Args:
        a: the first step: `(loss, (first, *rest))`, or a function without arguments that gives it. `loss(first,
            *rest)` gives one number; `first` holds the parameters: an `nn.Module`, or a pytree of arrays
            (float64, float32, float16, bfloat16). A step of NumPy may have a third part, `gradient(first, *rest)`,
            a pytree like `first`. Nothing of it is changed.
        b: the second, with the same weights and data, in any layout.
        parameters: which parameter of the first is which of the second, by name, where contents do not say it.

    Returns:
        Port: `same`, `partings` (where they part: both lines, both numbers, the convention), `gradients` (exact
        agreement, and the difference of the answers as a share of what the dtype allows). `str()` is the report,
        `as_json()` the record, schema `backproof/port/1`.

    Raises:
        Disagreement: they are not the same function, or their gradients differ; the message is the report.
        UsageError: the steps cannot be compared: parameters without a counterpart, other dtypes, random numbers,
            a loss that is no single number, an operation that is not known.

    """
    found = judge_port(a, b, parameters=parameters)
    session.current().certificates.append(session_row(found))
    found.check()
    return found


def judge_port(
    a: Step, b: Step, *, parameters: Mapping[str, str] | None = None, names: tuple[str, str] = ("first", "second")
) -> Port:
    """As `same_function`, without raising: what differs stands in the result."""
    began = time.perf_counter()
    first, second = (side_of(_made(step), name) for step, name in zip((a, b), names, strict=True))
    try:
        with ieee(), np.errstate(all="ignore"):
            return _judge(first, second, parameters or {}, names, began)
    except (Unsupported, OpenBranch) as error:
        raise UsageError(str(error)) from None


def _made(step: Step) -> Any:
    return step() if callable(step) else step


def _judge(
    first: PortedStep, second: PortedStep, given: Mapping[str, str], names: tuple[str, str], began: float
) -> Port:
    with ctx.workprec(BITS):
        leaves = [_by_use(side, name) for side, name in zip((first, second), names, strict=True)]
        matching = match(leaves[0], leaves[1], given)
        points = _telling([_point(first, second, matching, seed, names) for seed in SEEDS])
        apart = [k for k, pair in enumerate(points) if bad(pair[1], pair[0])]
        causes = _causes(points, apart)
        gradients = None
        if not causes:
            pairs = [m for m in matching.matches if m.is_parameter]
            gradients = compare_gradients(pairs, (first, second), points[0])
        elif all(cause.harmless for cause in causes):
            gradients = each_alone((first, second))
        about = [_about(side, name, pair) for side, name, pair in zip((first, second), names, points[0], strict=True)]
        digits = min((_digits(*pair) for k, pair in enumerate(points) if k not in apart), default=0.0)
    seconds = time.perf_counter() - began
    hidden = bool(apart) and 0 not in apart
    return Port((about[0], about[1]), matching, digits, len(points), tuple(causes), gradients, hidden, seconds)


def _telling(points: list[tuple[WalkedProgram, WalkedProgram]]) -> list[tuple[WalkedProgram, WalkedProgram]]:
    """The points at which some loss is a number: where a root of what is negative is drawn, none is, and all agree."""
    given, *others = points
    if not _is_a_number(given):
        raise UsageError("the loss is no number on either side: there is nothing to compare")
    return [given, *filter(_is_a_number, others)]


def _is_a_number(point: tuple[WalkedProgram, WalkedProgram]) -> bool:
    return any(not x.is_nan() for program in point for x in np.ravel(program.values[program.output]))


def _causes(points: list[tuple[WalkedProgram, WalkedProgram]], apart: list[int]) -> list[Any]:
    """At other parameters where they part there, else at those given."""
    if not apart:
        return []
    at = points[next((k for k in apart if k), 0)]
    alike = all(len(p.graph.nodes) == len(q.graph.nodes) for p, q in zip(at, points[0], strict=True))
    return partings(*at, points[0] if alike and 0 in apart else None)


def _by_use(side: PortedStep, name: str) -> list[Any]:
    """The leaves in the order in which the program first takes them."""
    trace = _named(name, lambda: side.trace({}))
    users = [k for node in trace.graph.nodes for k in node.operands]
    uses = {leaf: users.index(k) for leaf, n in trace.leaves.items() if (k := trace.graph.inputs[n]) in users}
    return in_order_of_use(side.leaves, uses)


def _point(
    first: PortedStep, second: PortedStep, matching: Matching, seed: int | None, names: tuple[str, str]
) -> tuple[WalkedProgram, WalkedProgram]:
    other: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
    if seed is not None:
        other = moved(matching, first.leaves, second.leaves, seed)
    a, b = (
        _named(name, lambda side=side, m=m: program_at(side.trace(m), side.leaves))  # type: ignore[misc]
        for side, m, name in zip((first, second), other, names, strict=True)
    )
    return a, b


def _named(name: str, call: Callable[[], Any]) -> Any:
    """What a side gives; its errors say which side it is."""
    try:
        return call()
    except (UsageError, Unsupported, OpenBranch) as error:
        raise UsageError(f"{name}: {error}") from None


def _about(side: PortedStep, name: str, program: WalkedProgram) -> PortSide:
    count = sum(int(leaf.array.size) for leaf in side.leaves if leaf.role == "parameter")
    loss = float(np.ravel(program.values[program.output])[0])
    dtypes = dict.fromkeys(leaf.dtype for leaf in side.leaves if leaf.role == "parameter")
    return PortSide(name, side.framework, side.version, count, ", ".join(dtypes), loss)


def _digits(first: WalkedProgram, second: WalkedProgram) -> float:
    return agreement(first.values[first.output], second.values[second.output], DIGITS, 1.0).digits
