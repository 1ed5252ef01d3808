"""The settings that the command line, the pytest plugin and pyproject.toml share: one row each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError

if TYPE_CHECKING:
    from ..cases.generate import Menu
    from .check import Settings

ALL = "all"
"""Every row there is, also of those that are drawn only when asked for."""
REPORT_FOLDER = "agreement-report"
MOST_CASES = 10**9
"""What is drawn is listed first: more would fill the memory, and take years."""


@dataclass(frozen=True)
class Option:
    """A setting by name; `many` may be given several times."""

    name: str
    metavar: str
    help: str
    many: bool = False
    type: type = str

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments for argparse or pytest."""
        if self.type is bool:
            return {"action": "store_const", "const": True, "help": self.help}
        action = "append" if self.many else "store"
        return {"action": action, "type": self.type, "metavar": self.metavar, "help": self.help}

    @property
    def in_a_table(self) -> Any:
        """Its type in pyproject.toml: one value is as good as a list of one."""
        one: Any = self.type
        return one | list[one] if self.many else one


OPTIONS = (
    Option(
        "backend",
        "B",
        "a backend by name, or path/to/file.py:Class (default: numpy, torch, jax); a sweep asks torch.vmap",
        many=True,
    ),
    Option("dtype", "D", "float64, float32, float16 or bfloat16 (default: the first two)", many=True),
    Option("cost", "C", "a cost, or all (default: quadratic, cross_entropy)", many=True),
    Option("activation", "A", "where the cost leaves a choice: a name, file.py:Row, or all (default: six)", many=True),
    Option("regime", "R", "how numbers are drawn (default: all; kink where more than the six is asked for)", many=True),
    Option(
        "l2", "L", "λ of an L2 term, 0 for none; of several each network has one (default: 0)", many=True, type=float
    ),
    Option("weighted", "", "every other network weights its examples", type=bool),
    Option("cases", "N", "how many cases to draw (default: 635)", type=int),
    Option("seed", "S", "what the cases are drawn from (default: 0)", type=int),
    Option("deviations", "FILE", "known deviations of your own, a TOML file; as strict as ours (docs/extending.md)"),
    Option("device", "D", "where libraries that have more than one compute, as cuda (default: cpu)"),
)


def configured(folder: Path) -> dict[str, Any]:
    """The table [tool.backproof] of the nearest pyproject.toml, checked; empty where there is none."""
    for parent in (folder, *folder.parents):
        file = parent / "pyproject.toml"
        if file.is_file():
            from ..documents import read_toml

            tool = read_toml(file).get("tool", {})
            table = tool.get("backproof", {}) if isinstance(tool, dict) else {}
            return _checked(table, file) if table or not isinstance(table, dict) else {}
    return {}


def _checked(table: Any, file: Path) -> dict[str, Any]:
    """The table with a list for each setting of which there may be many; UsageError naming what is wrong."""
    from msgspec import UNSET, UnsetType, defstruct, structs

    from ..documents import checked

    rows = {option.name: option for option in OPTIONS}
    for name in table if isinstance(table, dict) else ():
        if name not in rows:
            raise UsageError(f"{file}: [tool.backproof] has no {name!r}: choose from {', '.join(rows)}")
    fields = [(row.name, row.in_a_table | UnsetType, UNSET) for row in OPTIONS]
    given = structs.asdict(checked(table, defstruct("Table", fields), f"{file}: [tool.backproof]"))
    found = {name: value for name, value in given.items() if value is not UNSET}
    return {
        name: [value] if rows[name].many and not isinstance(value, list) else value for name, value in found.items()
    }


def settings(given: Mapping[str, Any], folder: Path, backends: Sequence[str] = ()) -> Settings:
    """The settings of a run: what was given, else what pyproject.toml says, else the defaults, with these backends.

    Raises UsageError, naming the offending value.
    """
    from ...reference import registry
    from .check import Settings

    chosen = {**configured(folder), **{name: value for name, value in given.items() if value not in (None, [])}}
    default = Settings()
    menu = menu_of(chosen)
    cases, seed = chosen.get("cases", default.cases), chosen.get("seed", default.seed)
    if cases < 1:
        raise UsageError(f"cases is {cases}: at least 1 is needed")
    if cases > MOST_CASES:
        raise UsageError(f"cases is {cases}: at most {MOST_CASES} are drawn")
    if seed < 0:
        raise UsageError(f"seed is {seed}: an integer ≥ 0 is needed")
    names = tuple(dict.fromkeys(chosen.get("backend") or registry.here(backends or registry.DEFAULT)))
    listed = chosen.get("deviations")
    if listed:
        from .deviation_file import take_in_deviations

        take_in_deviations(Path(listed))
    return Settings(names, menu, cases, seed, device=chosen.get("device", default.device), deviations=listed)


def menu_of(chosen: Mapping[str, Any]) -> Menu:
    """What options of these names put on the menu; what the note does not know brings the regime of kinks along."""
    from ...manual.activations import ACTIVATIONS
    from ...manual.costs import COSTS
    from ...manual.rounding.formats import FORMATS
    from ...reference.user_files import is_address
    from ..cases.generate import Menu
    from ..cases.regimes import EVERY_REGIME, KINK

    usual = Menu()
    dtypes = _among("dtype", chosen.get("dtype"), tuple(FORMATS), usual.dtypes)
    user_rows = [take_in(value) if is_address(value) else value for value in chosen.get("activation") or ()]
    costs = _among("cost", chosen.get("cost"), tuple(COSTS), usual.costs)
    activations = _among("activation", user_rows, tuple(ACTIVATIONS), usual.activations)
    wide = not {*costs, *activations} <= {*usual.costs, *usual.activations}
    regimes = (*usual.regimes, KINK.name) if wide else usual.regimes
    regimes = _among("regime", chosen.get("regime"), tuple(EVERY_REGIME), regimes)
    l2 = tuple(dict.fromkeys(map(float, chosen.get("l2") or usual.l2)))
    for value in l2:
        if not 0 <= value < math.inf:
            raise UsageError(f"l2 is {value}: λ is a finite number ≥ 0")
    return Menu(costs, activations, dtypes, regimes=regimes, l2=l2, weighted=chosen.get("weighted", False))


def take_in(path_and_name: str) -> str:
    """The name of a row that a file holds, taken in."""
    from ...reference import user_rows

    try:
        return user_rows.load(path_and_name)
    except (ValueError, ImportError) as error:
        raise UsageError(str(error)) from None


def _among(name: str, values: list[str] | None, legal: tuple[str, ...], usual: tuple[str, ...]) -> tuple[str, ...]:
    for value in values or ():
        if value not in (*legal, ALL):
            raise UsageError(f"unknown {name} {value!r}: choose from {', '.join(legal)}, or {ALL}")
    return legal if ALL in (values or ()) else tuple(dict.fromkeys(values or usual))
