"""The cases of a record again, so that another library, BLAS or machine is judged on the same floats."""

from __future__ import annotations

from typing import Any

from ...manual.case import Case
from ..cases import case_json, corpus
from ..cases.corpus import Corpus
from ..cases.generate import Menu
from ..errors import UsageError
from ..judging.discrepancy import GRADIENTS
from ..running.check import Settings
from .record import Record


def cases_of(record: Record) -> tuple[Corpus, str | None]:
    """The corpus that a record was made on, and a warning where only a part of it can be had.

    The frozen corpus is here; drawn cases are drawn again, and held against the record's content hash.
    Where that differs (another NumPy may draw other numbers) the cases that stand whole in the record
    are taken: the worst of every cell, and those that disagree. UsageError where there is none.
    """
    if record.judged != GRADIENTS:
        raise UsageError("the record is of Hessian-vector products: `backproof hvp` judges those")
    wanted = record.corpus["hash"]
    for candidate in _candidates(record):
        if candidate.fingerprint == wanted:
            return candidate, None
    held = corpus.of_cases("record", _stored(record))
    if not held.work:
        raise UsageError(f"the record holds no cases, and those of corpus {wanted} cannot be had here")
    return held, f"corpus {wanted} cannot be had here: judging the {held.cases} cases that stand whole in the record"


def _candidates(record: Record) -> list[Corpus]:
    said = record.document["settings"]
    if record.corpus["name"] == corpus.FROZEN:
        return [corpus.frozen()]
    if record.corpus["name"] != "drawn" or said["cases"] < 1:
        return []
    regimes = tuple(said.get("regimes", Menu().regimes))  # records from before there was a choice have all
    menu = Menu(tuple(said["costs"]), tuple(said["activations"]), tuple(said["dtypes"]), regimes=regimes)
    menu = menu.with_options(said)
    return [Corpus("drawn", Settings(menu=menu, cases=said["cases"], seed=said["seed"]).units())]


def _stored(record: Record) -> list[tuple[Case, str]]:
    regimes: dict[str, Any] = {cell["worst_case"]: cell["regime"] for cell in record.cells if cell["worst_case"]}
    regimes |= {discrepancy.case: discrepancy.regime for discrepancy in record.discrepancies}
    stored = record.document["cases"]
    return [(case_json.from_json(stored[id]), regimes[id]) for id in sorted(stored) if id in regimes]
