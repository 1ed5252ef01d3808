"""The entries of a program whose numbers know how they were computed: its networks of them, then one of our own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ...loading.program import Program
from ..arguments import Bound
from ..assembled.scalars import activation_of, engines
from ..assembled.tensors import product_of
from ..assembled.wired import of_program
from .entry import APPLIED, ARRAYS, FORWARD, MOST, NUMBERS, OUTPUT, ROUND, SQUARES, WIRED, EntryCall, EntryPoint
from .of_classes import makers, methods_of, options_of


def of_wired(program: Program) -> Iterator[EntryPoint]:
    """One round of a program that makes its network of single numbers."""
    for place, _ in enumerate(of_program(program)):
        which = {"place": Bound("constant", value=place)}
        yield EntryPoint(EntryCall(WIRED, which), (EntryCall(ROUND, which),))


CALLED = ("__call__", "forward")
FEW = 3


def of_scalars(program: Program, classes: list[tuple[str, Any]]) -> Iterator[EntryPoint]:
    """Every network of such numbers, asked for the gradient of the sum of the squares of its errors."""
    numbers = engines(program)
    for name, cls in reversed(classes) if numbers else ():
        methods = methods_of(cls)
        forward = [key for key in methods if key in CALLED or FORWARD.search(key)]
        for key in [] if cls in numbers else sorted(forward, key=lambda key: key not in CALLED)[:2]:
            for arguments in islice(options_of(program, methods[key], key, {}, True), 2):
                for maker in islice(makers(program, name, cls), MOST):
                    yield EntryPoint(maker, (EntryCall(key, arguments, True), EntryCall(SQUARES, {})))
    arrays = [cls for cls in numbers if product_of(cls)]
    for name, cls in reversed(classes) if arrays else ():
        if cls not in numbers and any(key in CALLED for key in methods_of(cls)):
            for maker in islice(makers(program, name, cls), FEW):
                yield EntryPoint(maker, (EntryCall(APPLIED, {}), EntryCall(SQUARES, {})))
    for cls, biases in itertools.product(arrays, (True, False)):
        told = {"number": Bound("constant", value=cls.__name__), "biases": Bound("constant", value=biases)}
        yield EntryPoint(EntryCall(ARRAYS, told), (EntryCall(APPLIED, {}), EntryCall(SQUARES, {})))
    for cls in numbers:
        if activation_of(cls) is not None:
            maker = EntryCall(NUMBERS, {"number": Bound("constant", value=cls.__name__)})
            yield EntryPoint(maker, (EntryCall(OUTPUT, {}), EntryCall(SQUARES, {})))
