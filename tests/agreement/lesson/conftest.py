from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.lesson import example, page
from backproof.reference import registry
from backproof.reference.protocol import Backend


@pytest.fixture(scope="session")
def english() -> str:
    return page.page(example.default(), "en")


@pytest.fixture(scope="session")
def english_file(english: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    path.write_text(english, "utf-8")
    return path


@pytest.fixture(scope="session")
def chinese_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lesson") / "lesson-zh.html"
    path.write_text(page.page(example.default(), "zh"), "utf-8")
    return path


@pytest.fixture
def by_hand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if neither torch nor jax were installed."""
    load = registry.load

    def without_libraries(name: str, of_function: object = None) -> Backend:
        if name != "numpy":
            raise registry.Unavailable(f"{name} is left out here")
        return load(name)

    monkeypatch.setattr(registry, "load", without_libraries)
