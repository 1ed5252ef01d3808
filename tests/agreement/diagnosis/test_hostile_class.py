from __future__ import annotations

import contextlib
import csv
import time
import uuid
from pathlib import Path

import pytest
from backproof.agreement.diagnosis.asking import sandbox
from backproof.agreement.diagnosis.asking.deadline import MARK
from backproof.agreement.diagnosis.asking.sandbox import Limits
from backproof.agreement.diagnosis.diagnose import diagnose_file
from backproof.agreement.diagnosis.inference.conventions import Declared
from backproof.agreement.diagnosis.reports.table import csv_lines, diagnose_all, submissions
from helpers.hostile_class import ATTACKS, HARMLESS, attacking, write
from helpers.later import long_but

SOME = ("stops_its_parent", "leaves_a_process", "forges_an_answer", "escapes_of_a_terminal")
DRAW = uuid.uuid4
LIMITS = Limits(seconds=6.0)


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The marks of the runs of a test, as they are drawn."""
    drawn: list[str] = []

    def noted() -> uuid.UUID:
        mark = DRAW()
        drawn.append(mark.hex)
        return mark

    monkeypatch.setattr(sandbox.uuid, "uuid4", noted)
    return drawn


def left_behind(marks: list[str]) -> list[str]:
    """Processes that still carry the mark of a run."""
    assert marks
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if {f"{MARK}={mark}".encode() for mark in marks} & {*file.read_bytes().split(b"\0")}:
                found.append(file.parent.name)
    return found


@pytest.mark.deep
def test_sixty_files_with_twenty_hostile_ones_get_sixty_rows(tmp_path: Path, marks: list[str]) -> None:
    expected = write(tmp_path)
    assert len(expected) == 60
    assert len(ATTACKS) == 20
    rows = list(
        csv.DictReader(
            csv_lines((path.name, found) for path, found in diagnose_all(submissions(tmp_path), Declared(), LIMITS))
        )
    )
    assert [row["file"] for row in rows] == sorted(expected)
    for row in rows:
        wrong = expected[row["file"]]
        if wrong is None:
            harmless = row["file"].removeprefix("attack_").removesuffix(".py") in HARMLESS
            assert row["status"] in (("right", "stopped") if harmless else ("stopped",)), row
            assert row["reason"].isprintable()
        else:
            assert row["status"] == ("wrong" if wrong else "right"), row
            assert {row[equation] for equation in wrong} <= {"wrong"}, row
    assert left_behind(marks) == []


@pytest.mark.parametrize("attack", long_but(*(attack for attack in SOME if attack != "leaves_a_process"), of=SOME))
def test_an_attack_is_answered_in_time_and_leaves_nothing(attack: str, tmp_path: Path, marks: list[str]) -> None:
    file = tmp_path / "attack.py"
    file.write_text(attacking(attack), "utf-8")
    started = time.monotonic()
    found = diagnose_file(file, None, Declared(), LIMITS)
    assert time.monotonic() - started < 2 * (LIMITS.seconds + 2) + 60  # loading what it needs is not its time
    assert found.status in (("right", "stopped") if attack in HARMLESS else ("stopped",))
    assert left_behind(marks) == []
