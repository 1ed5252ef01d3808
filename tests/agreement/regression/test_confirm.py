"""A gate is opened by a second opinion only on what that second opinion judged."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from backproof.agreement.record.record import Record
from backproof.agreement.regression import confirm
from backproof.agreement.regression.gate import GateOutcome, Layer, gate
from helpers.recorded import baseline, good, here, worse


def elsewhere(record: Record) -> Record:
    """The same record, from a BLAS that the baseline does not know."""
    document = copy.deepcopy(record.document)
    document["environment"]["blas"] = [{"internal_api": "other", "version": "1", "architecture": "x"}]
    return Record(document)


def without_its_cells(record: Record) -> Record:
    doubtful = {one.cell for one in gate(worse(), baseline()).of(Layer.WORSE)}
    keys = [(one.backend, one.dtype, one.cost, one.activation, one.quantity) for one in doubtful if one]
    cells = [c for c in record.cells if tuple(c[k] for k in confirm.CellKey._fields) not in keys]
    return Record({**record.document, "cells": cells})


def tried_again(fresh: Record) -> GateOutcome:
    with patch.object(confirm, "_again", lambda *_: fresh), patch.object(confirm, "environment", here):
        return confirm.confirmed(gate(worse(), baseline()), worse(), Path("record.json"), baseline())


@pytest.mark.parametrize(
    "changed", [elsewhere, without_its_cells, lambda record: Record({**record.document, "cells": []})]
)
def test_what_a_fresh_process_did_not_judge_stands(changed: Callable[[Record], Record]) -> None:
    outcome = tried_again(changed(good()))
    assert outcome.of(Layer.WORSE) == gate(worse(), baseline()).of(Layer.WORSE)
    assert outcome.of(Layer.WORSE)
    told = [note for note in outcome.notes if "could not be tried again: a fresh process did not judge it" in note]
    assert len(told) == len({one.cell for one in outcome.of(Layer.WORSE)})


def test_what_it_judged_and_did_not_find_worse_is_withdrawn() -> None:
    outcome = tried_again(good())
    assert outcome.complaints == []
    assert "the backend is unsteady" in outcome.notes[0]


def test_what_it_finds_worse_again_stands() -> None:
    assert tried_again(worse()).of(Layer.WORSE) == gate(worse(), baseline()).of(Layer.WORSE)
