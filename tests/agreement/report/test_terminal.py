from __future__ import annotations

import copy
import sys
from functools import cache
from pathlib import Path

import pytest
from backproof.agreement.record.record import Record
from backproof.agreement.report import terminal
from backproof.agreement.report.standing import standings
from backproof.agreement.running.check import Settings, run
from backproof.agreement.screen.text import columns
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from backproof.reference.protocol import Backend
from helpers.every import none_of
from helpers.harmed import Harmed, one_entry


def _record(*backends: Backend, cases: int = 18) -> Record:
    """A copy of its own of a record that is made once."""
    return Record(copy.deepcopy(_made(backends, cases).document))


@cache
def _made(backends: tuple[Backend, ...], cases: int) -> Record:
    settings = Settings(backends=tuple(backend.name for backend in backends), cases=cases)
    tally = run(settings, backends, pictures=False)
    return Record.of(tally, settings, {backend.name: backend.version for backend in backends}, 2.0)


def test_a_line_for_each_backend_with_its_notes() -> None:
    record = _record(MANUAL, TEXTBOOK)
    lines = terminal.render(record, Path("out")).splitlines()
    assert lines[0] == f"✓ The gradients are right: 0 wrong of {sum(record.summary['decided'].values()):,} entries."
    names = ("numpy", "numpy.textbook")
    numpy, textbook = (next(line for line in lines if line.startswith(f"  ✓ {name} ")) for name in names)
    assert numpy.index("wrong") == textbook.index("wrong")
    assert numpy.index("│") == textbook.index("│")
    assert any("digits lost in " in line and "σ" in line for line in lines)
    assert none_of("ulp" in line or "inf" in line for line in lines)


def test_the_numbers_are_the_cells() -> None:
    record = _record(MANUAL, TEXTBOOK)
    for row in standings(record):
        cells = [cell for cell in record.cells if cell["backend"] == row.name]
        counted = [sum(cell[word] for cell in cells) for word in ("accurate", "lossy", "known", "wrong")]
        assert row.decided == sum(counted)
        assert row.decided + row.undecided == sum(cell["entries"] for cell in cells)
        assert row.worst == max(cell["worst_ratio_unlisted"] for cell in cells) <= 1


def test_no_line_is_wider_than_a_screen_whatever_the_names() -> None:
    class Long(Harmed):
        name, version = "a_backend_whose_name_is_longer_than_any_column" * 2, "1.0.0rc1.dev20261126+local.build"

    record = _record(MANUAL, Long(one_entry(2.0)))
    for line in terminal.render(record, Path("out"), "out/report.html", "exit 1").splitlines():
        assert columns(line) <= 80 or len(line.split()) == 1 or "a_backend" in line
    record = _record(MANUAL, TEXTBOOK, Harmed(one_entry(2.0)))
    assert max(map(columns, terminal.render(record, Path("out")).splitlines())) <= 80


def test_colour_on_a_terminal_unless_it_is_unwanted(monkeypatch: pytest.MonkeyPatch) -> None:
    record = _record(MANUAL)
    assert "\x1b" not in terminal.render(record, None)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[96m" in terminal.render(record, None)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[96m" not in terminal.render(record, None)


def test_what_is_wrong_comes_first_with_equation_entry_and_command() -> None:
    record = _record(MANUAL, Harmed(one_entry(2.0)), cases=27)
    lines = terminal.render(record, Path("out"), "out/report.html", "exit 1: harmed is wrong in BP4").splitlines()
    assert lines[0] == "✗ harmed is wrong in BP4. numpy is right."
    first = next(n for n, line in enumerate(lines) if line.startswith("  ✗ harmed"))
    assert first < next(n for n, line in enumerate(lines) if line.startswith("  ✓ numpy"))
    assert f"    BP4   {record.discrepancies[0].formula}" in lines
    assert any(line.strip().startswith("∂C/∂W^1[") and ", harmed " in line for line in lines)
    one = record.discrepancies[0]
    assert f"      backproof replay out/cases/{one.case}.json --backend harmed" in lines
    assert lines[-2] == "  27 cases, 3 architectures, seed 0, 2 s     out/report.html"
    assert lines[-1] == "  exit 1: harmed is wrong in BP4"


def test_a_gradient_alone_does_not_tell_the_equation() -> None:
    record = _record(MANUAL, Harmed(one_entry(2.0)), cases=27)
    told = "seen in the gradient alone: an equation before it may be the cause"
    assert told not in terminal.render(record, None)
    for row in record.document["disagreements"]:
        row["judgement"] = "end to end"
    assert told in terminal.render(record, None)
    assert terminal.render(record, None).startswith("✗ harmed is wrong in ∂C/∂W. numpy is right.")


def test_a_listed_deviation_does_not_hide_how_near_the_rest_is() -> None:
    record = _record(MANUAL)
    cell = record.document["cells"][0]
    cell.update(known=1, worst_ratio=0.99, worst_step_ratio=0.99)
    assert standings(record)[0].worst == max(cell["worst_ratio_unlisted"] for cell in record.cells) < 0.99
    for cell in record.document["cells"]:
        del cell["worst_ratio_unlisted"]  # a record from before it was counted
    assert standings(record)[0].worst == 0.99


def test_entries_without_a_bound_are_said() -> None:
    record = _record(MANUAL)
    record.document["summary"]["unbounded"] = 33
    said = " ".join(terminal.render(record, None).split())
    assert "33 entries have no finite bound: any answer passes there, and counts for nothing" in said


def test_a_stale_deviation_is_said() -> None:
    record = _record(MANUAL)
    record.document["summary"]["stale_deviations"].append("x no longer shows")
    assert "✗ known deviation that no longer shows: x no longer shows" in terminal.render(record, None)
