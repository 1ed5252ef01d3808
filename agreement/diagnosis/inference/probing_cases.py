"""The cases that a subject is asked: to tell conventions and mistakes apart, to show, and to judge."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np

from ....manual.case import Architecture, Case
from ....manual.network import feed_forward
from ....manual.shapes import Array
from ...cases import generate
from .domain import Domain

SEED = 20190605
"""The day of the note."""
EXPLORING = (
    ((4, 3, 2), 1),
    ((3, 2), 4),
    ((4, 3, 2), 5),
    ((3, 2), 1),
    ((3, 5, 4, 2), 1),
    ((3, 5, 4, 2), 6),
    ((3, 3, 3, 3), 1),
    ((3, 3, 3, 3), 3),
    ((3, 3, 3, 3), 5),
    ((1, 1, 1, 1), 1),
    ((1, 1, 1, 1), 3),
    ((2, 2, 2, 2, 2), 1),
    ((2, 2, 2, 2, 2), 2),
    ((3, 4, 1), 3),
    ((4, 3, 1), 1),
    ((5, 2, 1), 1),
    ((3, 1), 4),
    ((4, 3, 2, 1), 1),
    ((3, 4, 2, 1), 5),
)
"""Widths and examples: equal and unequal neighbours, one example and several, as many as neurons; on
these no convention and no mistake of the catalogue looks like another; of each depth, with one output and with several,
two at least, as one alone tells no limit."""
SMALLEST = (
    ((1, 1), 1), ((1, 1), 2), ((2, 1), 1), ((1, 2), 1), ((1, 1, 1), 1), ((1, 1, 1), 2), ((2, 2), 1),
    ((2, 1), 2), ((1, 2, 1), 1), ((2, 2, 1), 1), ((1, 1, 1, 1), 1), ((2, 2, 2), 1), ((1, 2, 1), 2),
    ((2, 2, 2), 2), ((1, 1, 1, 1), 2), ((2, 3, 2), 2), ((2, 2, 2, 2), 1), ((2, 2, 2, 2), 2), ((3, 3, 3, 3), 3),
)  # fmt: skip
"""A ladder: the first rung on which a program fails is what its author is shown."""
EVERYWHERE = Domain()
TRIES = 2
LARGE, STEEPER = 64.0, 32.0
LARGEST = 6.0
"""1/(1 − σ(z)) takes up to z/ln 2 bits from a quotient."""


def _network(widths: tuple[int, ...]) -> Architecture:
    return Architecture(widths, ("sigmoid",) * (len(widths) - 1))


def _targets(rng: np.random.Generator, n: int, m: int) -> Array:
    """Probabilities: every cost takes them."""
    return rng.dirichlet(np.ones(n), m).T if n > 1 else rng.random((1, m))


LEAST = 6
"""Cases that are explored where a program takes networks of one shape or two: a few may not tell relu from identity."""


@cache
def exploring(domain: Domain = EVERYWHERE) -> tuple[Case, ...]:
    """Networks in general position, in the domain of a program."""
    rng = np.random.default_rng(SEED)
    shapes = list(dict.fromkeys(_sized(domain, widths, m) for widths, m in EXPLORING))
    several = shapes * (LEAST // len(shapes)) if len(shapes) < LEAST else shapes
    drawn = [_in_general_position(rng, widths, m) for widths, m in several]
    general = [case if _moderate(case) else _moderated(case, n) for n, case in enumerate(drawn)]
    return tuple(_labelled(case, domain) for case in (*general, *map(_with_large_inputs, general[:3])))


def _sized(domain: Domain, widths: tuple[int, ...], examples: int) -> tuple[tuple[int, ...], int]:
    """Widths and examples made to lie in a domain."""
    shaped = domain.shaped(widths)
    return shaped, domain.batch(examples, shaped[-1])


def _labelled(case: Case, domain: Domain) -> Case:
    """Targets of 0 and 1, every class among them where there are examples enough."""
    if domain.labels == "any":
        return case
    n, m = case.y.shape
    chosen = np.arange(m) % max(n, 2)
    hot = np.eye(n)[:, chosen] if n > 1 else chosen[None, :].astype(np.float64)
    return replace(case, y=hot.astype(case.dtype))


def _in_general_position(rng: np.random.Generator, widths: tuple[int, ...], m: int) -> Case:
    return Case(
        _network(widths),
        tuple(rng.standard_normal((n, n_in)) for n_in, n in pairwise(widths)),
        tuple(rng.standard_normal(n) for n in widths[1:]),
        rng.standard_normal((widths[0], m)),
        _targets(rng, widths[-1], m),
    )


def _moderate(case: Case) -> bool:
    """No z of a relu network is so large that 1 − σ(z) has few digits left."""
    widths = case.architecture.widths
    zs, _ = feed_forward(replace(case, architecture=Architecture(widths, ("relu",) * (len(widths) - 1))))
    return all(bool((np.abs(z) <= LARGEST).all()) for z in zs)


def _moderated(case: Case, n: int) -> Case:
    """The first of other draws of the same shape that is."""
    draws = (np.random.default_rng([SEED, n, k]) for k in itertools.count())
    others = (_in_general_position(rng, case.architecture.widths, case.examples) for rng in draws)
    return next(other for other in others if _moderate(other))


def _with_large_inputs(case: Case) -> Case:
    """The same δ from larger x and smaller W^1: gradients beyond 1, of which integers keep something."""
    first, *rest = case.weights
    return Case(case.architecture, (first / LARGE, *rest), case.biases, LARGE * case.x, case.y)


@cache
def ladder(domain: Domain = EVERYWHERE) -> tuple[Case, ...]:
    """Small networks of small integers, the smallest first, as far as they lie in the domain."""
    rng = np.random.default_rng(SEED)
    steps = [_of_integers(rng, widths, m) for widths, m in SMALLEST for _ in range(TRIES)]
    return tuple(case for case in steps if domain.holds(case))


def _of_integers(rng: np.random.Generator, widths: tuple[int, ...], m: int) -> Case:
    def integers(*shape: int) -> Array:
        return rng.choice([-1.0, 1.0, 2.0], shape)

    labels = np.eye(widths[-1])[:, rng.integers(0, widths[-1], m)] if widths[-1] > 1 else rng.integers(0, 2, (1, m))
    return Case(
        _network(widths),
        tuple(integers(n, n_in) for n_in, n in pairwise(widths)),
        tuple(integers(n) for n in widths[1:]),
        integers(widths[0], m),
        labels.astype(np.float64),
    )


REGIMES = ("calm", "wide", "saturated", "integers", "zeros", "duplicates")
JUDGED = (((3, 4, 4, 2), 1), ((4, 3, 2), 4), ((3, 3, 3, 3), 2), ((2, 5, 3, 2), 1))


def judged(
    network: Callable[[tuple[int, ...]], Architecture], domain: Domain, dtype: str = "float64"
) -> list[tuple[Case, str]]:
    """Cases of every regime on networks in the domain, each with the name of its regime."""
    rng = np.random.default_rng(SEED)
    shapes = dict.fromkeys(_sized(domain, widths, m) for widths, m in JUDGED)
    ordinary = [
        (_labelled(generate.case(rng, network(widths), dtype, regime, m), domain), regime)
        for widths, m in shapes
        for regime in REGIMES
    ]
    return ordinary + [(_steeper(case), "extreme") for case, regime in ordinary if regime == "saturated"]


def _steeper(case: Case) -> Case:
    """z in the thousands, where e^z is no number."""
    steep = case.dtype.type(STEEPER)
    return Case(case.architecture, tuple(steep * w for w in case.weights), case.biases, case.x, case.y)
