from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from backproof.agreement.cli import main
from backproof.agreement.errors import Incomplete, UsageError
from backproof.agreement.files import probe, write_text
from backproof.agreement.output import kept_stdout, say

LOUD = """
import ctypes, os
print("python, on import")
from backproof.reference.numpy_backends.manual_numpy import ManualNumpy
class Loud(ManualNumpy):
    def __init__(self):
        super().__init__(name="loud")
    def gradients(self, pack):
        print("python"); os.write(1, b"descriptor\\n"); ctypes.CDLL(None).puts(b"C")
        return super().gradients(pack)
"""
FEW = ["--dtype", "float64", "--cost", "quadratic", "--activation", "relu", "--cases", "9"]


def run(*words: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backproof", *words]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loud.py").write_text(LOUD, "utf-8")


def test_json_stays_clean_beside_a_backend_that_prints_by_every_way() -> None:
    done = run("check", "--backend", "loud.py:Loud", *FEW, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["summary"]["backends"]) == ["loud"]
    assert {"python, on import", "python", "descriptor", "C"} <= set(done.stderr.splitlines())


def test_what_is_incomplete_is_no_json_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*given: object) -> None:
        raise Incomplete("not checked, jax: not here")

    monkeypatch.setattr("backproof.agreement.cli.sweep._journal", missing)
    assert main.main(["sweep", "--cases", "9", "--format", "json"]) == 5
    assert capsys.readouterr() == ("", "INCOMPLETE: not checked, jax: not here\n")
    assert main.main(["sweep", "--cases", "9"]) == 5
    assert capsys.readouterr() == ("INCOMPLETE: not checked, jax: not here\n", "")


def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = run("check", "--backend", "numpy", *FEW, stdout=full.fileno())
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["backproof: cannot go on: No space left on device"]


CLOSED = {
    ">&-": (2, ["backproof: stdout is closed: lead it to a file, or to /dev/null"]),
    "2>&-": (0, []),
    "<&-": (0, []),
    "<&- >&- 2>&-": (2, []),
}
"""What a shell closes before a command starts, how it ends, and what it says on stderr."""


@pytest.mark.parametrize("closed", CLOSED)
def test_descriptors_that_come_closed_are_nobodys_file(closed: str, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "backproof", "check", "--backend", "loud.py:Loud", *FEW, "--no-report"]
    shell = ["bash", "-c", f'exec "$@" {closed}', "bash", *words]
    done = subprocess.run(shell, capture_output=True, text=True, check=False)
    code, said = CLOSED[closed]
    assert (done.returncode, [line for line in done.stderr.splitlines() if "backproof" in line]) == (code, said)
    assert "descriptor" not in done.stdout
    record = tmp_path / "agreement-report" / "record.json"
    assert record.exists() == (code == 0)
    if code == 0:
        assert list(json.loads(record.read_text("utf-8"))["summary"]["backends"]) == ["loud"]


def test_a_usage_error_with_stderr_closed_is_no_word_of_stdout() -> None:
    shell = ["bash", "-c", 'exec "$@" 2>&-', "bash", sys.executable, "-m", "backproof", "check", "--nope"]
    done = subprocess.run(shell, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_folder_that_is_gone_is_said() -> None:
    Path("gone").mkdir()
    shell = [
        "bash",
        "-c",
        'cd gone && rmdir ../gone && exec "$@"',
        "bash",
        sys.executable,
        "-m",
        "backproof",
        "backends",
    ]
    done = subprocess.run(shell, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "backproof: the folder that this runs in is gone: change to another\n"


def test_what_stdout_cannot_hold_is_escaped_and_stdout_is_put_back() -> None:
    program = (
        "from backproof.agreement.output import kept_stdout, say\n"
        "import os\n"
        "with kept_stdout():\n"
        "    say('kept \\udc80 δ'); print('lost'); os.write(1, b'lost')\n"
        "print('back'); os.write(1, b'')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.stdout == "kept \\udc80 \\u03b4\nback\n"
    assert "lost" in done.stderr


def test_a_test_that_captures_sees_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with kept_stdout():
        say("said")
        print("printed")
    assert capsys.readouterr() == ("said\n", "printed\n")


def test_a_probe_leaves_what_is_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.json"
    probe(file)
    assert list(file.parent.iterdir()) == []
    file.write_text("whole", "utf-8")
    probe(file)
    assert file.read_text("utf-8") == "whole"


def test_a_link_stays_a_link_and_the_file_behind_it_is_written(tmp_path: Path) -> None:
    shared = tmp_path / "shared" / "baseline.json"
    write_text(shared, "old")
    Path("link").symlink_to(shared)
    probe(Path("link"))
    write_text(Path("link"), "new")
    assert Path("link").is_symlink()
    assert shared.read_text("utf-8") == "new"
    assert list(shared.parent.iterdir()) == [shared]


@pytest.mark.parametrize("path", ["folder", "/dev/null", "file/x", "nul\0byte", "/proc/none/x"])
def test_what_cannot_be_written_is_refused_by_name(path: str) -> None:
    Path("folder").mkdir()
    Path("file").write_text("", "utf-8")
    for write in (probe, lambda path: write_text(path, "x")):
        with pytest.raises(UsageError) as refused:
            write(Path(path))
        assert str(refused.value).startswith(f"cannot write {path!r}: ")
        assert "\n" not in str(refused.value)
    assert sorted(path.name for path in Path().iterdir()) == ["file", "folder", "loud.py"]


COMMANDS = (
    ["check", "--backend", "numpy", *FEW, "--out", "file"],
    ["hvp", "--backend", "numpy", "--cases", "9", "--out", "file"],
    ["sweep", "--backend", "numpy", *FEW, "--workers", "1", "--out", "file"],
    ["accuracy", "--backend", "numpy", "--activation", "relu", "--out", "folder"],
    ["lesson", "--out", "folder"],
    ["merge", "shard", "--out", "file"],
    ["check", "--backend", "numpy", *FEW, "--format", "github"],
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_outputs_are_probed_before_the_work(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("folder").mkdir()
    Path("file").write_text("", "utf-8")
    if words[0] == "merge":
        sweep = ["sweep", "--backend", "numpy", *FEW, "--workers", "1", "--shard", "1/1", "--out", "shard"]
        assert main.main(sweep) == 0
        capsys.readouterr()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "folder")

    def never(*given: object, **named: object) -> None:
        pytest.fail("it worked before it asked")

    for name in (
        "check.run_check",
        "hvp._judged",
        "sweep._journal",
        "accuracy._measure",
        "lesson.page.page",
        "merge.Pool",
    ):
        monkeypatch.setattr(f"backproof.agreement.cli.{name}", never)
    assert main.main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("backproof: cannot write '")
