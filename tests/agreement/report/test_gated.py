"""A gate on the terminal."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from backproof.agreement.regression.baseline import Baseline, cells_of
from backproof.agreement.regression.gate import GateOutcome, compare, gate
from backproof.agreement.regression.limits import limit
from backproof.agreement.report.gated import gate_lines
from backproof.agreement.screen.text import bar, bare
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.recorded import baseline, doubled, good, record_of, worse


def test_what_is_better_or_unknown_to_the_baseline_is_counted_below_its_backend() -> None:
    outcome = gate(good(), Baseline(worse().corpus).with_record(worse()))
    assert "figures better (--accept keeps them)" in gate_lines(outcome)[4]
    outcome = gate(record_of(MANUAL, replace(MANUAL, name="other")), baseline())
    assert not outcome.complaints
    said = bare("\n".join(gate_lines(outcome)))
    assert f"{len(cells_of(good()))} cells not in the baseline (--accept adds them)" in said


def test_a_backend_that_is_not_as_accepted_stands_with_its_reasons() -> None:
    outcome = gate(worse(), baseline())
    closing = {complaint.cell for complaint in outcome.complaints}
    lines = bare("\n".join(gate_lines(outcome, "exit 1: so"))).splitlines()
    cells = len(cells_of(good()))
    assert lines[0] == f"✗ gate: CLOSED by {len(outcome.complaints)} findings. numpy is not as accepted."
    assert lines[2].startswith("  ✗ numpy ")
    assert lines[2].endswith(f"   {cells - len(closing)} of {cells} cells   beyond the margin")
    assert sum(line.startswith("    WORSE  float64, ") for line in lines) == len(outcome.complaints)
    assert lines[-1] == "  exit 1: so"


def test_the_bar_is_the_part_of_the_margin_that_is_used() -> None:
    outcome = gate(good(), baseline())
    assert {*outcome.used.values()} == {0.0}
    assert {*outcome.used} == {*outcome.held}
    cell = next(cell for cell in outcome.held)
    outcome.used[cell] = 0.5
    assert bare(f"{bar(0.5)} 0.50") in bare("\n".join(gate_lines(outcome)))
    used = gate(worse(), baseline()).used
    closing = {complaint.cell for complaint in gate(worse(), baseline()).complaints}
    assert {cell for cell, part in used.items() if part > 1} == closing
    cell, figures = next((c, f) for c, f in cells_of(good()).items() if f.get("ulps", {}).get("of", 0) > 100)
    moved, median = copy.deepcopy(figures), figures["ulps"]["median"]
    moved["ulps"]["median"] = (median + (limit(median, 0.5, figures["ulps"]["of"]) or 0)) / 2
    halfway = GateOutcome()
    compare({cell: figures}, {cell: moved}, halfway)
    assert halfway.used == {cell: pytest.approx(0.5)}


def test_a_shared_cause_and_a_shared_note_stand_once() -> None:
    outcome = gate(doubled(), baseline())
    outcome.notes.extend(f"{cell}: worse here" for cell in outcome.held[:5])
    said = bare("\n".join(gate_lines(outcome)))
    assert said.count("WRONG  ") == 20
    assert said.count("Likely: ") < 5
    assert "and 4 more: worse here" in said
