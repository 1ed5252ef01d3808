from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from backproof.agreement.screen.text import WIDTH, bar, bare, columns
from helpers.every import every

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.findall(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[0].splitlines()
ROW = re.compile(r"  ✓ (\w+) +([\d.]+) +0 wrong of ([\d,]+) +(\S+│) (\d\.\d\d)")


def test_the_block_is_five_lines_of_a_screen_that_add_up() -> None:
    assert len(BLOCK) == 5
    assert every(columns(line) <= WIDTH for line in BLOCK)
    rows = [ROW.fullmatch(line) for line in BLOCK[1:4]]
    decided = [int(row[3].replace(",", "")) for row in rows if row]
    assert f" 0 wrong of {sum(decided):,} entries." in BLOCK[0]
    for row in rows:
        assert row is not None
        drawn = {bare(bar(float(row[5]) - part / 1000)) for part in range(11)}  # it is rounded up
        assert row[4] in drawn


def test_its_versions_are_those_that_are_pinned() -> None:
    pinned = dict(re.findall(r"^(\w+)==([\d.]+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    for line in BLOCK[1:4]:
        row = ROW.fullmatch(line)
        assert row is not None
        assert pinned[row[1]] == row[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_picture_has_a_dot_for_each_entry_and_a_strip_for_each_backend(scheme: str) -> None:
    assert f"docs/errors-{scheme}.svg" in README
    drawn = (ROOT / "docs" / f"errors-{scheme}.svg").read_text("utf-8")
    assert len(re.findall(r'<path d="(?:M[\d.]+ [\d.]+h\.01)+"', drawn)) == 3
    assert drawn.count("h.01") == 3 * 320
    assert "var(" not in drawn


@pytest.mark.deep
def test_a_run_of_this_version_says_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backproof.agreement", "check", "--no-report", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    printed = done.stdout.splitlines()
    assert [line for line in BLOCK if line not in printed] == []
    draw = [sys.executable, str(ROOT / "benchmarks" / "hero_picture.py"), str(tmp_path / "record.json"), str(tmp_path)]
    subprocess.run(draw, check=True, cwd=tmp_path)
    for scheme in ("light", "dark"):
        drawn = (tmp_path / f"errors-{scheme}.svg").read_text("utf-8")
        assert drawn == (ROOT / "docs" / f"errors-{scheme}.svg").read_text("utf-8"), scheme
