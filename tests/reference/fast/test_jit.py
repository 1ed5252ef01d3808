from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement.judging import compiled_entries
from backproof.agreement.tally import compiled_counts
from backproof.reference.arithmetic_state import unsound
from backproof.reference.fast import jit
from backproof.reference.truth.doubled import compiled, compiled_functions
from helpers.every import every
from helpers.floats import needs_numba

pytestmark = needs_numba
RUN = """
import numpy as np
from backproof.agreement.judging import compiled_entries
print(compiled_entries.reached(np.ones(3), np.ones(3), 0.125))
"""
KERNELS = [
    function
    for module in (compiled, compiled_functions, compiled_counts, compiled_entries)
    for function in vars(module).values()
    if getattr(function, "signatures", None)
]


def ran(**environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-W", "error", "-c", RUN]
    return subprocess.run(words, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_nothing_is_contracted() -> None:
    assert len(KERNELS) >= 7
    anew = [jit._jit(function.py_func, signature) for function in KERNELS for signature in function.signatures]
    texts: list[Any] = [text for function in anew for text in function.inspect_asm().values()]
    assert every("fmadd" not in text and "fmsub" not in text and "fnmadd" not in text for text in texts)


def test_what_is_compiled_is_kept_for_the_next_process(tmp_path: Path) -> None:
    assert ran(NUMBA_CACHE_DIR="", XDG_CACHE_HOME=str(tmp_path)).stdout == "True\n"
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb*")}
    assert kept
    assert ran(NUMBA_CACHE_DIR="", XDG_CACHE_HOME=str(tmp_path)).stdout == "True\n"
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb*")} == kept


@pytest.mark.parametrize("rubbish", [b"", b"rubbish"])
def test_a_cache_of_rubbish_breaks_nothing(tmp_path: Path, rubbish: bytes) -> None:
    ran(NUMBA_CACHE_DIR="", XDG_CACHE_HOME=str(tmp_path))
    files = list(tmp_path.rglob("*.nbi"))
    assert files
    for file in files:
        file.write_bytes(rubbish)
    assert ran(NUMBA_CACHE_DIR="", XDG_CACHE_HOME=str(tmp_path)).stdout == "True\n"


def test_a_cache_that_can_not_be_written_breaks_nothing(tmp_path: Path) -> None:
    place = tmp_path / "a file"
    place.write_text("not a folder")
    done = ran(NUMBA_CACHE_DIR="", XDG_CACHE_HOME=str(place))
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_it_leaves_no_trace() -> None:
    import numba

    before = numba.config.CACHE_DIR, threading.active_count(), np.geterr()

    def halved(x: Any, out: Any) -> None:
        for i in range(len(x)):
            out[i] = x[i] / 2

    out = np.empty(2)
    jit.compiled(jit.NOTHING, jit.FLOATS, jit.OUT)(halved)(np.array([5e-324, 1.0]), out)
    assert out.tolist() == [0.0, 0.5]
    assert (numba.config.CACHE_DIR, threading.active_count(), np.geterr()) == before
    assert not unsound()


def test_other_kinds_are_refused() -> None:
    with pytest.raises(TypeError):
        compiled_entries._ulps(np.ones(3, np.float32), 1.0, 1.0, np.empty(3))


def test_arrays_that_do_not_lie_in_a_row_are_copied() -> None:
    x = np.arange(12.0).reshape(3, 4)
    assert jit.flat(x) is not x
    assert np.shares_memory(jit.flat(x), x)
    for view in (x[:, ::2], x.T, x[0, ::2], np.broadcast_to(1.0, (2, 3)), np.array(1.0)):
        assert jit.flat(view).flags.c_contiguous
        assert jit.flat(view).tolist() == view.reshape(-1).tolist()
