"""The command line on damaged files: one line, exit 2, no traceback; or what the file decides is decided as before."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.cli.main import main
from backproof.agreement.record.record import Record
from backproof.agreement.regression.baseline import Baseline
from backproof.agreement.report import html
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.mutated import Whole, damaged
from helpers.recorded import record_of, spoilt, tiny
from hypothesis import HealthCheck, given, settings

FEW = ["--backend", "numpy", "--dtype", "float64", "--cost", "quadratic", "--activation", "relu"]


@cache
def record() -> Record:
    """It has wrong entries: whatever is held against it, the gate is closed."""
    return record_of(spoilt(2.0), on=tiny())


@cache
def whole() -> dict[str, str]:
    """The text of every kind of file that a command reads."""
    right, first = record_of(MANUAL, on=tiny()), record().discrepancies[0].case
    return {
        "record.json": record().dumps(),
        "baseline.json": Baseline(right.corpus).with_record(right).dumps(),
        "case.json": json.dumps(case_json.as_json(case_json.from_json(record().document["cases"][first]))),
    }


COMMANDS: dict[str, tuple[str, list[str], set[int]]] = {
    "gate": ("record.json", ["gate", "record.json", "--baseline", "baseline.json"], {1, 2, 5}),
    "gate against": ("baseline.json", ["gate", "record.json", "--baseline", "baseline.json"], {1, 2}),
    "accept": ("record.json", ["gate", "record.json", "--baseline", "new.json", "--accept"], {2, 5}),
    "accept into": ("baseline.json", ["gate", "right.json", "--baseline", "baseline.json", "--accept"], {0, 2}),
    "diff": ("record.json", ["diff", "right.json", "record.json", "--format", "json"], {0, 1, 2}),
    "replay": ("case.json", ["replay", "case.json", "--backend", "numpy", "--format", "json"], {0, 1, 2, 5}),
    "cases-from": (
        "record.json",
        ["check", "--cases-from", "record.json", "--backend", "numpy", "--out", "out"],
        {0, 2},
    ),
}
"""Which file is damaged, the command that reads it, and how it may end."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(html, "save", lambda *_: None)  # drawing takes long
    record_of(MANUAL, on=tiny()).save(Path("right.json"))
    return tmp_path


def lay(name: str, content: bytes) -> None:
    for other, text in whole().items():
        Path(other).write_text(text, "utf-8")
    Path("new.json").unlink(missing_ok=True)
    Path(name).write_bytes(content)


def decided(code: int, allowed: set[int], err: str) -> None:
    assert code in allowed, err
    assert "Traceback" not in err
    assert "internal error" not in err
    for line in err.splitlines():
        assert len(line) <= 320
    if code == 2:
        assert len(err.splitlines()) == 1


def hold(command: str, examples: int, capsys: pytest.CaptureFixture[str]) -> None:
    name, words, allowed = COMMANDS[command]
    of = Whole.of(json.loads(whole()[name]))

    @settings(max_examples=examples, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(damaged(of))
    def property(content: bytes) -> None:
        lay(name, content)
        code = main(words)
        decided(code, allowed, capsys.readouterr().err)

    property()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_few_damaged_files(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hold(command, 4, capsys)


@pytest.mark.deep
@pytest.mark.parametrize("command", COMMANDS)
def test_three_hundred_damaged_files(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hold(command, 43, capsys)


def bytes_changed(content: bytes, seed: int) -> bytes:
    """A file of bytes with a few of them changed, cut, or filled with others, as a failing disk does it."""
    rng = random.Random(seed)
    at, n = rng.randrange(len(content)), rng.choice((1, 16, 512, 4096))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: content[:at],
        lambda: content[:at] + rng.randbytes(n) + content[at + n :],
        lambda: content[:at] + bytes(n) + content[at + n :],
        lambda: content[:at] + content[at + n :],
        lambda: b"",
    )
    return rng.choice(ways)()


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """A finished sweep's journal, and its record's counts."""
    out = tmp_path_factory.mktemp("swept") / "out"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(html, "save", lambda *_: None)
        assert main(["sweep", *FEW, "--cases", "90", "--workers", "1", "--out", str(out)]) == 0
    return (out / "sweep.sqlite").read_bytes(), counts(out)


def counts(out: Path) -> str:
    found = Record.load(out / "record.json")
    return json.dumps([found.cells, {key: n for key, n in found.summary.items() if key != "seconds"}])


@pytest.mark.parametrize("start", [pytest.param(0, id="few"), pytest.param(6, marks=pytest.mark.deep, id="many")])
def test_a_damaged_journal_is_refused_or_says_the_same(
    start: int, journal: tuple[bytes, str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = journal
    Path("swept").mkdir()
    for seed in range(start, 6 if not start else 60):
        Path("swept/sweep.sqlite").write_bytes(bytes_changed(content, seed))
        for suffix in ("-wal", "-shm"):
            Path(f"swept/sweep.sqlite{suffix}").unlink(missing_ok=True)
        code = main(["merge", "swept", "--out", "merged"])
        decided(code, {0, 2}, capsys.readouterr().err)
        if code == 0:
            assert counts(Path("merged")) == said


def drawn(command: str) -> Iterator[bytes]:
    """Some damaged files, the same every time."""
    name, _, _ = COMMANDS[command]
    of, found = Whole.of(json.loads(whole()[name])), list[bytes]()

    @settings(max_examples=4, database=None, derandomize=True)
    @given(damaged(of))
    def take(content: bytes) -> None:
        found.append(content)

    take()
    yield from found[:3]


@pytest.mark.deep
@pytest.mark.parametrize("command", COMMANDS)
def test_real_processes(command: str, folder: Path) -> None:
    name, words, allowed = COMMANDS[command]
    for content in drawn(command):
        lay(name, content)
        run = [sys.executable, "-m", "backproof", *words]
        done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=120)
        decided(done.returncode, allowed, done.stderr)
