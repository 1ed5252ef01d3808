from __future__ import annotations

import argparse
import contextlib
import io
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.cli import sweep
from backproof.agreement.cli.main import main
from backproof.agreement.record.record import Record
from backproof.agreement.report import html
from backproof.agreement.sweep.plan import Plan
from backproof.reference import registry
from helpers import again
from helpers.swept import totals

BACKENDS = """
import os, signal, time
from pathlib import Path
from typing import Any
from backproof.manual.gradients import Gradients
from backproof.reference.numpy_backends.manual_numpy import MANUAL

class Good:
    name, version = "mine", "1"
    def supports(self, architecture, dtype): return None
    def gradients(self, pack): return MANUAL.gradients(pack)

class Once(Good):
    def gradients(self, pack):  # its process is killed the first time
        if not Path("killed_once").exists():
            Path("killed_once").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().gradients(pack)

class Crash(Good):
    def gradients(self, pack):
        if any(abs(case.x).max() < 1e-6 for case in pack): os._exit(3)
        return super().gradients(pack)

class Hang(Good):
    def gradients(self, pack):
        while True: time.sleep(0.01)

class Wrong(Good):
    def gradients(self, pack):
        print("a backend may print what it likes")
        got = super().gradients(pack)
        return Gradients(tuple(1.0001 * w for w in got.nabla_w), got.nabla_b)
"""
DYING = """
import os, signal, sys
from backproof.agreement.cli import sweep
from backproof.agreement.cli.main import main
from backproof.agreement.sweep.journal import Journal
left, add = int(sys.argv[1]), Journal.add
def dying(*arguments, **named):
    global left
    if left == 0: os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return add(*arguments, **named)
Journal.add = dying
main(sys.argv[2:])
"""
FEW = ["--dtype", "float64", "--cost", "quadratic", "--activation", "relu"]
SETTINGS = ["--backend", "numpy", *FEW, "--cases", "27"]


@pytest.fixture(autouse=True)
def in_a_folder_with_backends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(BACKENDS, "utf-8")
    monkeypatch.setattr(html, "save", lambda record, folder, *_: (folder / html.FILE).touch())  # drawing is dear


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `check` comes to on the same cases."""
    folder = tmp_path_factory.mktemp("check")
    with contextlib.redirect_stdout(io.StringIO()), pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "save", lambda *_: None)
        assert main(["check", *SETTINGS, "--out", str(folder)]) == 0
    return totals(folder)


def test_a_sweep_is_a_check_by_many(capsys: pytest.CaptureFixture[str], checked: dict[str, Any]) -> None:
    assert main(["sweep", *SETTINGS, "--workers", "2", "--out", "sweep", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed.pop("digest")
    assert printed == Record.load(Path("sweep/record.json")).document
    assert totals(Path("sweep")) == checked
    assert Path("sweep/report.html").is_file()


@pytest.mark.parametrize("units", [0, 2])
def test_the_parent_is_killed_and_the_sweep_goes_on(units: int, checked: dict[str, Any]) -> None:
    command = [sys.executable, "-c", DYING, str(units), "sweep", *SETTINGS, "--workers", "1", "--out", "killed"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -9
    assert not Path("killed/record.json").exists()
    assert main(["sweep", "--resume", "killed", "--workers", "1"]) == 0
    assert totals(Path("killed")) == checked


def test_a_killed_worker_costs_nothing_but_time() -> None:
    mine = ["mine.py:Once", *FEW, "--cases", "18"]
    assert main(["sweep", "--backend", *mine, "--workers", "2", "--out", "killed"]) == 0
    assert Path("killed_once").exists()
    main(["check", "--backend", *mine, "--out", "check"])
    assert totals(Path("killed")) == totals(Path("check"))


def test_shards_merge_to_the_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["--backend", "mine.py:Wrong", *FEW, "--cases", "18", "--workers", "1"]
    assert main(["sweep", *wrong, "--out", "whole"]) == 1
    for number in (1, 2):
        assert main(["sweep", *wrong, "--shard", f"{number}/2", "--out", f"part{number}"]) == 1
    assert Record.load(Path("part2/record.json")).document["settings"]["shard"] == "2/2"
    capsys.readouterr()
    assert main(["merge", "part1", "part2", "--out", "merged"]) == 1
    assert totals(Path("merged")) == totals(Path("whole"))
    out = capsys.readouterr().out
    assert "    case  1-1 relu / quadratic (sum), float64, minimised\n" in out
    words = again.command(out)
    assert words[0] == "replay"
    assert main(words) == 1
    for folders, message in (
        (["part1"], "shard 2/2 is missing: all 2 are needed"),
        (["part1", "part1"], "'part1' and 'part1' are both shard 1/2"),
        (["part1", "whole"], "'whole' is of another sweep than 'part1': it has 1 shards instead of 2"),
        (["part1", "none"], "'none' holds no sweep: there is no sweep.sqlite"),
    ):
        capsys.readouterr()
        assert main(["merge", *folders, "--out", "refused"]) == 2
        assert capsys.readouterr().err == f"backproof: {message}\n"
    assert not Path("refused").exists()


def test_a_case_that_crashes_its_worker_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--backend", "mine.py:Crash", *FEW, "--cases", "6", "--workers", "1", "--out", "out"]) == 1
    failed = " ".join(capsys.readouterr().out.partition("  ✗ failed")[2].split())
    assert failed.startswith(": mine.py:Crash ended its process with exit code 3 on case")
    record = Record.load(Path("out/record.json"))
    (case,) = record.summary["quarantined"]
    assert f"case {case}: " in failed
    assert (Path("out/cases") / f"{case}.json").is_file()
    assert record.summary["cases"] == 6
    assert {cell["regime"]: cell["cases"] for cell in record.cells if cell["quantity"] == "C"} == {
        "calm": 1,
        "wide": 1,
        "saturated": 1,
        "huge": 1,
        "zeros": 1,
    }


def test_what_hangs_is_a_finding_too(capsys: pytest.CaptureFixture[str]) -> None:
    few = [*FEW, "--cases", "1", "--unit-seconds", "0.5"]
    assert main(["sweep", "--backend", "mine.py:Hang", *few, "--workers", "1", "--out", "out"]) == 1
    assert "✗ failed: mine.py:Hang gave no answer within 0.5 s on case " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--workers", "0"], "workers is 0: at least 1 is needed"),
        (["--unit-seconds", "nan"], "unit-seconds is nan: a time above 0 is needed"),
        (["--shard", "3/2"], "shard is '3/2': I/N with 1 ≤ I ≤ N is needed, as in 2/4"),
        (["--resume", "none"], "'none' holds no sweep: there is no sweep.sqlite"),
        (["--resume", "a", "--out", "b"], "--out b with --resume a: a resumed sweep stays in its folder"),
    ],
)
def test_bad_usage_is_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--backend", "numpy", *words]) == 2
    assert capsys.readouterr().err == f"backproof: {message}\n"


def test_a_merge_gives_its_worker_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", "one", "--unit-seconds", "0"]) == 2
    assert capsys.readouterr().err == "backproof: unit-seconds is 0: a time above 0 is needed\n"


def test_nothing_unfinished_is_lost_and_nothing_else_resumed(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", DYING, "0", "sweep", *SETTINGS, "--workers", "1", "--out", "out"]
    subprocess.run(command, capture_output=True, check=False)
    for words, message in (
        ([*SETTINGS, "--out", "out"], "'out' holds an unfinished sweep: --resume out, or another --out"),
        (["--resume", "out", "--cases", "36"], "'out' is a sweep of something else: given cases 27 instead of 36"),
        (["--resume", "out", "--shard", "1/2"], "'out' is a sweep of something else: shard 1/1 instead of 1/2"),
    ):
        assert main(["sweep", *words]) == 2
        assert capsys.readouterr().err == f"backproof: {message}\n"
    assert Path("out/sweep.sqlite").is_file()


@pytest.mark.parametrize(("words", "backends"), [("", registry.SWEPT), ("--backend torch", ("torch",))])
def test_torch_is_asked_a_pack_at_a_time_unless_told_otherwise(words: str, backends: tuple[str, ...]) -> None:
    parser = argparse.ArgumentParser()
    sweep.add_arguments(parser)
    with closing(sweep._journal(parser.parse_args(["--cases", "4", *words.split()]), Path(), Path("out"))) as journal:
        assert Plan.of(journal.document).settings.backends == backends
