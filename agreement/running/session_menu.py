"""What the options of a test session make of the cases that one check draws: they are honoured, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..cases.generate import Menu
from ..errors import UsageError
from .options import menu_of


def open_menu(options: Mapping[str, Any], l2: float, weighted: bool) -> Menu:
    """What is drawn for a backend that takes any network; the check's own L2 term and weights win."""
    optioned = {**({"l2": [l2]} if l2 else {}), **({"weighted": True} if weighted else {})}
    return menu_of({**options, **optioned})


def settled_menu(menu: Menu, options: Mapping[str, Any], what: str, dtypes: tuple[str, ...]) -> Menu:
    """The menu of networks that are settled, in the regimes and those of these dtypes that the options name.

    Raises UsageError where the options name none of `dtypes`, or costs and activations that are not this menu's.
    """
    requested = menu_of(options)
    network = menu.architecture
    costs = (network.cost,) if network else menu.costs
    activations = set(network.activations) if network else {*menu.activations, menu.output or ""} - {""}
    for name, there, wanted in (
        ("cost", {*costs}, requested.costs),
        ("activation", activations, requested.activations),
    ):
        if options.get(name) and not there <= {*wanted}:
            raise UsageError(f"{what} is judged on {', '.join(sorted(there))}: {name} {', '.join(wanted)} is asked for")
    chosen = tuple(dtype for dtype in requested.dtypes if dtype in dtypes) if options.get("dtype") else menu.dtypes
    if not chosen:
        raise UsageError(f"{what} is judged in {', '.join(dtypes)}: dtype {', '.join(requested.dtypes)} is asked for")
    return replace(menu, dtypes=chosen, regimes=requested.regimes if options.get("regime") else menu.regimes)
