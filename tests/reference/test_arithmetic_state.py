"""Foreign code may change the state that arithmetic runs in: it is named, and nothing stays."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from backproof.reference import arithmetic_state, registry
from backproof.reference.arithmetic_state import Unsound, guarded, ieee, unsound
from helpers import arithmetic
from helpers.arithmetic import CHANGES, changed

jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the modes' numbers are x86's")
TINY = np.full(40, 5e-324)


@pytest.mark.parametrize("how", CHANGES)
def test_a_change_is_seen_undone_inside_and_there_again_for_the_caller(how: str) -> None:
    assert unsound() == ()
    with changed(CHANGES[how]):
        (fault,) = unsound()
        assert how in fault
        with ieee():
            assert unsound() == ()
            assert (TINY * 1.0 == TINY).all()
            assert np.float64(1.0) + np.float64(2.0**-54) == 1.0
        assert unsound() == (fault,)
    assert unsound() == ()


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("raises", [False, True])
def test_who_leaves_a_change_behind_is_named(how: str, raises: bool) -> None:
    said: list[str] = []
    try:
        with guarded("culprit", said.append):
            CHANGES[how]()
            if raises:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert unsound() == ()
    (sentence,) = said
    assert sentence.startswith("culprit left ")
    assert how in sentence
    assert sentence.endswith("put back")


@pytest.mark.parametrize("how", CHANGES)
def test_what_the_caller_had_set_is_nobodys_fault(how: str) -> None:
    said: list[str] = []
    with changed(CHANGES[how]):
        before = unsound()
        with guarded("innocent", said.append):
            assert unsound() == ()
        assert unsound() == before
    assert said == []


DEFAULTS: dict[str, Callable[[], object]] = {
    "NumPy's error state": lambda: np.seterr(all="raise"),
    "torch's default dtype": lambda: torch.set_default_dtype(torch.float64),
    "torch's float32 matmul precision": lambda: torch.set_float32_matmul_precision("medium"),
    "torch's grad mode": lambda: torch.set_grad_enabled(False),
    "jax_enable_x64": lambda: jax.config.update("jax_enable_x64", True),
    "jax_default_matmul_precision": lambda: jax.config.update("jax_default_matmul_precision", "bfloat16"),
    "jax_numpy_dtype_promotion": lambda: jax.config.update("jax_numpy_dtype_promotion", "strict"),
    "jax_debug_nans": lambda: jax.config.update("jax_debug_nans", True),
}


def test_every_default_that_is_watched_is_tested() -> None:
    assert [row.what for row in arithmetic_state.DEFAULTS] == list(DEFAULTS)


@pytest.mark.parametrize("what", DEFAULTS)
def test_a_default_is_put_back_and_its_culprit_named(what: str) -> None:
    before, said = arithmetic_state._defaults(), list[str]()
    with guarded("culprit", said.append):
        DEFAULTS[what]()
    assert arithmetic_state._defaults() == before
    (sentence,) = said
    assert sentence.startswith(f"culprit left {what} at ")


def test_who_changes_nothing_is_not_mentioned() -> None:
    said: list[str] = []
    with guarded("innocent", said.append):
        torch.ones(3).sum()
    assert said == []


def test_where_the_state_cannot_be_mended_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic_state, "_default", lambda library: library.fegetenv and _of_now(library))
    with changed(arithmetic.flush), pytest.raises(Unsound, match=r"flushed to zero.* start a fresh one"), ieee():
        pass


def _of_now(library: object) -> object:
    import ctypes

    here = (ctypes.c_ubyte * arithmetic_state.BYTES)()
    library.fegetenv(here)  # type: ignore[attr-defined]
    return here


def test_a_file_that_changes_the_state_on_import_is_named(tmp_path: Path) -> None:
    file = tmp_path / "fast.py"
    backend = "from backproof.reference.numpy_backends.manual_numpy import ManualNumpy as Fast"
    file.write_text(f"import torch\n{backend}\ntorch.set_flush_denormal(True)\n")
    with pytest.warns(UserWarning, match=r"importing .*fast.py:Fast left subnormal numbers flushed"):
        registry.load(f"{file}:Fast")
    assert unsound() == ()
