from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from backproof.agreement.cli.main import COMMANDS, main
from backproof.agreement.errors import UsageError
from backproof.agreement.record.record import Record
from backproof.reference import registry
from helpers import again
from helpers.backends import KERAS, PEERS
from helpers.every import every

BROKEN = """
class Broken:
    name, version = "broken", "1"
    def supports(self, architecture, dtype): return None
    def gradients(self, pack): raise RuntimeError("no")
class Silent(Broken):
    name = "silent"
    def supports(self, architecture, dtype): return "never"
"""
QUICK = ["--cases", "9", "--backend", "numpy"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_check_agrees_and_writes_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *QUICK]) == 0
    out = capsys.readouterr().out
    assert out.startswith("✓ The gradients are right: 0 wrong of ")
    assert "  ✓ numpy " in out
    assert out.endswith("agreement-report/report.html\n  exit 0: every decided entry is within its bound\n")
    assert Record.load(Path("agreement-report/record.json")).summary["cases"] == 9
    assert [path.name for path in Path().iterdir()] == ["agreement-report"]


def test_check_prints_the_record_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *QUICK, "--format", "json", "--out", "here"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed.pop("digest")
    assert printed == Record.load(Path("here/record.json")).document


def test_zero_is_found_out_and_its_case_replays(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--cases", "9", "--backend", "zero"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("✗ zero is wrong in z")
    assert any(line.startswith("    z     z^l = W^l a^{l−1} + b^l") for line in lines)
    command = again.command("\n".join(lines))
    assert main(command) == 1
    assert capsys.readouterr().out.startswith("zero is wrong in z^1, layer 1, entry [")
    assert main([*command[:2], "--backend", "numpy"]) == 0


def test_replay_prints_every_entry_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--cases", "9", "--backend", "zero"])
    case = next(Path("agreement-report/cases").iterdir())
    capsys.readouterr()
    assert main(["replay", str(case), "--backend", "numpy", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["case"] == json.loads(case.read_text("utf-8"))
    keys = {"backend", "quantity", "layer", "index", "got", "truth", "bound", "ratio", "ulps", "verdict"}
    assert every(set(entry) == keys for entry in printed["entries"])
    first = printed["entries"][0]
    assert abs(float.fromhex(first["got"]) - float.fromhex(first["truth"])) <= float.fromhex(first["bound"])
    assert {entry["quantity"] for entry in printed["entries"]} >= {"z", "a", "C", "BP1", "BP3", "BP4"}


def test_a_file_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(BROKEN, "utf-8")
    assert main(["check", "--cases", "9", "--backend", "mine.py:Broken"]) == 1
    assert "✗ failed: broken raised RuntimeError" in capsys.readouterr().out
    assert main(["check", "--cases", "9", "--backend", "mine.py:Silent"]) == 5
    out = capsys.readouterr().out
    assert out.startswith("? Incomplete: no entry of silent was decided. Of nobody enough was seen to say.")
    assert "? not supported: silent, 9 cases: never" in out
    main(["check", "--cases", "9", "--backend", "zero"])
    case = str(next(Path("agreement-report/cases").iterdir()))
    assert main(["replay", case, "--backend", "mine.py:Broken"]) == 1
    assert main(["replay", case, "--backend", "mine.py:Silent"]) == 5


def test_a_missing_backend_is_never_green(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "gone", ".no_such_module:BACKEND")
    assert main(["check", *QUICK, "--backend", "gone"]) == 5
    assert capsys.readouterr().out.startswith("? Incomplete: not checked, gone: gone cannot be imported")
    main(["check", "--cases", "9", "--backend", "zero"])
    case = str(next(Path("agreement-report/cases").iterdir()))
    capsys.readouterr()
    assert main(["replay", case, "--backend", "gone"]) == 5
    assert capsys.readouterr().out.startswith("INCOMPLETE: not checked, gone")
    assert main(["backends"]) == 0
    listed = " ".join(capsys.readouterr().out.split())
    assert "? gone not here: gone cannot be imported" in listed


def test_backends_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backends", "--format", "json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(registry.BUILT_IN) <= set(rows)
    assert [name for name, row in rows.items() if row["default"]] == list(registry.DEFAULT)
    for name, row in rows.items():
        absent = name in KERAS and "in this process already" in str(row["reason"])
        assert row["version"] or absent or (name in PEERS and "pip install" in row["reason"])
    assert any("softplus" in what for what in rows["torch"]["known_deviations"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "backproof: the following arguments are required: COMMAND"),
        (["chekc"], "backproof: argument COMMAND: invalid choice: 'chekc'"),
        (["check", "--cases", "many"], "backproof check: argument --cases: invalid int value: 'many'"),
        (["check", "--backend", "tensorflw"], "backproof: unknown backend 'tensorflw': choose from numpy,"),
        (["check", "--backend", "no.py:Mine"], "backproof: no file 'no.py' to load a backend from"),
        (["check", "--device", "nowhere"], "backproof: torch has no device 'nowhere' here"),
        (["check", "--backend", "numpy", "--device", "cuda"], "backproof: device is 'cuda': none of numpy computes"),
        (["accuracy", "--budget", "1"], "backproof: budget is '1': N or B=N is needed, at least 2 points"),
        (["--backend=torch", "check"], "backproof: '--backend=torch' stands before the command"),
        (["--backend", "torch", "check"], "backproof: '--backend' stands before the command"),
        (["check", "--cases", "0"], "backproof: cases is 0: at least 1 is needed"),
        (["check", "--dtype", "float8"], "backproof: unknown dtype 'float8'"),
        (["replay", "none.json"], "backproof: cannot read 'none.json': No such file or directory"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(words)
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    assert code == 2
    assert captured.err.startswith(message)
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert list(Path().iterdir()) == []


def test_an_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("backproof.agreement.running.options.settings", stop)
    assert main(["check"]) == 130
    assert capsys.readouterr().err == "backproof: interrupted\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(28, "No space left on device", "a/record.json"),
            "cannot use 'a/record.json': No space left on device",
        ),
        (OSError(5, "Input/output error"), "cannot go on: Input/output error"),
        (MemoryError(), "cannot go on: there is not enough memory"),
        (UsageError("a\x1b[2J\n" + "b" * 400), "a\\x1b[2J bbb"),
        (RecursionError("too deep"), "internal error: RecursionError: too deep (BACKPROOF_DEBUG=1 shows where)"),
    ],
)
def test_whatever_it_could_not_do_is_one_line(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*given: object) -> None:
        raise error

    monkeypatch.setattr(registry, "load", fail)
    assert main(["check", *QUICK]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"backproof: {said}")
    assert err.count("\n") == 1
    assert len(err) <= 301


def test_an_internal_error_can_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(registry, "load", fail)
    monkeypatch.setenv("BACKPROOF_DEBUG", "1")
    with pytest.raises(RecursionError, match="too deep"):
        main(["check", *QUICK])


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom backproof.agreement.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy', 'torch', 'jax', 'hypothesis', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert every(name in done.stdout for name in COMMANDS)


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backproof.agreement", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("backproof ")
