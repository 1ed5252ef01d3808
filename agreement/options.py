"""The settings that the command line, the pytest plugin and pyproject.toml share: one row each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import UsageError

if TYPE_CHECKING:
    from .check import Settings

REPORT_FOLDER = "agreement-report"
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Option:
    """A setting by name; `many` may be given several times."""

    name: str
    metavar: str
    help: str
    many: bool = False
    type: type = str


OPTIONS = (
    Option("backend", "B", "a backend by name, or path/to/file.py:Class (default: numpy, torch, jax)", many=True),
    Option("dtype", "D", "float64 or float32 (default: both)", many=True),
    Option("cost", "C", "quadratic or cross_entropy (default: both)", many=True),
    Option("activation", "A", "an activation, used wherever the cost leaves a choice (default: all)", many=True),
    Option("cases", "N", "how many cases to draw (default: 630)", type=int),
    Option("seed", "S", "what the cases are drawn from (default: 0)", type=int),
)


def configured(folder: Path) -> dict[str, Any]:
    """The table [tool.backproof] of the nearest pyproject.toml, checked; empty where there is none."""
    for parent in (folder, *folder.parents):
        file = parent / "pyproject.toml"
        if file.is_file():
            try:
                table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("backproof", {})
            except tomllib.TOMLDecodeError as error:
                raise UsageError(f"{file} is not TOML: {error}") from None
            return {name: _checked(name, value, file) for name, value in table.items()}
    return {}


def _checked(name: str, value: Any, file: Path) -> Any:
    rows = {option.name: option for option in OPTIONS}
    if name not in rows:
        raise UsageError(f"{file}: [tool.backproof] has no {name!r}: choose from {', '.join(rows)}")
    option = rows[name]
    values = value if option.many and isinstance(value, list) else [value]
    if not all(type(one) is option.type for one in values):
        needed = f"a list of {option.type.__name__}" if option.many else option.type.__name__
        raise UsageError(f"{file}: [tool.backproof] {name} is {value!r}: {needed} is needed")
    return values if option.many else value


def settings(given: Mapping[str, Any], folder: Path) -> Settings:
    """The settings of a run: what was given, else what pyproject.toml says, else the defaults.

    Raises UsageError, naming the offending value.
    """
    from ..manual.activations import ACTIVATIONS
    from ..manual.case import DTYPES
    from ..manual.costs import COSTS
    from .check import Settings
    from .draw import Menu

    chosen = {**configured(folder), **{name: value for name, value in given.items() if value not in (None, [])}}
    legal = {"dtype": DTYPES, "cost": tuple(COSTS), "activation": tuple(ACTIVATIONS)}
    parts = {name: _among(name, chosen.get(name), allowed) for name, allowed in legal.items()}
    default = Settings()
    cases, seed = chosen.get("cases", default.cases), chosen.get("seed", default.seed)
    if cases < 1:
        raise UsageError(f"cases is {cases}: at least 1 is needed")
    if seed < 0:
        raise UsageError(f"seed is {seed}: an integer ≥ 0 is needed")
    menu = Menu(parts["cost"], parts["activation"], parts["dtype"])
    return Settings(tuple(dict.fromkeys(chosen.get("backend", default.backends))), menu, cases, seed)


def _among(name: str, values: list[str] | None, allowed: tuple[str, ...]) -> tuple[str, ...]:
    for value in values or ():
        if value not in allowed:
            raise UsageError(f"unknown {name} {value!r}: choose from {', '.join(allowed)}")
    return tuple(dict.fromkeys(values or allowed))
