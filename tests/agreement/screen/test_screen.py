from __future__ import annotations

import pytest
from backproof.agreement.screen import text as screen
from helpers.every import every, none_of


def test_words_are_wrapped_and_never_cut() -> None:
    text = "  " + "word " * 40
    lines = screen.wrapped(text)
    assert every(len(line) <= 80 for line in lines)
    assert every(line.startswith("  word") for line in lines)
    assert " ".join(lines).split() == text.split()
    path = "a/" * 50 + "file.json"
    assert screen.wrapped(f"see {path} there") == ["see", path, "there"]


def test_wide_characters_take_two_columns_and_break_anywhere() -> None:
    assert screen.columns("误差 ok") == 7
    lines = screen.wrapped("每个元素的误差。" * 20)
    assert "".join(lines) == "每个元素的误差。" * 20
    assert every(screen.columns(line) <= 80 for line in lines)
    assert none_of(line.startswith("。") for line in lines)


@pytest.mark.parametrize(("ratio", "drawn"), [(0, ""), (0.5, "█" * 10), (1, "█" * 20), (9, "█" * 20), (1 / 160, "▏")])
def test_a_bar_is_as_long_as_its_ratio(ratio: float, drawn: str) -> None:
    assert screen.bare(screen.bar(ratio)) == drawn + "·" * (20 - len(drawn)) + "│"


def test_a_command_is_continued_at_words() -> None:
    words = ["backproof", "replay", "agreement-report/cases/734619e11c7e.json", "--backend", "some/where/mine.py:Mine"]
    lines = screen.command(words, 4)
    assert max(map(len, lines)) <= 80
    assert "".join(lines).replace("\\", " ").split() == words
    assert every(line.endswith("\\") for line in lines[:-1])


def test_the_last_column_is_wrapped_under_itself() -> None:
    lines = list(screen.table(("name", "what"), [("short", "words " * 30), ("longer name", "one")]))
    assert every(screen.columns(line) <= 80 for line in lines)
    assert lines[2].startswith(" " * 13 + "words")


@pytest.mark.parametrize("line", ["y = x[bad] + x[good]", "a[dim] = b[bold][/]"])
def test_a_line_of_source_stays_what_it_is(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert screen.printed([line]) == f"{line}\n"
    monkeypatch.setattr(screen, "coloured", lambda: True)
    assert screen.printed([line]) == f"{line}\n"


def test_tags_are_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["✓ ⟦good⟧right⟦/⟧ ⟦bold⟧x⟦/⟧"]
    assert screen.printed(lines) == "✓ right x\n"
    monkeypatch.setattr(screen, "coloured", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in screen.printed(lines)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "96m" not in screen.printed(lines)
