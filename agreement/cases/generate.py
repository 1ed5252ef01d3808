"""Architectures, cases and packs from a NumPy generator: the same seed, the same floats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...manual import costs
from ...manual.activations import ACTIVATIONS, CORE, Elementwise
from ...manual.case import REDUCTIONS, Architecture, Case, Inputs, Pack
from ...manual.costs import COSTS
from ...manual.rounding.formats import DTYPES, FORMATS
from ...manual.shapes import Array
from .dtypes import dtype_of
from .layouts import EXPANDED, of_equal_columns, of_pack
from .regimes import EVERY_REGIME, LONG, REGIMES
from .sizes import LONG_FROM, LONG_TO_A_PACK, SIZES, NetworkSize

LONG_RUNS = ((8, 512), (32, 4096))
"""At most so many cases of each regime to a pack, as long as there are so many architectures."""
HIDDEN = tuple(name for name in CORE if not ACTIVATIONS[name].output_only)


@dataclass(frozen=True)
class Menu:
    """What is drawn: the networks, their dtypes, and the regimes of their numbers.

    Attributes:
        costs: Names of costs, as in `backproof.manual.costs.COSTS`.
        activations: Names of activations, drawn wherever a cost leaves a choice.
        dtypes: "float64", "float32", "float16" or "bfloat16"; a pack has one.
        reductions: "mean" or "sum" of the cost over the examples.
        regimes: Names of regimes; every pack has cases of each.
        output: The one output activation, where it is settled.
        architecture: The one architecture, where everything is settled.
        l2: Values of λ ≥ 0 of an L2 term; each network has one of them.
        weighted: Whether every other network weights its examples.

    """

    costs: tuple[str, ...] = costs.CORE
    activations: tuple[str, ...] = CORE
    dtypes: tuple[str, ...] = DTYPES
    reductions: tuple[str, ...] = REDUCTIONS
    regimes: tuple[str, ...] = tuple(REGIMES)
    output: str | None = None
    architecture: Architecture | None = None
    l2: tuple[float, ...] = (0.0,)
    weighted: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """L2 and weights by the names of their settings, where they are asked for."""
        return {**({"l2": list(self.l2)} if any(self.l2) else {}), **({"weighted": True} if self.weighted else {})}

    def with_options(self, said: Mapping[str, Any]) -> Menu:
        """The same menu with the options of a document.

        Arguments:
            said: The document's `options`: `l2`, a list of λ ≥ 0, and `weighted`, a bool; both may be missing.

        Returns:
            A menu.

        """
        return replace(self, l2=tuple(said.get("l2", self.l2)), weighted=said.get("weighted", self.weighted))

    def outputs(self, cost: str) -> tuple[str, ...]:
        """The output activations that a cost is drawn with.

        Arguments:
            cost: A name of COSTS.

        Returns:
            Names of ACTIVATIONS, those of this menu that the cost takes.

        """
        if self.output is not None:
            return (self.output,)
        legal = tuple(COSTS[cost].heads) or tuple(ACTIVATIONS)
        return tuple(name for name in legal if name in self.activations) or legal

    def hidden(self) -> tuple[str, ...]:
        """The hidden activations to draw from."""
        rows = ACTIVATIONS.items()
        return tuple(name for name, row in rows if name in self.activations and not row.output_only) or HIDDEN


def architecture(rng: np.random.Generator, cost: str, output: str, menu: Menu) -> Architecture:
    """One to six layers; every third pair of neighbours is equally wide, one network in eight is wider."""
    depth = int(rng.choice([1, 2, 3, 4, 5, 6], p=[0.1, 0.2, 0.3, 0.2, 0.1, 0.1]))
    widest = 40 if rng.random() < 1 / 8 else 8
    widths = [int(rng.integers(1, widest + 1))]
    for _ in range(depth):
        widths.append(widths[-1] if rng.random() < 1 / 3 else int(rng.integers(1, widest + 1)))
    if output == "softmax":
        widths[-1] = max(widths[-1], 2)
    hidden = [str(rng.choice(menu.hidden())) for _ in range(depth - 1)]
    reduction = str(rng.choice(menu.reductions))
    # Nothing more is drawn unless it is asked for, so that the networks of today stay those of yesterday.
    l2 = float(rng.choice(menu.l2)) if len(menu.l2) > 1 else menu.l2[0]
    weighted = menu.weighted and bool(rng.random() < 1 / 2)
    return Architecture(tuple(widths), (*hidden, output), cost, reduction, l2, weighted)


def targets(rng: np.random.Generator, of: Architecture, examples: int, ordinary: Array) -> Array:
    """Labels or probabilities where the cost takes them; else numbers like the inputs."""
    shape = (of.widths[-1], examples)
    if not COSTS[of.cost].labels:
        return ordinary
    soft = rng.random() < 1 / 2
    if of.activations[-1] == "softmax":
        return rng.dirichlet(np.ones(shape[0]), examples).T if soft else np.eye(shape[0])[:, rng.integers(0, *shape)]
    return rng.random(shape) if soft else rng.integers(0, 2, shape).astype(np.float64)


def numbers(rng: np.random.Generator, of: Architecture, dtype: str, regime: str, examples: int) -> list[Array]:
    """The arrays of one case of a regime, before they are rounded to the dtype, in the order of `Case.arrays`."""
    row, info = EVERY_REGIME[regime], FORMATS[dtype]

    def weights(n: int, n_in: int) -> Array:
        return row.weights(rng, (n, n_in), info) / (np.sqrt(n_in) if row.fan_in else 1)

    drawn = [weights(n, n_in) for n, n_in in zip(of.widths[1:], of.widths, strict=False)]
    drawn += [row.others(rng, (n,), info) for n in of.widths[1:]]
    if row.common is not None:
        drawn[-1] = drawn[-1] + row.common(rng, (1,), info)
    drawn.append(row.others(rng, (of.widths[0], examples), info))
    drawn.append(targets(rng, of, examples, row.others(rng, (of.widths[-1], examples), info)))
    return drawn + ([np.abs(row.others(rng, (examples,), info))] if of.weighted else [])


def case(rng: np.random.Generator, of: Architecture, dtype: str, regime: str, examples: int) -> Case:
    """One case of a regime."""
    drawn = _made(Case, of, [array.astype(dtype_of(dtype)) for array in numbers(rng, of, dtype, regime, examples)])
    return moved_to_kinks(rng, drawn) if EVERY_REGIME[regime].on_kinks else drawn


def pack_of(rng: np.random.Generator, of: Architecture, dtype: str, regimes: Sequence[str], examples: int) -> Pack:
    """A case of each regime, on a leading axis: rounded, and looked at, all at once where none is moved afterwards."""
    if any(EVERY_REGIME[regime].on_kinks for regime in regimes):
        return Pack.of([case(rng, of, dtype, regime, examples) for regime in regimes])
    stacks = zip(*(numbers(rng, of, dtype, regime, examples) for regime in regimes), strict=True)
    return _made(Pack, of, [np.stack(stack).astype(dtype_of(dtype)) for stack in stacks])


def _made(kind: type[Inputs], of: Architecture, arrays: list[Array]) -> Inputs:
    depth = of.depth
    return kind(of, tuple(arrays[:depth]), tuple(arrays[depth : 2 * depth]), *arrays[2 * depth :])


@dataclass(frozen=True)
class DrawnUnit:
    """A piece of work: the unit's number in a run of this seed makes the pack, and nothing else does."""

    seed: int
    number: int
    cases: int
    menu: Menu
    size: NetworkSize | None = None
    """Of a long network."""

    @property
    def layout(self) -> str:
        """How its operands lie in memory for backends that take views (layouts.py)."""
        return of_pack(self.number)

    def draw(self) -> tuple[Pack, tuple[str, ...]]:
        """The pack, and the regime of each of its cases: they take turns."""
        rng = np.random.default_rng([self.seed, self.number])
        dtypes, heads = self.menu.dtypes, _heads(self.menu)
        head = heads[self.number // len(dtypes) % len(heads)]
        of = self.menu.architecture or architecture(rng, *head, self.menu)
        examples, names = int(rng.integers(1, 7)), self.menu.regimes
        if self.size:
            hidden = str(rng.choice(self.menu.hidden()))
            of, examples, names = self.size.lengthened(rng, of, hidden), self.size.examples(rng), (LONG.name,)
        regimes = tuple(names[(self.number + k) % len(names)] for k in range(self.cases))
        dtype = dtypes[self.number % len(dtypes)]
        pack = pack_of(rng, of, dtype, regimes, examples)
        return of_equal_columns(pack) if self.layout == EXPANDED else pack, regimes


def _heads(menu: Menu) -> list[tuple[str, str]]:
    """Cost and output activation, taking turns so that every cost has an equal share."""
    outputs = {cost: menu.outputs(cost) for cost in menu.costs}
    turns = max(map(len, outputs.values()))
    return [(cost, outputs[cost][turn % len(outputs[cost])]) for turn in range(turns) for cost in menu.costs]


def turn(menu: Menu) -> int:
    """After so many units dtype, cost and output activation are the same again."""
    return len(menu.dtypes) * len(_heads(menu))


def units(cases: int, seed: int, menu: Menu, sizes: Sequence[NetworkSize] = SIZES) -> Sequence[DrawnUnit]:
    """A run of this many cases: one of each regime to a pack, more in long runs, where a new architecture is dear.

    Where all regimes are drawn and LONG_FROM cases or more, one in a hundred is long, in each of `sizes` alike.
    """
    each = max(len(REGIMES), len(menu.regimes))
    rounds = 0 if menu.architecture or not set(REGIMES) <= set(menu.regimes) else cases // LONG_FROM
    usual = cases - rounds * len(sizes)
    size = max(each, *(min(most * each, cases // architectures) for most, architectures in LONG_RUNS))
    packs = [
        DrawnUnit(seed, number, min(size, usual - start), menu) for number, start in enumerate(range(0, usual, size))
    ]
    long = [(min(LONG_TO_A_PACK, rounds - start), row) for start in range(0, rounds, LONG_TO_A_PACK) for row in sizes]
    return packs + [DrawnUnit(seed, number, n, menu, row) for number, (n, row) in enumerate(long, start=len(packs))]


def moved_to_kinks(rng: np.random.Generator, case: Case) -> Case:
    """Every other neuron that has kinks, at one of them: its weights are 0, its bias is the kink."""
    layers = zip(case.weights, case.biases, case.architecture.activations, strict=True)
    moved = [_layer_on_kinks(rng, w.copy(), b.copy(), name) for w, b, name in layers]
    return replace(case, weights=tuple(w for w, _ in moved), biases=tuple(b for _, b in moved))


def _layer_on_kinks(rng: np.random.Generator, w: Array, b: Array, name: str) -> tuple[Array, Array]:
    row = ACTIVATIONS[name]
    kinks = [kink.at for kink in row.kinks] if isinstance(row, Elementwise) else []
    for j in np.flatnonzero(rng.random(len(b)) < 1 / 2) if kinks else ():
        w[j], b[j] = 0, rng.choice(kinks)
        if rng.random() < 1 / 2:
            b[j] = np.nextafter(b[j], b.dtype.type(rng.choice([-np.inf, np.inf])))
    return w, b
