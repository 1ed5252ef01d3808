"""Workflows, the action and the hooks, also those that docs/ci.md shows, against their published schemas."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
WORKFLOWS = [block for block in BLOCKS if block.startswith("name:")]


def check(schema: str, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_workflow_and_the_action_are_valid() -> None:
    for schema, files in (
        ("github-workflows", [*(ROOT / ".github" / "workflows").iterdir()]),
        ("github-actions", [ROOT / "action.yml"]),
    ):
        done = check(schema, *files)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflows_of_the_docs_are_valid(tmp_path: Path) -> None:
    assert len(WORKFLOWS) == 3
    files = [tmp_path / f"{number}.yml" for number in range(len(WORKFLOWS))]
    for file, text in zip(files, WORKFLOWS, strict=True):
        file.write_text(text, "utf-8")
    done = check("github-workflows", *files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_workflow_that_is_not_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "bad.yml"
    file.write_text(WORKFLOWS[0].replace("runs-on:", "runs_on:"), "utf-8")
    assert check("github-workflows", file).returncode == 1


@cache
def help_of(command: str) -> str:
    words = [sys.executable, "-m", "backproof.agreement", command, "--help"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("page", ["docs/ci.md", "action.yml", ".pre-commit-hooks.yaml"])
def test_every_option_that_is_named_exists(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"backproof (check|gate|diff)\b([^\n`]*)", text))
    for command, rest in named:
        options = set(re.findall(r"(?<!\S)(--[a-z-]+)", rest))
        assert options <= set(re.findall(r"--[a-z-]+", help_of(command))), (command, options)


def recipes() -> dict[str, list[str]]:
    """What each target of the Makefile is made of."""
    rows = re.findall(r"^([a-z-]+):(.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    return {name: parts.split() for name, parts in rows}


def test_ci_runs_every_kind_of_test_once() -> None:
    """The libraries stand in `make test`, which comes after `make heavy`."""
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    calls = [word for line in re.findall(r"^make (.*)$", script, re.MULTILINE) for word in shlex.split(line)]
    parts = recipes()["test-all"]
    assert len(parts) == 4
    wanted = ["test", *(part for part in parts if part != "test-libraries")]
    assert sorted(word for word in calls if word.startswith("test")) == sorted(wanted)
    assert calls.index("heavy") < calls.index("test")


def test_every_marker_has_its_target() -> None:
    marked = re.findall(r"`make (test-[a-z]+)`", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert marked == ["test-long", "test-deep"]
    assert {*marked} <= {*recipes()["test-all"]}


def test_the_figures_of_the_margin_are_those_of_the_code() -> None:
    from backproof.agreement.cases import corpus
    from backproof.agreement.regression import limits

    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert f"{limits.KERNEL:.0f} · (1 + {limits.DEVIATIONS:.0f}/√N) · old + ½ ulp" in text
    assert (limits.FLOOR, limits.CLUMP) == (0.5, 2)
    assert f"N ≥ {limits.FEWEST}" in text
    assert f"the {corpus.frozen().cases} cases" in text


@pytest.mark.long
def test_the_hook_judges_the_files_of_its_user_that_it_is_handed(tmp_path: Path) -> None:
    """As pre-commit does it: the entry split like a shell's, the changed files that match after it."""
    hook = next(hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")))
    assert (hook["id"], hook["language"]) == ("backproof-diagnose", "python")
    assert hook.get("pass_filenames", True)
    right = (ROOT / "tests" / "programs" / "lists.py").read_text("utf-8")
    wrong = right.replace("(1 - outs[k]", "(1 + outs[k]")
    files = {"my_backprop.py": right, "src/NeuralNet.py": wrong, "plot.py": "import nothing"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    handed = [name for name in files if re.search(hook["files"], name)]
    assert handed == ["my_backprop.py", "src/NeuralNet.py"]

    def run(*names: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *shlex.split(hook["entry"]), *names]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    done = run(*handed)
    assert done.returncode == 1, done.stderr
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == ["my_backprop.py", "NeuralNet.py"]
    assert run(handed[0]).returncode == 0
    assert run("my_backprop.py", "nowhere.py").returncode == 2
