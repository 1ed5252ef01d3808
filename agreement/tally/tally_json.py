"""A Tally as JSON, so that one process can hand its counts to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import asdict, fields
from itertools import islice
from typing import Any

from ..cases import case_json
from ..documents import checked, first
from ..judging.discrepancy import Discrepancy
from ..judging.verdict import Verdict
from .cells import Cell, Cells, Key
from .distinct_count import Distinct
from .figure_data import Pictures
from .hero import Hero, Strip
from .log_histogram import Histogram
from .tally import Tally
from .tally_schema import TallyDocument, of_parts, of_whole

WHAT = "the tally"


def as_json(tally: Tally) -> dict[str, Any]:
    """Everything that a tally has counted."""
    return {
        "cells": [[list(key), _cell_as_json(cell)] for key, cell in tally.cells],
        "verdicts": {verdict.word: tally.verdicts[verdict] for verdict in Verdict},
        "decided": dict(tally.decided),
        "regimes": dict(tally.regimes),
        "unsupported": [[backend, reason, n] for (backend, reason), n in sorted(tally.unsupported.items())],
        "architectures": sorted(tally.architectures.hashes),
        "visible": tally.visible.as_json(),
        "wrong_cases": tally.wrong_cases,
        "discrepancies": [discrepancy.as_json() for discrepancy in tally.discrepancies],
        "quarantined": sorted(tally.quarantined),
        "failures": list(tally.failures),
        "unjudged": list(tally.unjudged),
        "stale": list(tally.stale),
        "unsteady": list(tally.unsteady),
        "marks": tally.marks,
        "pictures": _pictures_as_json(tally.pictures),
        "cases": {id: case_json.as_json(case) for id, case in tally.named_cases.items()},
    }


def documents(tally: Tally, cells: int = 100) -> Iterator[dict[str, Any]]:
    """A tally in parts, so many cells in each: merged they are the whole, and no part is large."""
    bare = copy(tally)
    bare.cells = Cells()
    yield as_json(bare)
    rows = iter(tally.cells)
    while chunk := list(islice(rows, cells)):
        part = Tally()
        part.cases_by_id = tally.cases_by_id
        for key, cell in chunk:
            part.cells.put(key, cell)
        yield as_json(part)


def whole(document: Any) -> Tally:
    """The tally of a document that is no part; UsageError where it contradicts itself."""
    tally = from_json(document)
    first(of_whole(tally), WHAT)
    return tally


def from_json(document: dict[str, Any]) -> Tally:
    """The tally again: merging it is merging the one that was written; UsageError where it is none."""
    typed = checked(document, TallyDocument, WHAT)
    first(of_parts(typed), WHAT)
    tally = Tally()
    for key, cell in document["cells"]:
        tally.cells.put(Key(*key), _cell_from_json(cell))
    tally.verdicts.update({verdict: document["verdicts"].get(verdict.word, 0) for verdict in Verdict})
    tally.decided.update(document["decided"])
    tally.regimes.update(document["regimes"])
    tally.unsupported.update({(backend, reason): n for backend, reason, n in document["unsupported"]})
    tally.architectures = Distinct(document["architectures"])
    tally.visible = _histogram(document["visible"])
    tally.wrong_cases = document["wrong_cases"]
    tally.discrepancies.update(Discrepancy.from_json(row) for row in document["discrepancies"])
    for name in ("quarantined", "failures", "unjudged", "stale", "unsteady"):
        getattr(tally, name).update(document[name])
    tally.marks = document["marks"]
    tally.pictures = _pictures(document["pictures"])
    tally.cases_by_id = {id: case_json.of_document(case) for id, case in typed.cases.items()}
    first(
        (f"case {id} has the content hash {case.id}" for id, case in tally.cases_by_id.items() if case.id != id), WHAT
    )
    return tally


def _cell_as_json(cell: Cell) -> dict[str, Any]:
    row = vars(cell)
    histograms = {name: row[name].as_json() for name in ("ratio", "visible")}
    return {**row, **histograms, **{name: row[name].hex() for name in _FLOATS}}


def _cell_from_json(row: dict[str, Any]) -> Cell:
    histograms = {name: _histogram(row[name]) for name in ("ratio", "visible")}
    counters = {name: _counter(row[name]) for name in ("verdicts", "signs", "step_signs")}
    floats = {name: float.fromhex(row[name]) for name in _FLOATS}
    return Cell(**{**row, **histograms, **counters, **floats, "marks": Counter(row["marks"])})


_FLOATS = tuple(field.name for field in fields(Cell) if field.type == "float")


def _pictures_as_json(pictures: Pictures) -> dict[str, Any]:
    return {
        "saturation": [[list(key), digits] for key, digits in sorted(pictures.saturation.items())],
        "hero": {
            "strips": {backend: asdict(strip) for backend, strip in sorted(pictures.hero.strips.items())},
            "whole": pictures.hero.whole.as_json(),
            "allclose": pictures.hero.allclose.as_json(),
        },
    }


def _pictures(document: dict[str, Any]) -> Pictures:
    pictures = Pictures()
    pictures.saturation = {tuple(key): digits for key, digits in document["saturation"]}
    pictures.hero = _hero(document["hero"])
    return pictures


def _hero(document: dict[str, Any]) -> Hero:
    hero = Hero()
    for backend, row in document["strips"].items():
        dots, over = ([(lot, error, bound) for lot, error, bound in row[name]] for name in ("dots", "over_dots"))
        hero.strips[backend] = Strip(row["n"], row["over"], dots, over)
    hero.whole, hero.allclose = _histogram(document["whole"]), _histogram(document["allclose"])
    return hero


def _histogram(row: dict[str, Any]) -> Histogram:
    return Histogram(row["zeros"], row["infinities"], _counter(row["bins"]))


def _counter(counts: dict[Any, int]) -> Counter[int]:
    return Counter({int(key): n for key, n in counts.items()})
