"""Hypothesis strategies: architectures, cases and packs in every regime.

Small networks are drawn number by number, so that a failing one shrinks to a few small integers;
larger ones by seed.

Set `@settings(deadline=None)` on a property that judges what it draws: the certified truth of one case takes
longer than the 200 ms that Hypothesis allows an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...manual.case import Architecture, Case, Pack
from ...manual.costs import COSTS
from ...manual.rounding.formats import DTYPES
from ...manual.shapes import Array
from . import generate
from .generate import Menu
from .regimes import REGIMES

SEEDS = st.integers(0, 2**32 - 1)
EVERYTHING = Menu()
SMALL_WIDTH, SMALL_DEPTH, SMALL_BATCH = 3, 3, 3


def numbers(dtype: str) -> SearchStrategy[float]:
    """Draw one number of a small case.

    Arguments:
        dtype: float64, float32, float16 or bfloat16.

    Returns:
        A Hypothesis strategy of floats that the dtype holds: an integer from −3 to 3 first, else any up to 8.

    """
    width = np.dtype(dtype).itemsize * 8
    integers = st.integers(-3, 3).map(float)
    return integers | st.floats(-8, 8, width=64 if width == 64 else 32, allow_subnormal=False)


@st.composite
def architectures(
    draw_from: st.DrawFn, menu: Menu = EVERYTHING, depth: int = SMALL_DEPTH, width: int = SMALL_WIDTH
) -> Architecture:
    """Draw small architectures; they shrink to one layer of one neuron.

    `menu` says what they may be made of; they have at most `depth` layers of at most `width` neurons.
    A property that judges them needs `@settings(deadline=None)`.
    """
    cost = draw_from(st.sampled_from(menu.costs))
    output = draw_from(st.sampled_from(menu.outputs(cost)))
    hidden = draw_from(st.lists(st.sampled_from(menu.hidden()), max_size=depth - 1))
    widths = draw_from(st.lists(st.integers(1, width), min_size=len(hidden) + 2, max_size=len(hidden) + 2))
    reduction = draw_from(st.sampled_from(menu.reductions))
    l2 = draw_from(st.sampled_from(menu.l2)) if len(menu.l2) > 1 else menu.l2[0]
    weighted = menu.weighted and draw_from(st.booleans())
    return Architecture(tuple(widths), (*hidden, output), cost, reduction, l2, weighted)


@st.composite
def small_cases(draw_from: st.DrawFn, of: SearchStrategy[Architecture], dtypes: Sequence[str] = DTYPES) -> Case:
    """Cases drawn number by number; targets of a cost that takes labels are labels."""
    architecture, dtype = draw_from(of), draw_from(st.sampled_from(dtypes))
    examples, widths = draw_from(st.integers(1, SMALL_BATCH)), architecture.widths

    def array(*shape: int, of_one: SearchStrategy[float] | None = None) -> Array:
        size = int(np.prod(shape))
        entries = draw_from(st.lists(numbers(dtype) if of_one is None else of_one, min_size=size, max_size=size))
        return np.array(entries, dtype=dtype).reshape(shape)

    labels = st.sampled_from([0.0, 1.0]) if COSTS[architecture.cost].labels else None
    return Case(
        architecture,
        tuple(array(n, n_in) for n_in, n in pairwise(widths)),
        tuple(array(n) for n in widths[1:]),
        array(widths[0], examples),
        array(widths[-1], examples, of_one=labels),
        array(examples, of_one=numbers(dtype).map(abs)) if architecture.weighted else None,
    )


@st.composite
def seeded_packs(
    draw_from: st.DrawFn, menu: Menu = EVERYTHING, regimes: Sequence[str] = tuple(REGIMES), cases: int = len(REGIMES)
) -> tuple[Pack, tuple[str, ...]]:
    """Draw packs of any size by seed; they shrink in their seed only.

    Each example is a Pack and a tuple with the regime of each of its cases. A property that judges them needs
    `@settings(deadline=None)`.
    """
    rng = np.random.default_rng(draw_from(SEEDS))
    cost = draw_from(st.sampled_from(menu.costs))
    output, dtype = draw_from(st.sampled_from(menu.outputs(cost))), draw_from(st.sampled_from(menu.dtypes))
    of = generate.architecture(rng, cost, output, menu)
    chosen = tuple(regimes[k % len(regimes)] for k in range(cases))
    examples = int(rng.integers(1, 7))
    return Pack.of([generate.case(rng, of, dtype, regime, examples) for regime in chosen]), chosen


def cases(menu: Menu = EVERYTHING, regimes: Sequence[str] = tuple(REGIMES)) -> SearchStrategy[Case]:
    """Draw any case: a small one number by number, or a larger one of some regime by seed.

    Arguments:
        menu: What networks may be made of, and their dtypes.
        regimes: Names of the regimes of the larger ones.

    Returns:
        A strategy of Case, as in `@given(strategies.cases())`, with `@settings(deadline=None)` where each is judged:
        the truth of a case may take longer than an example may. A small failing case shrinks to a few integers.

    """
    return any_case(menu, tuple(regimes)) if (menu, regimes) != (EVERYTHING, tuple(REGIMES)) else any_case()


@st.composite
def any_case(draw_from: st.DrawFn, menu: Menu = EVERYTHING, regimes: Sequence[str] = tuple(REGIMES)) -> Case:
    """Draw any case, as `cases` says."""
    if draw_from(st.booleans()):
        pack, _ = draw_from(seeded_packs(menu, (draw_from(st.sampled_from(regimes)),), cases=1))
        return pack[0]
    return draw_from(small_cases(architectures(menu), menu.dtypes))
