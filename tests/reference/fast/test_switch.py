from __future__ import annotations

import os
import subprocess
import sys

import pytest
from backproof.reference.fast import switch
from backproof.reference.fast.switch import OFF, VARIABLE, fast, taking
from helpers.floats import needs_numba

ASK = "from backproof.reference.fast.switch import fast; print(fast())"


def said(**environment: str) -> str:
    words = [sys.executable, "-c", ASK]
    return subprocess.run(words, env={**os.environ, **environment}, capture_output=True, text=True, check=True).stdout


def test_it_is_off_where_the_environment_says_so() -> None:
    assert said(**{VARIABLE: OFF}) == "False\n"


@needs_numba
def test_it_is_on_where_numba_is_installed() -> None:
    assert said(**{VARIABLE: ""}) == "True\n"


def test_without_numba_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    switch.installed.cache_clear()
    try:
        assert not switch.installed()
    finally:
        switch.installed.cache_clear()


def test_one_way_or_the_other_for_a_while() -> None:
    before = fast()
    with taking(False):
        assert not fast()
        with taking(True):
            assert fast()
        assert not fast()
    assert fast() == before
