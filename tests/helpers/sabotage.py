"""Taking functions away, to see who can do without."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import NoReturn

import pytest


class Touched(Exception):
    """Something used what it should do without."""


def forbid(monkeypatch: pytest.MonkeyPatch, module: ModuleType, methods: str = "") -> int:
    """Make every function and method of a module or package raise Touched (or the methods of these names); how many."""
    forbidden = 0
    modules = [
        part for name, part in sys.modules.items() if name == module.__name__ or name.startswith(f"{module.__name__}.")
    ]
    names = {part.__name__ for part in modules}
    owners = {
        value
        for part in modules
        for value in vars(part).values()
        if inspect.isclass(value) and value.__module__ in names
    }
    for owner in (*modules, *owners):
        for name, value in list(vars(owner).items()):
            mine = inspect.isfunction(value) and value.__module__ in names and not name.startswith("__")
            if mine and (not methods or name in methods.split()):
                monkeypatch.setattr(owner, name, _raiser(f"{owner.__name__}.{name}"))
                forbidden += 1
    return forbidden


def _raiser(name: str) -> object:
    def raiser(*args: object, **kwargs: object) -> NoReturn:
        raise Touched(name)

    return raiser
