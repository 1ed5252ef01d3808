"""The certified truth against another: decimal arithmetic and forward mode, with no code in common."""

from __future__ import annotations

import ast
import itertools
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.regimes import EVERY_REGIME
from backproof.manual.activations import ACTIVATIONS, CORE
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.manual.rounding.formats import FORMATS
from backproof.reference.truth import certified, doubled
from backproof.reference.truth.enclosure import Enclosure
from helpers import decimal_truth, drawn
from helpers.decimal_truth import CONTEXT, Truth
from helpers.later import long_but

ANY = itertools.cycle(["quadratic", "huber", "log_cosh"])
LABELS = [
    (cost, output)
    for cost in ("cross_entropy", "smoothed_cross_entropy", "kl")
    for output in ("sigmoid", "softmax")
    if (cost, output) != ("kl", "sigmoid")
]
HIDDEN = [name for name, row in ACTIVATIONS.items() if not row.output_only]
NETWORKS = [
    *(Architecture((2, 3, 2), (name, name), next(ANY), l2=0.1 * (i % 2)) for i, name in enumerate(HIDDEN)),
    *(
        Architecture((2, 2, 3), (name, output), cost, "sum")
        for name, (cost, output) in zip(HIDDEN, LABELS, strict=False)
    ),
    Architecture((2, 2, 3), ("tanh", "softmax"), "quadratic"),
]
SIXTEEN = [of for of in NETWORKS if {*of.activations} <= {*CORE} and of.cost in ("quadratic", "cross_entropy")]
WORK = [
    *((of, dtype) for of in NETWORKS for dtype in ("float64", "float32")),
    *((of, dtype) for of in SIXTEEN for dtype in ("float16", "bfloat16")),
]


def enclosures(pack: Pack) -> list[Gradients[Enclosure]]:
    """What a judge is given, and the pairs and the balls by themselves."""
    limits = rounding.end_to_end(pack, Arithmetic(pack.dtype.name), STABLE)
    alone = [certified._of_case(case, None, limits.map(lambda x, k=k: x[k])) for k, case in enumerate(pack)]
    pairs = doubled.walk(pack, None).map(certified._settled)
    return [certified.truth(pack, limits), certified.stacked(alone), pairs]


def part(of: Gradients[Enclosure], name: str, layer: int, k: int) -> tuple[Any, ...]:
    found = getattr(of, name)
    return tuple(np.ravel(array[k]) for array in (found if name == "cost" else found[layer]))


def outside(known: Truth, of: Gradients[Enclosure], k: int) -> tuple[list[str], int, int]:
    """The entries whose enclosure the other truth is not in, how many were asked, and how many sharply."""
    found, requested, sharp = [], 0, 0
    noise = Decimal(10) ** -235 * known.largest
    for (name, layer), values in known.parts.items():
        entries = zip(np.ravel(values), *part(of, name, layer, k), strict=True)
        for value, hi, lo, radius in entries:
            if np.isfinite(radius):
                requested += 1
                gap = abs(value - (Decimal(float(hi)) + Decimal(float(lo))))
                slack = abs(value) * Decimal(10) ** -60 + noise
                sharp += value == 0 or slack <= max(Decimal(float(radius)), abs(value) * Decimal(10) ** -30)
                found += [f"{name} {layer}"] if not gap <= Decimal(float(radius)) + slack else []
    return found, requested, sharp


@pytest.mark.parametrize("dtype", long_but("float32", of=FORMATS))
def test_every_enclosure_holds_what_decimals_say(dtype: str) -> None:
    cases = requested = sharp = 0
    for of in [of for of, its in WORK if its == dtype]:
        pack = drawn.pack(of, dtype, regimes=tuple(EVERY_REGIME))
        known = [decimal_truth.truth(case) for case in pack]
        for made in enclosures(pack):
            for k, one in enumerate(known):
                with localcontext(CONTEXT):
                    missed, entries, sharply = outside(one, made, k)
                assert missed == [], (str(of), list(EVERY_REGIME)[k])
                requested, sharp = requested + entries, sharp + sharply
        cases += len(pack)
    assert cases >= (250 if dtype in ("float64", "float32") else 40)
    assert sharp >= 0.93 * requested


def test_one_digit_that_is_off_is_outside() -> None:
    pack = drawn.pack(NETWORKS[0], regimes=("calm",))
    right = enclosures(pack)[0]
    off = right.map(lambda e: e._replace(lo=e.lo + e.radius + 2.0**-90 * np.abs(e.hi)))
    with localcontext(CONTEXT):
        known = decimal_truth.truth(pack[0])
        assert outside(known, right, 0)[0] == []
        assert len(outside(known, off, 0)[0]) > 10


def test_it_shares_no_code_with_what_it_tests() -> None:
    tree = ast.parse(Path(decimal_truth.__file__).read_text("utf-8"))
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [name for name in imported if name and name.startswith("backproof")] == ["backproof.manual.case"]


def test_every_row_is_among_them() -> None:
    used = {name for of in NETWORKS for name in of.activations}
    assert used == set(ACTIVATIONS)
