"""A composite action run as a runner runs it: its steps one by one in bash, its conditions, inputs and outputs.

Steps that use another action are noted with what they are given; what they do is planted by the test.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

BASH = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]
"""What `shell: bash` stands for."""
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
Uses = Callable[[dict[str, str]], None]


@dataclass
class Runner:
    """A workspace, the folder that the action was checked out into, and what became of its steps."""

    action: Path
    workspace: Path
    given: Mapping[str, str]
    environment: Mapping[str, str]
    uses: dict[str, Uses] = field(default_factory=dict)
    used: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    log: str = ""
    failed: bool = False
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self) -> None:
        """All steps; after one that fails only those that always run."""
        document = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        unknown = set(self.given) - set(document["inputs"])
        assert not unknown, unknown
        self.inputs = {name: str(row.get("default", "")) for name, row in document["inputs"].items()} | {**self.given}
        for step in document["runs"]["steps"]:
            if self._due(step.get("if")):
                self._step(step)

    def value(self, name: str) -> str:
        """One output of the action."""
        document = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        return self._filled(document["outputs"][name]["value"])

    def _due(self, condition: str | None) -> bool:
        parts = (condition or "").split(" && ") if condition else []
        always = "always()" in parts
        return (always or not self.failed) and all(self._holds(part) for part in parts if part != "always()")

    def _holds(self, part: str) -> bool:
        found = re.fullmatch(r"(\S+) (==|!=) '(.*)'", part)
        assert found, part
        return (self._looked_up(found[1]) == found[3]) == (found[2] == "==")

    def _looked_up(self, name: str) -> str:
        match name.split("."):
            case ["inputs", key]:
                return self.inputs[key]
            case ["github", "action_path"]:
                return str(self.action)
            case ["runner", "os"]:
                return "Linux"
            case ["steps", step, "outputs", key]:
                return self.outputs.get(step, {}).get(key, "")
        raise AssertionError(name)

    def _filled(self, text: str) -> str:
        return EXPRESSION.sub(lambda found: self._looked_up(found[1]), text)

    def _step(self, step: dict[str, Any]) -> None:
        if "uses" in step:
            given = {key: self._filled(str(value)) for key, value in step.get("with", {}).items()}
            self.used.append((step["uses"], given))
            self.uses.get(step["uses"].partition("@")[0], lambda given: None)(given)
            return
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"]), "what is filled into a script can run as part of it"
        said = self.workspace / ".output"
        said.write_text("", "utf-8")
        added = {name: self._filled(text) for name, text in step.get("env", {}).items()}
        done = subprocess.run(
            [*BASH, "-c", step["run"]],
            cwd=self.workspace,
            env={**self.environment, **added, "GITHUB_OUTPUT": str(said), "GITHUB_WORKSPACE": str(self.workspace)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += done.stdout
        self.failed |= done.returncode != 0
        if "id" in step:
            rows = (line.partition("=") for line in said.read_text("utf-8").splitlines())
            self.outputs[step["id"]] = {key: text for key, _, text in rows}


def environment(path: str) -> dict[str, str]:
    """A runner's, as far as a step can tell."""
    kept = {name: os.environ[name] for name in ("HOME", "OPENBLAS_CORETYPE", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": path, "LANG": "C.UTF-8", "CI": "true", "GITHUB_ACTIONS": "true"}
