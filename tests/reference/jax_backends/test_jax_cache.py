from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from backproof.manual.case import Architecture
from backproof.reference.jax_backends import jax_cache, jax_grad
from helpers import drawn

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


def test_without_the_variable_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(jax_cache.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    before = settings()
    asked_anew()
    assert settings() == before
    assert not list(tmp_path.iterdir())


def test_an_entry_cut_short_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jax_cache.VARIABLE, str(tmp_path))
    whole = asked_anew()
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:100])
    with pytest.warns(UserWarning, match="Error reading persistent compilation cache"):
        again = asked_anew()
    assert all(one.tobytes() == other.tobytes() for one, other in zip(whole, again, strict=True))
