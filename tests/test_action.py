"""The action, run step by step in a repository of somebody else's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers.composite import Runner, environment

ROOT = Path(__file__).parents[1]
PIP = """#!/usr/bin/env bash
# python, but that pip installs from the folder alone: what is asked of it is written down
if [ "$1 $2" = "-m pip" ]; then
  echo "${@:3}" >> "$ASKED_OF_PIP"
  if [ "$3" = install ]; then
    exec "$REAL_PYTHON" -m pip install --quiet --no-index --no-deps --no-build-isolation --target "$SITE" "${@: -1}"
  fi
fi
exec "$REAL_PYTHON" "$@"
"""
COMMAND = """#!/usr/bin/env bash
exec "$REAL_PYTHON" -c "import backproof.agreement.cli.main as m; print('from', m.__file__); m.sys.exit(m.main())" "$@"
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action as a runner checks it out: what is tracked, in a folder that is not the workspace."""
    folder = tmp_path_factory.mktemp("actions") / "backproof with a space"
    command = ["git", "ls-files", "-co", "--exclude-standard", "*.py", "*.toml", "*.json", "*.yml", "*.md", "LICENSE"]
    words = [*command, "agreement", "manual", "reference"]
    tracked = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in tracked.splitlines():
        if not name.startswith(("tests/", "docs/", "benchmarks/")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A PATH with python and backproof, and an empty folder to install into, once."""
    folder = tmp_path_factory.mktemp("tools")
    for name, text in (("python", PIP), ("backproof", COMMAND)):
        (folder / name).write_text(text, "utf-8")
        (folder / name).chmod(0o755)
    site = folder / "site"
    return {
        **environment(f"{folder}:{os.environ['PATH']}"),
        "REAL_PYTHON": sys.executable,
        "SITE": str(site),
        "PYTHONPATH": str(site),
        "ASKED_OF_PIP": str(folder / "pip.log"),
        "PYTHONWARNINGS": "ignore",
    }


def runner(checkout: Path, tools: dict[str, str], workspace: Path, **given: str) -> Runner:
    """Its run, with inputs named as in Python."""
    inputs = {name.replace("_", "-"): value for name, value in given.items()}
    made = Runner(checkout, workspace, {"backends": "numpy", **inputs}, tools)
    made.run()
    return made


@pytest.mark.long
def test_it_installs_its_own_checkout_judges_gates_and_uploads(
    checkout: Path, tools: dict[str, str], tmp_path: Path
) -> None:
    ran = runner(checkout, tools, tmp_path)
    assert not ran.failed, ran.log
    installed = Path(tools["ASKED_OF_PIP"]).read_text("utf-8").splitlines()[-1]
    assert installed.startswith("install --extra-index-url https://")
    assert installed.endswith(f" {checkout}[all]")
    assert f"from {tools['SITE']}/backproof" in ran.log
    record = tmp_path / ran.value("record")
    assert list(json.loads(record.read_text("utf-8"))["summary"]["backends"]) == ["numpy"]
    names = [used.partition("@")[0] for used, _ in ran.used]
    assert names == ["actions/setup-python", "actions/cache", "actions/upload-artifact"]
    assert re.fullmatch(r"backproof-Linux-[0-9a-f]{16}-3\.\d+", ran.used[1][1]["key"])
    assert ran.used[1][1]["path"].startswith("/")
    assert (tmp_path / ran.used[2][1]["path"] / "record.json").is_file()
    assert "gate:" not in ran.log

    accept = ["gate", str(record), "--baseline", str(tmp_path / "baseline.json"), "--accept"]
    subprocess.run([sys.executable, "-m", "backproof", *accept], check=True, capture_output=True)
    ran = runner(checkout, tools, tmp_path, baseline="baseline.json", package="")
    assert not ran.failed, ran.log
    assert "gate: open" in ran.log
    assert [used.partition("@")[0] for used, _ in ran.used] == ["actions/setup-python", "actions/upload-artifact"]

    spoilt = json.loads((tmp_path / "baseline.json").read_text("utf-8"))
    spoilt["places"][0]["cells"].pop()
    (tmp_path / "baseline.json").write_text(json.dumps(spoilt), "utf-8")
    ran = runner(checkout, tools, tmp_path, baseline="baseline.json", package="")
    assert ran.failed
    assert "is damaged" in ran.log
    assert ran.used[-1][0].startswith("actions/upload-artifact@")


WRONG = """
from dataclasses import replace
from backproof.reference.numpy_backends.manual_numpy import ManualNumpy
class Doubled(ManualNumpy):
    def __init__(self):
        super().__init__(name="doubled")
    def gradients(self, pack):
        got = super().gradients(pack)
        return replace(got, nabla_b=tuple(2 * b for b in got.nabla_b))
"""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"baseline": "nowhere.json"}, "there is no baseline nowhere.json"),
        ({"baseline": "wrong.py", "corpus": ""}, "a baseline needs corpus: frozen"),
        ({"backends": "*"}, "unknown backend '*'"),
        ({"backends": "numpy\nnosuch"}, "unknown backend 'nosuch'"),
        ({"backends": "$(touch pwned) ;touch${IFS}pwned"}, "unknown backend '$(touch'"),
        ({"backends": "wrong.py:Doubled"}, "::error title=backproof::doubled is wrong in BP3"),
        ({"out": "wrong.py/out"}, "cannot write 'wrong.py/out/record.json'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_it_fails_closed_and_says_why(
    given: dict[str, str], said: str, checkout: Path, tools: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "wrong.py").write_text(WRONG, "utf-8")
    ran = runner(checkout, {**tools, "PYTHONPATH": ""}, tmp_path, **{"package": "", **given})
    assert ran.failed
    assert said in ran.log
    assert ran.used[-1][0].startswith("actions/upload-artifact@")
    assert not (tmp_path / "pwned").exists()


def test_what_cannot_be_installed_is_not_gone_on_from(checkout: Path, tools: dict[str, str], tmp_path: Path) -> None:
    ran = runner(checkout, tools, tmp_path, package=str(tmp_path / "no such package"))
    assert ran.failed
    assert "from " + tools["SITE"] not in ran.log
    assert not (tmp_path / "agreement-report").exists()


@pytest.mark.parametrize("file", ["action.yml", ".github/workflows/ci.yml"])
def test_what_it_uses_is_pinned_by_hash(file: str) -> None:
    used = re.findall(r"uses: (\S+)(.*)", (ROOT / file).read_text("utf-8"))
    assert used
    for action, comment in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_every_input_is_described_and_used() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name, row in yaml.safe_load(text)["inputs"].items():
        assert row["description"]
        assert f"inputs.{name}" in text.partition("runs:")[2]
