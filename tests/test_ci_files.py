"""Workflows, the action and the hooks, also those that docs/ci.md shows, against their published schemas."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("page", ["docs/ci.md", "action.yml", ".pre-commit-hooks.yaml"])
def test_every_option_that_is_named_exists(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"backproof (check|gate|diff)\b([^\n`]*)", text))
    for command, rest in named:
        options = set(re.findall(r"(?<!\S)(--[a-z-]+)", rest))
        help = subprocess.run(
            [sys.executable, "-m", "backproof.agreement", command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        assert options <= set(re.findall(r"--[a-z-]+", help)), (command, options)


def test_the_figures_of_the_margin_are_those_of_the_code() -> None:
    from backproof.agreement.cases import corpus
    from backproof.agreement.regression import limits

    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert f"{limits.KERNEL:.0f} · (1 + {limits.DEVIATIONS:.0f}/√N) · old + ½ ulp" in text
    assert (limits.FLOOR, limits.CLUMP) == (0.5, 2)
    assert f"N ≥ {limits.FEWEST}" in text
    assert f"the {corpus.frozen().cases} cases" in text
