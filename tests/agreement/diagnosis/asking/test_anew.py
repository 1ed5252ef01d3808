"""What a function keeps from call to call is put back before it is asked again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from backproof.agreement import diagnose
from backproof.agreement.diagnosis.asking.anew import renewals
from backproof.agreement.diagnosis.asking.subject import FunctionSubject
from helpers.student import right

TOTALS: list[Any] = []


def in_the_module(weights: Any, biases: Any, x: Any, y: Any) -> Any:
    TOTALS.append(x)
    return len(TOTALS)


def in_a_default(weights: Any, biases: Any, x: Any, y: Any, before: list[Any] = []) -> Any:  # noqa: B006 - the mistake
    before.append(x)
    return len(before)


def in_a_keyword(weights: Any, biases: Any, x: Any, y: Any, *, before: dict[int, Any] = {}) -> Any:  # noqa: B006
    before[len(before)] = x
    return len(before)


def around() -> Callable[..., Any]:
    before = np.zeros(1)
    lock = threading.Lock()

    def function(weights: Any, biases: Any, x: Any, y: Any) -> Any:
        with lock:
            before[0] += 1
        return int(before[0])

    return function


def counts(function: Any) -> list[int]:
    return [function(0, 0, 0, 0), function(0, 0, 0, 0)]


@pytest.mark.parametrize("function", [in_the_module, in_a_default, in_a_keyword, around()], ids=lambda f: f.__name__)
def test_each_starts_as_the_function_was(function: Any) -> None:
    make = renewals(FunctionSubject(function))
    for _ in range(2):
        made = make()
        assert isinstance(made, FunctionSubject)
        assert counts(made.function) == [1, 2]
    assert counts(function) == [1, 2]  # the caller's own has not been called


def test_what_cannot_be_copied_is_asked_as_it_is() -> None:
    def locked(weights: Any, biases: Any, x: Any, y: Any, lock: Any = threading.Lock()) -> Any:  # noqa: B008
        return lock

    subject = FunctionSubject(locked)
    assert renewals(subject)() is subject


def test_gradients_that_grow_in_a_default_argument_are_named() -> None:
    """A network of another size does not fit what was kept: every call but the first would fail."""

    def growing(weights: Any, biases: Any, x: Any, y: Any, kept: dict[int, Any] = {}) -> Any:  # noqa: B006
        nabla_w, nabla_b = right(weights, biases, x, y)
        for layer, part in enumerate(nabla_b):
            kept[layer] = kept.get(layer, 0) + part
        return nabla_w, [kept[layer] for layer in range(len(nabla_b))]

    found = diagnose(growing)
    assert (found.status, found.mistakes) == ("wrong", ("M36",))
    assert "M36: " in str(found)
