"""README and docs are run: python blocks are executed, console blocks are compared with what is printed."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from backproof.agreement import cross_check
from backproof.agreement.cases import case_json
from backproof.agreement.cases.regimes import EVERY_REGIME
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.session import Session, opened
from helpers.backends import PEERS, here
from helpers.every import every
from helpers.later import long_but
from helpers.python import run, wanted

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


class Block(NamedTuple):
    page: Path
    language: str
    text: str


def _blocks(page: Path) -> list[Block]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(page, language, text) for language, text in found]


BLOCKS = [block for page in PAGES for block in _blocks(page)]
RUN = ("python", "console")


def right(weights: list, biases: list, x: object, y: object) -> tuple[list, list]:
    """Stands for the reader's own function."""
    from backproof.manual import Architecture, Case, backprop

    widths = (len(x), *(len(b) for b in biases))
    got = backprop(Case(Architecture(widths, ("sigmoid",) * len(weights)), tuple(weights), tuple(biases), x, y))
    return list(got.nabla_w), list(got.nabla_b)


def _run_python(text: str, folder: Path) -> None:
    name = re.match(r"# (\w+\.py)\n", text)
    if name:
        (folder / name[1]).write_text(text, "utf-8")
    space: dict[str, object] = {"my_backprop": right, "__name__": "block"}
    try:
        if wanted(text):
            if not here("keras.torch"):
                return
            run(text, KERAS_HOME=str(folder), **wanted(text))
        else:
            exec(compile(text, "block", "exec"), space)
    except ModuleNotFoundError as absent:
        if str(absent.name).partition(".")[0] not in {name.partition(".")[0] for name in PEERS}:
            raise
    for test in [value for key, value in space.items() if key.startswith("test_") and callable(value)]:
        test()


def _run_console(text: str, folder: Path) -> None:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        words = shlex.split(command)
        words = {"python": [sys.executable], "backproof": [sys.executable, "-m", "backproof.agreement"]}[
            words[0]
        ] + words[1:]
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=environment)
        # A pattern: "..." stands for anything, also for lines.
        pattern = "*".join(re.sub(r"([][*?])", r"[\1]", piece) for piece in shown.strip().split("..."))
        assert fnmatch.fnmatchcase((done.stdout + done.stderr).strip(), pattern), done.stdout + done.stderr


LONG = ("accuracy.md", "commands.md", "extending.md", "hvp.md", "porting.md", "teaching.md")
"""Pages whose blocks take long."""


@pytest.mark.parametrize(
    "page", long_but(*[page for page in PAGES if page.name not in LONG], of=PAGES), ids=lambda page: page.name
)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEV", "PYTHON")
    monkeypatch.setenv("CACHEDB", str(tmp_path / "tinygrad.db"))  # or the program of a page leaves it at home
    with opened(Session({"cases": 9})):
        for block in _blocks(page):
            if block.language == "python":
                _run_python(block.text, tmp_path)
            if block.language == "console":
                _run_console(block.text, tmp_path)
            if block.language == "toml":
                tomllib.loads(block.text)
            if block.language == "json" and "backproof/case" in block.text:
                assert case_json.from_json(json.loads(block.text)).examples


def test_a_block_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        _run_console("$ backproof --version\nbackproof 99\n", tmp_path)
    with pytest.raises(ZeroDivisionError):
        _run_python("1 / 0\n", tmp_path)
    assert cross_check


def test_every_block_says_its_language() -> None:
    assert {block.language for block in BLOCKS} <= {*RUN, "text", "sh", "toml", "json", "yaml"}


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_verdict_is_explained(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert every(f"| `{verdict.word}` |" in text for verdict in Verdict)
    if page == "README.md":
        assert every(f"| `{verdict.word}` | {verdict.meaning} |" in text for verdict in Verdict)


def test_every_regime_is_told_as_it_is_drawn() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert every(f"| `{regime.name}` | {regime.what} |" in text for regime in EVERY_REGIME.values())


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make (\w+)", page.read_text("utf-8"), re.MULTILINE))
        assert named <= targets, page.name
