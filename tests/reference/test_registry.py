from __future__ import annotations

import importlib
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from backproof.reference import registry, user_files
from backproof.reference.protocol import Backend
from backproof.reference.registry import GROUP, Unavailable
from backproof.reference.zero import Zero
from helpers import backends

MINE = """
class Mine:
    name, version = "mine", "1"
    def supports(self, architecture, dtype): return "never"
    def gradients(self, pack): raise NotImplementedError
READY = Mine()
HALF = type("Half", (), {"name": "half", "gradients": None})()
class Needy(Mine):
    def __init__(self, device): self.device = device
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


def test_the_tests_run_every_backend_of_ours() -> None:
    assert sorted(backends.ALL) == sorted(registry.BUILT_IN)
    assert set(registry.DEFAULT) <= set(registry.BUILT_IN)


@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_our_own_backends_load_by_their_name(name: str) -> None:
    backend = backends.load(name)
    assert isinstance(backend, Backend)
    assert backend.name == name
    assert backend.version


def test_nothing_is_offered_twice_and_ours_come_first() -> None:
    assert registry.names()[: len(registry.BUILT_IN)] == tuple(registry.BUILT_IN)
    assert len(set(registry.names())) == len(registry.names())


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package that offers a backend, one under a name of ours, and one that cannot be imported."""
    offers = [
        EntryPoint("theirs", "backproof.reference.zero:Zero", GROUP),
        EntryPoint("numpy", "backproof.reference.zero:Zero", GROUP),
        EntryPoint("absent", "no_such_library:Backend", GROUP),
    ]

    def entry_points(group: str, name: str | None = None) -> list[EntryPoint]:
        return [offer for offer in offers if offer.group == group and name in (None, offer.name)]

    monkeypatch.setattr(registry, "entry_points", entry_points)


@pytest.mark.usefixtures("offered")
def test_other_packages_offer_backends_but_not_under_our_names() -> None:
    assert registry.names() == (*registry.BUILT_IN, "theirs", "absent")
    assert isinstance(registry.load("theirs"), Zero)
    assert not isinstance(registry.load("numpy"), Zero)


@pytest.mark.usefixtures("offered")
def test_an_offer_that_cannot_be_imported_says_what_is_missing() -> None:
    with pytest.raises(Unavailable, match=r"^absent cannot be imported \(No module named 'no_such_library'\)$"):
        registry.load("absent")


@pytest.mark.parametrize("name", ["torch", "torch.unfused", "jax", "jax.eager"])
def test_a_library_that_is_missing_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def gone(module: str, package: str | None = None) -> ModuleType:
        raise ImportError(f"no {module}")

    monkeypatch.setattr(importlib, "import_module", gone)
    library = name.partition(".")[0]
    with pytest.raises(
        Unavailable, match=rf"{library} cannot be imported \(no \.[.\w]+\): pip install 'backproof\[{library}\]'"
    ):
        registry.load(name)


@pytest.mark.parametrize("attribute", ["Mine", "READY"])
def test_a_class_or_an_instance_in_a_file_is_a_backend(file: Path, attribute: str) -> None:
    backend = registry.load(f"{file}:{attribute}")
    assert (backend.name, backend.version) == ("mine", "1")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nunpy", "unknown backend 'nunpy': choose from numpy, .*zero.*, or path/to/file.py:Name"),
        ("{file}:Yours", "mine.py has no 'Yours': it has Mine, READY"),
        ("{file}:HALF", "mine.py:HALF is no backend: it has no version, supports"),
        ("{file}:Needy", "mine.py:Needy cannot be made: .*missing 1 required positional argument: 'device'"),
        ("{folder}/absent.py:Mine", "no file '.*absent.py' to load a backend from"),
        ("{folder}:Mine", "unknown backend"),
    ],
)
def test_what_is_no_backend_is_refused_with_the_reason(file: Path, name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        registry.load(name.format(file=file, folder=file.parent))


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (
            "import no_such_library",
            Unavailable,
            r"broken\.py fails on import: No module named 'no_such_library'$",
        ),
        ("1 / 0", ValueError, "broken.py fails on import: ZeroDivisionError: division by zero"),
        ("def (", ValueError, "broken.py fails on import: SyntaxError"),
        ("", ValueError, "broken.py has no 'Mine': it has nothing that could be a backend"),
    ],
)
def test_a_file_that_fails_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, source: str, error: Any, message: str
) -> None:
    (tmp_path / "broken.py").write_text(source)
    before = set(sys.modules)
    with pytest.raises(error, match=message):
        registry.load(f"{tmp_path / 'broken.py'}:Mine")
    left = {name for name in set(sys.modules) - before if name.startswith(user_files.FROM_FILE)}
    assert len(left) == (source == "")


def test_a_file_can_import_its_neighbour_and_two_of_one_name_are_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"beside_{folder}.py").write_text(f"NAME = {folder!r}\n", "utf-8")
        (tmp_path / folder / "mine.py").write_text(f"from beside_{folder} import NAME\ndef f(): return NAME\n", "utf-8")
    first, second = (user_files.load(f"{tmp_path / folder / 'mine.py'}:f", "a function") for folder in ("a", "b"))
    assert callable(first)
    assert callable(second)
    assert (first(), second()) == ("a", "b")
