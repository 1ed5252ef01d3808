"""The baseline of a gate: the counts and errors of each cell of a corpus, by ISA, BLAS and dtype, in a small JSON file.

A cell here is coarser than a record's: the regimes are taken together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..documents import DIGEST, checked, digest, first, read_json, to_json, unsealed
from ..errors import UsageError, one_line
from ..files import write_text
from ..judging.verdict import Verdict
from ..record.record import Record
from ..tally.log_histogram import octave_quantile
from .baseline_schema import BaselineDocument, complaints

SCHEMA = "backproof/baseline/1"
QUANTILES = {"median": 0.5, "p90": 0.9, "p99": 0.99}
SCALES = {"ulps": "ulp_histogram", "step_ulps": "step_ulp_histogram"}
"""Errors end to end and of one step, and where a record's cell has them."""
NOTED = ("python", "cpu", "numpy", "torch", "jax", "jaxlib", "flags")
"""What of an environment is kept, to say what changed."""


class CellKey(NamedTuple):
    """What is compared as one; activation is that of the entry's layer."""

    backend: str
    dtype: str
    cost: str
    activation: str
    quantity: str

    def __str__(self) -> str:
        return f"{self.backend}, {self.dtype}, {self.cost}, {self.activation}, {self.quantity}"


@dataclass
class CellFigures:
    """Counts per verdict and the errors in ulp, by octave."""

    counts: Counter[str] = field(default_factory=Counter)
    octaves: dict[str, Counter[int]] = field(default_factory=lambda: {scale: Counter() for scale in SCALES})

    def add(self, cell: Mapping[str, Any]) -> None:
        """Take in a cell of a record."""
        self.counts.update({verdict.word: cell[verdict.word] for verdict in Verdict})
        for scale, key in SCALES.items():
            for octave, n in cell.get(key, {}).items():
                self.octaves[scale][abs(int(octave))] += n

    def as_json(self) -> dict[str, Any]:
        """As in the file: counts that are not 0, how many errors were measured, and their quantiles."""
        measured = {scale: counts.total() for scale, counts in self.octaves.items()}
        quantiles = {scale: {"of": n, **_quantiles(self.octaves[scale])} for scale, n in measured.items() if n}
        return {**{word: n for word, n in self.counts.items() if n}, **quantiles}


def _quantiles(octaves: Counter[int]) -> dict[str, float]:
    return {name: float(f"{octave_quantile(octaves, q):.4g}") for name, q in QUANTILES.items()}


def cells_of(record: Record) -> dict[CellKey, dict[str, Any]]:
    """The figures of every cell of a record, as a baseline holds them."""
    gathered: dict[CellKey, CellFigures] = {}
    for cell in record.cells:
        gathered.setdefault(CellKey(*(cell[key] for key in CellKey._fields)), CellFigures()).add(cell)
    return {cell: figures.as_json() for cell, figures in sorted(gathered.items())}


class KernelKey(NamedTuple):
    """What a baseline is keyed by: kernels differ between these."""

    isa: str
    blas: str
    dtype: str

    def __str__(self) -> str:
        return f"{self.dtype} on {self.isa} with {self.blas}"


def places(record: Record) -> dict[str, KernelKey]:
    """Where a record was made, for each of its dtypes."""
    said = record.document["environment"]
    isa = " ".join(said["isa"])
    libraries = {f"{lib['internal_api']} {lib['version']} {lib['architecture']}" for lib in said["blas"]}
    blas = ", ".join(sorted(libraries)) or "no BLAS"
    return {dtype: KernelKey(isa, blas, dtype) for dtype in sorted({cell["dtype"] for cell in record.cells})}


@dataclass(frozen=True)
class Baseline:
    """For each place the environment in which it was accepted, and its cells; all on one corpus."""

    corpus: dict[str, str]
    environments: dict[KernelKey, dict[str, Any]] = field(default_factory=dict)
    cells: dict[KernelKey, dict[CellKey, dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """The baseline of a file; UsageError where there is none that this version reads, or not all of it."""
        if not path.exists():
            raise UsageError(f"cannot read baseline {str(path)!r}: no such file; `--accept` writes the first one")
        document, what = read_json(path, "baseline "), f"baseline {str(path)!r}"
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema != SCHEMA:
            raise UsageError(f"{what} has schema {one_line(repr(schema), 80)}: this version reads {SCHEMA!r}")
        first(complaints(checked(document, BaselineDocument, what)), what)
        return _parsed({**document, "places": [unsealed(place, f"{what}: a place") for place in document["places"]]})

    def with_record(self, record: Record) -> Baseline:
        """The same with what a record says of its places."""
        cells, said = cells_of(record), record.document["environment"]
        environments, everything = dict(self.environments), dict(self.cells)
        for dtype, place in places(record).items():
            environments[place] = {key: said.get(key) for key in NOTED}
            everything[place] = {cell: figures for cell, figures in cells.items() if cell.dtype == dtype}
        return Baseline(record.corpus, environments, everything)

    def dumps(self) -> str:
        """As JSON text, a line for each cell, in an order that makes for small diffs."""
        parts = ",\n".join(self._part(place) for place in sorted(self.cells))
        head = f'{{"schema": {to_json(SCHEMA)},\n"corpus": {to_json(self.corpus)}'
        return f'{head},\n"places": [\n{parts}\n]}}\n'

    def _part(self, place: KernelKey) -> str:
        """A place has its own digest, so that two that were accepted apart merge."""
        head = {**place._asdict(), "environment": self.environments[place]}
        rows = [{**cell._asdict(), **figures} for cell, figures in sorted(self.cells[place].items())]
        lines, seal = ",\n".join(map(to_json, rows)), digest({**head, "cells": rows})
        return f'{to_json(head)[:-1]}, "cells": [\n{lines}\n],\n"{DIGEST}": "{seal}"}}'

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        write_text(path, self.dumps())


def _parsed(document: dict[str, Any]) -> Baseline:
    baseline = Baseline(document["corpus"])
    for part in document["places"]:
        place = KernelKey(*(part[key] for key in KernelKey._fields))
        baseline.environments[place] = part["environment"]
        baseline.cells[place] = dict(map(_row, part["cells"]))
    return baseline


def _row(row: dict[str, Any]) -> tuple[CellKey, dict[str, Any]]:
    figures = {key: value for key, value in row.items() if key not in CellKey._fields}
    return CellKey(*(row[key] for key in CellKey._fields)), figures
