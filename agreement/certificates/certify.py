"""`certify`: the gradient of any traced training step, by three certificates."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...reference.arithmetic_state import ieee
from ...reference.graph.graph import OpenBranch, Unsupported
from ..errors import UsageError
from ..running import session
from .answer import certify_answers
from .operations import certify_operations
from .program import certify_program
from .result import Certificates
from .subject import StepSubject
from .text import session_row

TORCH_MODES = ("eager",)
JAX_MODES = ("eager", "jit")


def certify(
    loss: Callable[..., Any],
    first: Any,
    *rest: Any,
    modes: Sequence[str] | None = None,
    allow: Sequence[str] = (),
) -> Certificates:
    """Certify the gradient of `loss(first, *rest)` in `first`; raises Disagreement where it is wrong.

    Args:
        loss: a function of torch or jax that gives one floating-point number. Any operations; branches on values
            are judged as taken, random numbers as executed.
        first: what to differentiate in: an `nn.Module`, or a pytree (tensor, list, dict) of arrays, in float64,
            float32, float16 or bfloat16. Nothing of it is changed.
        rest: further arguments, arrays or anything else.
        modes: how the gradient is taken for the third certificate. torch: `eager` (the default), `compile`,
            `compile.aot_eager`; jax: `eager` and `jit` (the default: both).
        allow: names of custom functions whose backward is meant to differ from their derivative
            (straight-through rules). They are listed in the report.

    Returns:
        Certificates: `program` (the gradient program against our own pullbacks, exact, no tolerance), `operations`
        (each executed operation from its own operands), `answers` (the gradient as it came, against the exact one).
        `str()` is the report, `as_json()` the record, schema `backproof/certificate/1`.

    Raises:
        Disagreement: some certificate says `wrong`; the message is the report.
        UsageError: the loss is no single number, `first` holds nothing to differentiate, or an operation is
            not among those that are known (it is named, with the line that calls it).

    """
    found = judge_step(loss, first, *rest, modes=modes, allow=allow)
    session.current().certificates.append(session_row(found, getattr(loss, "__name__", "step")))
    found.check()
    return found


def judge_step(
    loss: Callable[..., Any],
    first: Any,
    *rest: Any,
    modes: Sequence[str] | None = None,
    allow: Sequence[str] = (),
) -> Certificates:
    """As `certify`, without raising: what disagrees stands in the result."""
    if not callable(loss):
        raise UsageError(f"{str(loss)[:200]} is no function: (first, *rest) → a loss is needed")
    began = time.perf_counter()
    try:
        subject = subject_of(loss, first, rest, modes)
        with ieee(), np.errstate(all="ignore"):  # infinities are judged, not warned of
            program = certify_program(subject, allow)
            operations = certify_operations(subject.operations(), subject.flushes)
            answers = certify_answers(subject, program.truth)
    except (Unsupported, OpenBranch) as error:
        raise UsageError(str(error)) from None
    parameters = sum(p.agreement.entries for p in program.parameters)
    seconds = time.perf_counter() - began
    what = (subject.framework, subject.version, subject.loss, parameters, tuple(subject.notes))
    return Certificates(*what, program, operations, answers, seconds)


def subject_of(loss: Callable[..., Any], first: Any, rest: Sequence[Any], modes: Sequence[str] | None) -> StepSubject:
    """The step as its framework has it: torch where a module or a tensor is among the arguments, else jax."""
    if is_torch((first, rest)):
        from .torch_subject import COMPILERS, TorchSubject

        return TorchSubject(loss, first, rest, _known(modes or TORCH_MODES, tuple(COMPILERS)))
    from .jax_subject import COMPILERS as JAX_COMPILERS
    from .jax_subject import JaxSubject

    return JaxSubject(loss, first, rest, _known(modes or JAX_MODES, tuple(JAX_COMPILERS)))


def _known(modes: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    unknown = [mode for mode in modes if mode not in known]
    if unknown:
        raise UsageError(f"unknown mode {unknown[0]!r}: choose from {', '.join(known)}")
    return modes


def is_torch(arguments: Any) -> bool:
    """Whether a tensor or a module is among them."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    leaves = torch.utils._pytree.tree_leaves(arguments)
    return any(isinstance(leaf, torch.Tensor | torch.nn.Module) for leaf in leaves)
