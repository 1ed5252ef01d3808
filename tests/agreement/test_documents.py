"""Files from outside are refused in one line, before they are read where they are no files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from backproof.agreement.diagnosis.reports.table import csv_lines
from backproof.agreement.diagnosis.result import Diagnosis
from backproof.agreement.documents import DEEPEST, LARGEST, loaded, read_json, read_toml
from backproof.agreement.errors import UsageError, one_line, shown
from backproof.agreement.report.markdown import table

BAD = [
    ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
    ("[" * 10**5, f"nested deeper than {DEEPEST}"),
    ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f"nested deeper than {DEEPEST}"),
    ("9" * 5000, "a number of 5000 digits"),
    ("1e999", "1e999 is no number"),
    ("-Infinity", "-Infinity is no number"),
    ("NaN", "NaN is no number"),
    ('"\\ud800"', "surrogates not allowed"),
    ("{", "Expecting property name"),
    ("", "Expecting value"),
]


@pytest.mark.parametrize(("text", "said"), BAD, ids=[said[:20] for _, said in BAD])
def test_what_is_no_document_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        loaded(text)


def test_what_is_one_is_read() -> None:
    assert loaded("[" * DEEPEST + "]" * DEEPEST) is not None
    assert loaded('["[[[[\\"{{{", "\\ud83d\\ude00", 1.5, ' + "9" * 90 + "]") == ['[[[["{{{', "😀", 1.5, int("9" * 90)]


def test_only_a_file_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(LARGEST + 1)
    (tmp_path / "latin").write_bytes(b"\xe9")
    for name, said in (
        ("fifo", "it is a FIFO, a file is needed"),
        (".", "it is a folder, a file is needed"),
        ("/dev/zero", "it is a device, a file is needed"),
        ("huge", f"{LARGEST + 1} bytes, at most {LARGEST} are read"),
        ("none", "No such file"),
        ("latin", "as UTF-8"),
        ("nul\0", "embedded null"),
        ("huge/x", "Not a directory"),
    ):
        for read in (read_json, read_toml):
            if read is read_toml and name == "huge":
                said = "at most 16777216 are read"
            with pytest.raises(UsageError, match=said):
                read(tmp_path / name)


def test_a_line_is_one_line_and_short() -> None:
    said = one_line("a\x1b[31m\n::error::x\ud800\u202e\t" + "y" * 10**6 + "z" * 200)
    assert said.startswith("a\\x1b[31m ::error::x\\ud800\\u202e yyy")
    assert said.endswith("zzz")
    assert len(said) <= 300
    assert one_line("W^1 has ≥ 3 → δ") == "W^1 has ≥ 3 → δ"


def test_a_text_of_lines_is_no_command_and_no_escape() -> None:
    assert shown("a\x1b[2J\n::error::x\n  ::x ::y\nW^1 δ ᵀ") == "a\\x1b[2J\n\\x3a:error::x\n  \\x3a:x ::y\nW^1 δ ᵀ"


def test_a_cell_of_markdown_is_a_cell() -> None:
    cell = table(("a",), [("x|y\n<script>`",)]).splitlines()[-1]
    assert cell == "| x\\|y &lt;script>\\` |"


def test_a_row_of_a_class_is_a_row_and_no_formula() -> None:
    rows = "".join(csv_lines([("=a\n.py", Diagnosis("@f", "stopped", reason="+1\x1b[31m\n-2"))])).splitlines()
    assert rows[1].startswith("'=a .py,'@f,stopped,")
    assert rows[1].endswith("'+1\\x1b[31m -2")
    assert len(rows) == 2
