"""Corpora: cases that are kept rather than drawn, so that two runs judge the very same floats."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, NamedTuple, Protocol

import numpy as np

from ...manual.case import Case, Pack
from ...manual.shapes import Array
from . import case_json
from .generate import Menu
from .layouts import CONTIGUOUS

SCHEMA = "backproof/corpus/1"
FROZEN = "frozen"
FILE = "frozen_corpus.json"
PACKED_AT_MOST = 72
MODULUS = 2**256


class Work(Protocol):
    """A piece of a run: its number, and the pack that it stands for."""

    @property
    def number(self) -> int:
        """Its place in the run."""

    @property
    def layout(self) -> str:
        """How its operands lie in memory."""

    def draw(self) -> tuple[Pack, tuple[str, ...]]:
        """The pack, and the regime of each of its cases."""


class Stored(NamedTuple):
    """A pack that is there already."""

    number: int
    pack: Pack
    regimes: tuple[str, ...]
    layout: str = CONTIGUOUS

    def draw(self) -> tuple[Pack, tuple[str, ...]]:
        """What is stored."""
        return self.pack, self.regimes


@dataclass(frozen=True)
class Corpus:
    """Cases under a name; which they are is said by their `fingerprint`."""

    name: str
    work: Sequence[Work]

    @property
    def cases(self) -> int:
        """How many there are."""
        return sum(len(work.draw()[0]) for work in self.work)

    @property
    def fingerprint(self) -> str:
        """The content hash of all cases, in any order."""
        return digits(sum(mark(*work.draw()) for work in self.work))

    def within(self, menu: Menu) -> Corpus:
        """The packs whose dtype, cost and activations stand on a menu."""
        return replace(self, work=tuple(work for work in self.work if _on(menu, work.draw()[0])))


def _on(menu: Menu, pack: Pack) -> bool:
    of = pack.architecture
    fits = pack.dtype.name in menu.dtypes and of.cost in menu.costs
    return fits and set(of.activations) <= set(menu.activations)


def mark(pack: Pack, regimes: Sequence[str]) -> int:
    """A pack's share of a content hash: sums of these are the same in any order and grouping."""
    names = (f"{case.id} {regime}" for case, regime in zip(pack, regimes, strict=True))
    return sum(int.from_bytes(hashlib.sha256(name.encode()).digest()) for name in names)


def digits(marks: int) -> str:
    """The content hash that these marks add up to, as it is written: 16 hex digits."""
    return f"{marks % MODULUS:064x}"[:16]


def _floats(pack: Pack) -> list[Array]:
    weighting = [] if pack.example_weights is None else [pack.example_weights]
    return [*pack.weights, *pack.biases, pack.x, pack.y, *weighting]


def pack_as_json(pack: Pack, regimes: Sequence[str]) -> dict[str, Any]:
    """A pack as a line of a corpus file: its little-endian floats in base64, W, b, x, y (and weights) in order."""
    raw = b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in _floats(pack))
    return {
        "architecture": case_json.as_json(pack[0])["architecture"],
        "dtype": pack.dtype.name,
        "examples": pack.examples,
        "regimes": list(regimes),
        "floats": base64.b64encode(raw).decode(),
    }


def pack_from_json(row: dict[str, Any]) -> Pack:
    """Back again, to the bit."""
    of = case_json.architecture_of(row["architecture"])
    floats = np.frombuffer(base64.b64decode(row["floats"]), np.dtype(row["dtype"]).newbyteorder("<"))
    pairs, k, m = list(zip(of.widths[1:], of.widths, strict=False)), len(row["regimes"]), row["examples"]
    shapes = [*pairs, *((n,) for n, _ in pairs), (of.widths[0], m), (of.widths[-1], m), *[(m,)] * of.weighted]
    ends = np.cumsum([k * int(np.prod(shape)) for shape in shapes])
    parts = np.split(floats.astype(row["dtype"]), ends[:-1])
    arrays = [part.reshape(k, *shape) for part, shape in zip(parts, shapes, strict=True)]
    return Pack(of, tuple(arrays[: of.depth]), tuple(arrays[of.depth : 2 * of.depth]), *arrays[2 * of.depth :])


@cache
def frozen() -> Corpus:
    """The corpus that comes with the package; `benchmarks/draw_corpus.py` once drew it."""
    document = json.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8"))
    assert document["schema"] == SCHEMA
    rows = enumerate(document["packs"])
    return Corpus(FROZEN, tuple(Stored(n, pack_from_json(row), tuple(row["regimes"])) for n, row in rows))


def of_cases(name: str, cases: Iterable[tuple[Case, str]]) -> Corpus:
    """A corpus of cases with their regimes, those of one shape packed together."""

    def shape(pair: tuple[Case, str]) -> tuple[str, str, int, str]:
        case, _ = pair
        return str(case.architecture), case.dtype.name, case.examples, case.id

    work: list[Stored] = []
    for _, group in groupby(sorted(cases, key=shape), key=lambda pair: shape(pair)[:3]):
        pairs = list(group)
        for start in range(0, len(pairs), PACKED_AT_MOST):
            members, regimes = zip(*pairs[start : start + PACKED_AT_MOST], strict=True)
            work.append(Stored(len(work), Pack.of(members), regimes))
    return Corpus(name, tuple(work))
