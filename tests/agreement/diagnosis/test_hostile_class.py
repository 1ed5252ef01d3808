from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from backproof.agreement.diagnosis.asking.deadline import MARK
from backproof.agreement.diagnosis.asking.sandbox import Limits
from backproof.agreement.diagnosis.diagnose import diagnose_file
from backproof.agreement.diagnosis.inference.conventions import Declared
from backproof.agreement.diagnosis.reports.table import csv_lines, diagnose_all, submissions
from helpers.hostile_class import ATTACKS, HARMLESS, RIGHT, write

SOME = ("stops_its_parent", "leaves_a_process", "forges_an_answer", "escapes_of_a_terminal")
LIMITS = Limits(seconds=6.0)


def left_behind() -> list[str]:
    """Processes that still carry the mark of a run."""
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}=".encode() in file.read_bytes():
                found.append(file.parent.name)
        except OSError:
            pass
    return found


@pytest.mark.deep
def test_sixty_files_with_twenty_hostile_ones_get_sixty_rows_and_the_right_ones_are_right(tmp_path: Path) -> None:
    expected = write(tmp_path)
    assert len(expected) == 60
    assert len(ATTACKS) == 20
    rows = list(csv.DictReader(csv_lines(diagnose_all(submissions(tmp_path), Declared(), LIMITS))))
    assert [row["file"] for row in rows] == sorted(expected)
    for row in rows:
        wrong = expected[row["file"]]
        if wrong is None:
            harmless = row["file"].removeprefix("attack_").removesuffix(".py") in HARMLESS
            assert row["status"] in (("right", "stopped") if harmless else ("stopped",)), row
            assert row["reason"].isprintable()
        else:
            assert row["status"] == ("wrong" if wrong else "right"), row
            assert all(row[equation] == "wrong" for equation in wrong), row
    assert left_behind() == []


@pytest.mark.parametrize(
    "attack", ["stops_its_parent", "leaves_a_process", "forges_an_answer", "escapes_of_a_terminal"]
)
def test_an_attack_is_answered_in_time_and_leaves_nothing(attack: str, tmp_path: Path) -> None:
    file = tmp_path / "attack.py"
    file.write_text(f"{ATTACKS[attack]}\n{RIGHT}", "utf-8")
    started = time.monotonic()
    found = diagnose_file(file, None, Declared(), LIMITS)
    assert time.monotonic() - started < 2 * (LIMITS.seconds + 2) + 60  # loading what it needs is not its time
    assert found.status in (("right", "stopped") if attack in HARMLESS else ("stopped",))
    assert left_behind() == []
