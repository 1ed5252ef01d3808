from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from helpers.every import every

ROOT = Path(__file__).parents[1]
FOLDERS = ("manual", "reference", "agreement")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PROGRAM = """
import sys
sys.path.insert(0, {folder!r}); sys.path.insert(1, {wheel!r})
import manual, reference, agreement
from backproof.manual import backprop
from backproof.agreement.running.check import Settings, run
from backproof.reference.registry import load
assert manual.MINE and reference.MINE and agreement.MINE
assert {wheel!r} in backprop.__code__.co_filename
print(run(Settings(cases=3), [load("numpy")]).wrong_cases)
"""


def _package_of(folder: Path) -> str:
    """What a folder is called once it is installed: agreement/front is `backproof` itself."""
    inside = folder.relative_to(ROOT).parts
    return "backproof" if inside == ("agreement", "front") else ".".join(("backproof", *inside))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that nothing is left beside the sources."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(lambda name: (ROOT / name).is_file(), tracked.stdout.splitlines()):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_backproof_alone(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"backproof", f"backproof-{PROJECT['project']['version']}.dist-info"}
    assert {f"backproof/{folder}/py.typed" for folder in FOLDERS} <= set(names)
    assert "backproof/reference/deviations/deviations.toml" in names
    for source in SOURCES:
        assert f"{_package_of(source.parent).replace('.', '/')}/{source.name}" in names


def test_a_users_own_modules_of_the_same_names_break_nothing(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    for folder in FOLDERS:
        (tmp_path / f"{folder}.py").write_text("MINE = True\n", "utf-8")
    program = PROGRAM.format(folder=str(tmp_path), wheel=str(installed))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0"


def test_the_packages_list_is_the_folders() -> None:
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == {_package_of(path.parent) for path in SOURCES}


def test_the_front_runs_and_says_its_version() -> None:
    import backproof

    assert backproof.__version__ == PROJECT["project"]["version"]
    done = subprocess.run([sys.executable, "-m", "backproof", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"backproof {backproof.__version__}\n"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_are_relative_and_run_one_way(path: Path) -> None:
    layer = FOLDERS.index(path.relative_to(ROOT).parts[0])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            tops = {alias.name.split(".")[0] for alias in node.names}
            assert not tops & {*FOLDERS, "backproof"}, ast.unparse(node)
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")
            if node.level == 0:
                assert module[0] not in (*FOLDERS, "backproof"), ast.unparse(node)
            depth = len(path.relative_to(ROOT).parts) - 1
            if node.level > depth and module[0] in FOLDERS:
                assert FOLDERS.index(module[0]) <= layer, ast.unparse(node)


def test_manual_needs_numpy_and_jaxtyping_alone() -> None:
    outside = set()
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] == "manual":
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    outside |= {alias.name.split(".")[0] for alias in node.names}
                if isinstance(node, ast.ImportFrom) and node.level == 0:
                    outside.add((node.module or "").split(".")[0])
    assert outside - set(sys.stdlib_module_names) == {"numpy", "jaxtyping"}


JUDGEMENTS = {"findings", "judge", "answer", "origin", "replay", "stale_deviations", "combined"}


def test_no_judgement_is_dropped() -> None:
    """A comparison whose result nobody reads asserts nothing."""
    for path in [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                called = node.value.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                assert name not in JUDGEMENTS, f"{path}:{node.lineno} drops {ast.unparse(node)}"


def test_one_version() -> None:
    from importlib.metadata import version

    assert version("backproof") == PROJECT["project"]["version"]
    assert f"## {PROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_pins_are_exact_and_cover_what_is_declared() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert every("==" in line for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    extras = PROJECT["project"]["optional-dependencies"].values()
    for requirement in chain(PROJECT["project"]["dependencies"], *extras):
        name = requirement.split(">")[0].split("[")[0].lower()
        assert name in pinned | {"backproof"}, requirement
