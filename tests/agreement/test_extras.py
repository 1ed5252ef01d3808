"""What a plain `pip install backproof` does without: the page's libraries and Hypothesis."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BARE = """
import sys
for library in ("jinja2", "markupsafe", "matplotlib", "hypothesis", "jaxtyping", "beartype", "torch", "jax"):
    sys.modules[library] = None
from backproof.agreement.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""


def bare(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", BARE, *words], capture_output=True, text=True, check=False, cwd=cwd)


def test_a_check_says_how_to_get_the_page_and_does_without(tmp_path: Path) -> None:
    done = bare("check", "--backend", "numpy", "--cases", "2", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "report.html is not written: report.html needs" in done.stderr
    assert "pip install 'backproof[report]'" in done.stderr
    assert (tmp_path / "out" / "record.json").is_file()
    assert not (tmp_path / "out" / "report.html").exists()


def test_the_lesson_is_refused_in_one_line(tmp_path: Path) -> None:
    done = bare("lesson", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("backproof: backproof lesson needs ")
    assert done.stderr.endswith("pip install 'backproof[report]'\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("library", ["matplotlib", "jinja2"])
def test_a_check_does_without_either_library_of_the_page(library: str, tmp_path: Path) -> None:
    """torch brings jinja2, and no matplotlib."""
    program = f"import sys; sys.modules[{library!r}] = None\n{BARE.rpartition('None')[2]}"
    words = ["check", "--backend", "numpy", "--cases", "2", "--out", "out"]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    needs = f"report.html needs {library}: pip install 'backproof[report]'"
    assert done.stderr == f"backproof: report.html is not written: {needs}\n"
    assert [path.name for path in (tmp_path / "out").iterdir() if path.suffix] == ["record.json"]


NEEDS_TORCH = "import torch\ndef step():\n    return (lambda w: w.sum()), (torch.ones(3),)\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["certify", "step.py:step"], 2),
        (["port", "step.py:step", "step.py:step"], 2),
        (["vjp", "step.py:step", "--operation", "sigmoid"], 2),
        (["vjp", "right.py:f", "--reference", "step.py:step", "--arguments", "step.py:step"], 2),
        (["check", "--backend", "step.py:step", "--format", "json"], 5),
        (["hvp", "--backend", "step.py:step", "--format", "json"], 5),
        (["hvp", "--backend", "torch.hvp", "--format", "json"], 5),
    ],
)
def test_a_file_whose_library_is_missing_is_named_with_the_remedy(words: list[str], code: int, tmp_path: Path) -> None:
    (tmp_path / "step.py").write_text(NEEDS_TORCH, "utf-8")
    (tmp_path / "right.py").write_text("def f(x):\n    return x\n", "utf-8")
    done = bare(*words, cwd=tmp_path)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "pip install 'backproof[torch]'" in line]
    assert line.startswith("backproof: ")
    assert ("step.py fails on import: " in line) == ("torch.hvp" not in words)


@pytest.mark.parametrize("what", ["manual", "agreement.crosscheck", "agreement.cli.check", "reference.truth.certified"])
def test_the_judge_does_without(what: str, tmp_path: Path) -> None:
    program = BARE.partition("from backproof")[0] + f"import backproof.{what}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_strategies_say_what_they_need(tmp_path: Path) -> None:
    program = BARE.partition("from backproof")[0] + "from backproof.agreement import strategies"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "strategies needs hypothesis: pip install 'backproof[hypothesis]'" in done.stderr


def test_another_library_that_is_missing_is_not_an_extra() -> None:
    from backproof.agreement.extras import needed_for

    with pytest.raises(ModuleNotFoundError, match="no_such_library"), needed_for("this"):
        __import__("no_such_library")
