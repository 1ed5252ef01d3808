"""Mistakes in the gradients of biases and weights: BP3 and BP4."""

from __future__ import annotations

import numpy as np

from ...manual.shapes import Array
from .hidden import PRODUCT
from .row import (
    Mistake,
    MistakeForm,
    all_widths_one,
    averaged,
    deep,
    everywhere,
    linear_hidden,
    never,
    no_hidden_layer,
    no_mean,
    scoped,
    single_example,
)
from .trace import RIGHT, Step, Trace


def _unsummed(t: Trace, l: int) -> Array:
    return t.delta(l)[:, 0] if t.m == 1 else t.delta(l)


def _above(t: Trace, l: int) -> Array:
    """δ of the next layer up, where there is one."""
    return t.delta(min(l + 1, t.depth))


def _but(slot: str, first: Step) -> Step:
    """Another step in the first layer."""
    right: Step = getattr(RIGHT, slot)
    return lambda t, l: first(t, l) if l == 1 else right(t, l)


def _without(slot: str, *index: slice | int) -> Step:
    """0 in part of the right gradient."""
    right: Step = getattr(RIGHT, slot)

    def step(t: Trace, l: int) -> Array:
        whole = right(t, l).copy()
        whole[index] = 0
        return whole

    return step


def _error(t: Trace, l: int) -> Array:
    """What comes back to a hidden layer before its σ′; δ of the output."""
    return t.delta(l) if l == t.depth else t.back(l)


OF_THE_ERROR: dict[str, Step] = {
    "bp3": lambda t, l: _error(t, l).sum(-1),
    "bp4": lambda t, l: _error(t, l) @ t.a(l - 1).mT,
}
"""BP3 and BP4 with the error for δ."""


def _turned(slots: tuple[str, ...], where: str, label: str) -> MistakeForm:
    """Gradients of some layers with the other sign."""
    return MistakeForm(label, {slot: scoped(slot, _minus(slot), where) for slot in slots}, deep)


def _minus(slot: str) -> Step:
    right: Step = getattr(RIGHT, slot)
    return lambda t, l: -right(t, l)


def _of_examples(chosen: slice) -> dict[str, Step]:
    """BP3 and BP4 over some of the examples."""
    return {
        "bp3": lambda t, l: t.delta(l)[:, chosen].sum(-1),
        "bp4": lambda t, l: t.delta(l)[:, chosen] @ t.a(l - 1)[:, chosen].mT,
    }


def _zeros_in_first(slot: str) -> Step:
    right: Step = getattr(RIGHT, slot)
    return _but(slot, lambda t, l: 0 * right(t, l))


def _no_first_layer() -> dict[str, Step]:
    return {slot: _zeros_in_first(slot) for slot in ("bp3", "bp4")}


def _times(slot: str, factor: Step, label: str) -> tuple[MistakeForm, ...]:
    right: Step = getattr(RIGHT, slot)
    return everywhere(slot, lambda t, l: right(t, l) * factor(t, l), label, averaged)


def _both_times(factor: Step) -> MistakeForm:
    steps = {slot: _times(slot, factor, "")[0].steps[slot] for slot in ("bp3", "bp4")}
    return MistakeForm("", steps, averaged)


ROWS = (
    Mistake(
        "M09",
        ("BP2", "BP4"),
        (
            *everywhere("bp4", lambda t, l: t.delta(l) * t.a(l - 1)),
            *everywhere("bp4", lambda t, l: t.delta(l) * t.a(l - 1).mT, "δ ⊙ aᵀ"),
            *everywhere("bp4", lambda t, l: t.delta(l).mT * t.a(l - 1), "δᵀ ⊙ a"),
            *PRODUCT,
        ),
        lambda case: all_widths_one(case) and case.examples == 1,
    ),
    Mistake("M16", ("BP3",), everywhere("bp3", _unsummed), single_example),
    Mistake(
        "M17",
        ("BP3",),
        (
            *everywhere("bp3", lambda t, l: t.delta(l).sum() + 0 * t.b(l)),
            *everywhere("bp3", lambda t, l: t.delta(l).sum(), "one number"),
        ),
        all_widths_one,
    ),
    Mistake("M18", ("BP3",), everywhere("bp3", lambda t, l: t.delta(l).mean(-1)), single_example),
    Mistake(
        "M19",
        ("BP3",),
        (
            *everywhere("bp3", lambda t, l: RIGHT.bp4(t, l).sum(-1)),
            *everywhere("bp3", lambda t, l: RIGHT.bp4(t, l).mean(-1), "its mean"),
        ),
        never,
    ),
    Mistake(
        "M20",
        ("BP3", "BP4"),
        (
            *everywhere("bp3", lambda t, l: 0 * t.b(l), "∂C/∂b is 0"),
            *everywhere("bp3", _without("bp3", 0), "neuron 0 of ∂C/∂b"),
            *everywhere("bp4", _without("bp4", 0), "neuron 0 of ∂C/∂W"),
            *everywhere("bp4", _without("bp4", slice(None), 0), "input 0 of ∂C/∂W"),
            MistakeForm("neuron 0", {"bp3": _without("bp3", 0), "bp4": _without("bp4", 0)}),
            MistakeForm("∂C/∂b of the first layer", {"bp3": _zeros_in_first("bp3")}, deep),
            MistakeForm("the first example", _of_examples(slice(1, None))),
        ),
        never,
    ),
    Mistake(
        "M21",
        ("BP3", "BP4"),
        (
            *_times("bp4", lambda t, l: np.asarray(1 / t.case.share), "∂C/∂W"),
            *_times("bp3", lambda t, l: np.asarray(1 / t.case.share), "∂C/∂b"),
        ),
        no_mean,
    ),
    Mistake(
        "M22",
        ("BP3", "BP4"),
        (
            _both_times(lambda t, l: np.asarray(t.case.share)),
            *_times("bp4", lambda t, l: np.asarray(t.case.share), "∂C/∂W"),
        ),
        no_mean,
    ),
    Mistake("M23", ("BP4",), everywhere("bp4", lambda t, l: RIGHT.bp4(t, l).mT), all_widths_one),
    Mistake(
        "M24",
        ("BP4",),
        (
            *everywhere("bp4", lambda t, l: t.delta(l) @ t.a(l).mT, "a^l"),
            *everywhere("bp4", lambda t, l: t.delta(l) @ t.a(max(l - 2, 0)).mT, "a^{l−2}"),
            *everywhere("bp4", lambda t, l: t.delta(l) @ t.a(l - 2 if l > 1 else t.depth).mT, "a^{l−2}, wrapped"),
            MistakeForm("a^0", {"bp4": lambda t, l: t.delta(l) @ t.a(0).mT}),
        ),
        never,
    ),
    Mistake("M25", ("BP4",), everywhere("bp4", lambda t, l: t.delta(l) @ t.z(l - 1).mT), linear_hidden),
    Mistake(
        "M40",
        ("BP2", "BP4"),
        (
            MistakeForm("the first layer's gradients stay 0", _no_first_layer(), deep),
            MistakeForm("the first layer's gradients stay 0, if it is the only one, too", _no_first_layer()),
            MistakeForm("∂C/∂W of the first layer stays 0", {"bp4": _zeros_in_first("bp4")}, deep),
            MistakeForm(
                "only the output layer has gradients",
                {
                    "bp3": lambda t, l: RIGHT.bp3(t, l) * (l == t.depth),
                    "bp4": lambda t, l: RIGHT.bp4(t, l) * (l == t.depth),
                },
                deep,
            ),
            MistakeForm(
                "the last hidden layer's gradients stay 0",
                {
                    "bp3": lambda t, l: RIGHT.bp3(t, l) * (l != t.depth - 1),
                    "bp4": lambda t, l: RIGHT.bp4(t, l) * (l != t.depth - 1),
                },
                deep,
            ),
        ),
        no_hidden_layer,
    ),
    Mistake(
        "M45",
        ("BP3", "BP4"),
        (
            MistakeForm("δ^{l+1} in ∂C/∂W", {"bp4": lambda t, l: _above(t, l) @ t.a(l - 1).mT}, deep),
            MistakeForm("δ^{l+1} in ∂C/∂b", {"bp3": lambda t, l: _above(t, l).sum(-1)}, deep),
            MistakeForm(
                "δ^{l+1} in both",
                {"bp3": lambda t, l: _above(t, l).sum(-1), "bp4": lambda t, l: _above(t, l) @ t.a(l - 1).mT},
                deep,
            ),
            MistakeForm(
                "∂C/∂W^{l+1} for ∂C/∂W^l", {"bp4": lambda t, l: _above(t, l) @ t.a(min(l, t.depth - 1)).mT}, deep
            ),
        ),
        no_hidden_layer,
    ),
    Mistake(
        "M46",
        ("BP3", "BP4"),
        (
            MistakeForm("in ∂C/∂W", {"bp4": OF_THE_ERROR["bp4"]}, deep),
            MistakeForm("in both", OF_THE_ERROR, deep),
            MistakeForm("in ∂C/∂b", {"bp3": OF_THE_ERROR["bp3"]}, deep),
        ),
        linear_hidden,
    ),
    Mistake(
        "M47",
        ("BP3", "BP4"),
        (
            _turned(("bp4",), "hidden", "∂C/∂W of hidden layers"),
            _turned(("bp4",), "output", "∂C/∂W of the output layer"),
            _turned(("bp3", "bp4"), "hidden", "both of hidden layers"),
            _turned(("bp3", "bp4"), "output", "both of the output layer"),
            *everywhere("bp3", _minus("bp3"), "∂C/∂b"),
        ),
        no_hidden_layer,
    ),
    Mistake("M42", ("BP3", "BP4"), (MistakeForm("", _of_examples(slice(-1, None))),), single_example),
)
