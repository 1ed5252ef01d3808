"""Activations of a user's own: a whole row in one class, which is a row of manual/ and says two things more.

`ball` is its twin in ball arithmetic, `libraries` names each library's own function
("torch.nn.functional:celu", or a function of one array). Nothing is imported before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Any

from flint import arb, ctx

from ..manual.activations import ACTIVATIONS, Elementwise
from . import user_files
from .truth import balls

Function = Callable[[Any], Any]
_libraries: dict[str, Mapping[str, str | Function]] = {}
_addresses: dict[str, str] = {}
BITS, STEP = 512, 2.0**-100
POINTS = (-30.0, -3.25, -0.625, -0.0625, 0.1875, 0.875, 4.5, 20.0)
"""Where the twin's slope is held against a difference of its values."""


class Functions(Mapping[str, Function]):
    """What users' rows say that one library calls them."""

    def __init__(self, library: str) -> None:
        self._library = library

    def __getitem__(self, name: str) -> Function:
        found = _libraries[name][self._library]
        return resolve_name(found) if isinstance(found, str) else found

    def __iter__(self) -> Iterator[str]:
        return (name for name, said in _libraries.items() if self._library in said)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def load(path_and_name: str) -> str:
    """Take in the row `Name` of `path/to/file.py:Name`; its name. ValueError where there is no such row."""
    name = register(user_files.instance(path_and_name, "an activation"))
    _addresses[name] = path_and_name
    return name


def addresses(names: Iterable[str]) -> dict[str, str]:
    """The `path/to/file.py:Name` of each of these that is a row from a file."""
    return {name: _addresses[name] for name in names if name in _addresses}


def register(row: Any) -> str:
    """Take in a row; its name. ValueError where it is no whole row, or its twin contradicts itself."""
    if not isinstance(row, Elementwise):
        raise ValueError(f"{row!r} is no activation: a row of backproof.manual.activations is needed, such as Shaped")
    missing = [part for part in ("name", "ball", "libraries") if not hasattr(row, part)]
    if missing:
        raise ValueError(f"activation {type(row).__name__} has no {', '.join(missing)}")
    if row.name in ACTIVATIONS:
        raise ValueError(f"there is an activation {row.name!r} already")
    whole: Any = row
    _check_ball(whole.name, whole.ball)
    ACTIVATIONS[row.name], balls.ACTIVATIONS[row.name], _libraries[row.name] = row, whole.ball, whole.libraries
    return row.name


def _check_ball(name: str, ball: balls.BallActivation) -> None:
    """The twin's slope is that of its value, away from kinks: (σ(z + h) − σ(z − h))/2h in 512 bits."""
    with ctx.workprec(BITS):
        for z in POINTS:
            high, low = (ball.value([arb(z) + sign * arb(STEP)])[0] for sign in (1, -1))
            slope, quotient = ball.pull([arb(z)], [arb(1)])[0], (high - low) / (2 * arb(STEP))
            if not abs(slope - quotient) <= 2.0**-50 * (1 + abs(slope)):
                said, found = slope.str(8, radius=False), quotient.str(8, radius=False)
                raise ValueError(f"the ball of {name!r} has slope {said} at {z}, where its values rise by {found}")


@contextmanager
def lasting() -> Iterator[None]:
    """What is taken in inside is forgotten afterwards."""
    before = set(_libraries)
    try:
        yield
    finally:
        for name in set(_libraries) - before:
            del ACTIVATIONS[name], balls.ACTIVATIONS[name], _libraries[name]
            _addresses.pop(name, None)
