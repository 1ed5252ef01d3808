from __future__ import annotations

import sys
from pathlib import Path

import pytest
from backproof.agreement.record.record import Record
from backproof.agreement.report import terminal
from backproof.agreement.running.check import Settings, run
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from backproof.reference.protocol import Backend
from helpers.harmed import Harmed, one_entry


def _record(*backends: Backend, cases: int = 18) -> Record:
    settings = Settings(backends=tuple(backend.name for backend in backends), cases=cases)
    tally = run(settings, backends)
    return Record.of(tally, settings, {backend.name: backend.version for backend in backends}, 2.0)


def test_plain_text_in_a_pipe() -> None:
    text = terminal.render(_record(MANUAL, TEXTBOOK), Path("out"))
    assert "\x1b" not in text
    assert max(map(len, text.splitlines()[1:])) <= 160
    assert text.index("| numpy ") < text.index("| numpy.textbook ")
    assert "where digits are lost to the textbook's formula" in text


def test_colour_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    record = _record(MANUAL)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert "\x1b[" in terminal.render(record, None)


def test_what_is_wrong_comes_first_and_is_cut_short() -> None:
    lines = terminal.render(_record(Harmed(one_entry(2.0)), cases=27), Path("out")).splitlines()
    assert lines[0].startswith("DISAGREE")
    assert lines[1].startswith("harmed is wrong in BP4 ∂C/∂W^1, layer 1")
    assert sum(line.startswith("harmed is wrong") for line in lines) == terminal.SHOWN
    assert any(line.startswith("… and ") and line.endswith("more such cases (record.json).") for line in lines)
    assert terminal.LIKELY in lines


def test_a_stale_deviation_is_said() -> None:
    record = _record(MANUAL)
    record.document["summary"]["stale_deviations"].append("x no longer shows")
    assert "STALE known deviation: x no longer shows" in terminal.render(record, None)
