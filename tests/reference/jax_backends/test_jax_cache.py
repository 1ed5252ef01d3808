from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import jax
import numpy as np
import pytest
from backproof.manual.case import Architecture
from backproof.reference.jax_backends import jax_cache, jax_grad
from helpers import drawn
from helpers.every import every

NETWORK = Architecture((2, 3, 1), ("tanh", "sigmoid"), "cross_entropy", "sum")
PACK = drawn.pack(NETWORK, regimes=("calm",) * 2)


def settings() -> dict[str, object]:
    return {name: getattr(jax.config, name) for name in (*jax_cache.SETTINGS, "jax_compilation_cache_dir")}


def asked_anew() -> list[np.ndarray]:
    """As a process would that has compiled nothing."""
    jax.clear_caches()
    jax_grad._compiled.clear()
    return [part for _, part in jax_grad.JIT.gradients(PACK).items()]


def test_what_was_compiled_is_kept_and_read_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, without = settings(), asked_anew()
    monkeypatch.setenv(jax_cache.VARIABLE, str(tmp_path / "new" / "cache"))
    first = asked_anew()
    stored = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "new" / "cache").iterdir()}
    assert stored
    second = asked_anew()
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "new" / "cache").iterdir()} == stored
    for one, other, third in zip(without, first, second, strict=True):
        assert one.tobytes() == other.tobytes() == third.tobytes()
    assert settings() == before


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user who has said nothing, and has an empty cache folder."""
    monkeypatch.delenv(jax_cache.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    jax_cache._of_user.cache_clear()
    yield tmp_path / "cache"
    jax_cache._of_user.cache_clear()


def test_by_default_it_is_in_the_user_s_folder_of_this_jax(home: Path) -> None:
    asked_anew()
    (of_jax,) = (home / "backproof").iterdir()
    assert of_jax.name.startswith(f"jax-{jax.__version__}-")
    assert any(file.name.endswith("-cache") for file in of_jax.iterdir())


def test_off_nothing_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jax_cache.VARIABLE, jax_cache.OFF)
    before = settings()
    asked_anew()
    assert settings() == before
    assert not home.exists()


def test_where_the_user_has_no_folder_there_is_no_cache(home: Path) -> None:
    home.write_text("a file where a folder would be")
    assert jax_cache.folder() is None
    asked_anew()


def test_a_cache_of_the_caller_s_own_is_used(home: Path, tmp_path: Path) -> None:
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "theirs"))
    try:
        assert jax_cache.folder() is None
    finally:
        jax.config.update("jax_compilation_cache_dir", None)
    assert jax_cache.folder() is not None


def test_the_older_half_of_a_folder_that_grew_too_large_is_dropped(tmp_path: Path) -> None:
    for age in range(5):
        (tmp_path / f"{age}-cache").write_bytes(bytes(10))
        os.utime(tmp_path / f"{age}-cache", (age, age))
    jax_cache.pruned(tmp_path, largest=50)
    assert len(list(tmp_path.iterdir())) == 5
    jax_cache.pruned(tmp_path, largest=49)
    assert {file.name for file in tmp_path.iterdir()} == {"3-cache", "4-cache"}


def test_settings_are_back_when_the_last_of_two_is_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jax_cache.VARIABLE, str(tmp_path))
    before, first, second = settings(), jax_cache.persistent(), jax_cache.persistent()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert settings()["jax_compilation_cache_dir"] == str(tmp_path)
    second.__exit__(None, None, None)
    assert settings() == before


@pytest.mark.long
def test_an_entry_cut_short_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jax_cache.VARIABLE, str(tmp_path))
    whole = asked_anew()
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:100])
    with pytest.warns(UserWarning, match="Error reading persistent compilation cache"):
        again = asked_anew()
    assert every(one.tobytes() == other.tobytes() for one, other in zip(whole, again, strict=True))
