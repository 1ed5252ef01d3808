"""The rows: what a convention is called, its text, and the function that tells it where two programs part."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from ....reference.graph.graph import SourceLine
from ..grafts import Site
from . import attention, ends, formulas, layout, numbers, operands, running, terms
from .place import PartingPlace, Told

Tell = Callable[[PartingPlace], Told | None]

TELL: Mapping[str, Tell] = {
    "rounded-constant": numbers.rounded_constant,
    "gelu": formulas.gelu,
    "mask-order": attention.mask_order,
    "query-key": attention.query_key,
    "attention-scale": numbers.attention_scale,
    "embedding-scale": numbers.embedding_scale,
    "window-edge": ends.window_edge,
    "momentum": running.momentum,
    "variance": running.variance,
    "mask-value": numbers.mask_value,
    "epsilon": numbers.epsilon,
    "leaky-slope": numbers.slope,
    "epsilon-and-variance": numbers.both_epsilon_and_variance,
    "epsilon-place": formulas.epsilon_place,
    "gate-order": layout.gate_order,
    "norm-centre": formulas.norm_centre,
    "softplus-threshold": ends.softplus_threshold,
    "activation": formulas.activation,
    "positions": terms.positions,
    "softmax-axis": formulas.softmax_axis,
    "norm-axes": formulas.norm_axes,
    "padding": terms.padding,
    "kernel-flip": layout.kernel_flip,
    "kernel-axes": layout.kernel_axes,
    "transposed-weight": layout.transposed,
    "flatten-order": layout.flatten_order,
    "heads": layout.heads,
    "gru-update": layout.gru_update,
    "gru-reset": layout.gru_reset,
    "operand": operands.operand,
    "causal-mask": formulas.causal_mask,
    "softmax-twice": formulas.softmax_twice,
    "bias": terms.bias,
    "align-corners": terms.align_corners,
    "label-smoothing": terms.label_smoothing,
    "reduction": numbers.reduction,
    "axes": layout.axes,
    "constant": numbers.constant,
    "factor": numbers.factor,
}
"""In the order in which they are tried: the particular before the general."""
GENERAL = frozenset(("axes", "constant", "factor", "reduction"))
"""Names that say what differs, not why."""
HARMLESS = frozenset(("rounded-constant",))
"""Said, and no failure."""


@dataclass(frozen=True)
class PortConvention:
    """One row. `first` and `second` are the smallest pair that shows it, each a file with a function `step`."""

    id: str
    title: str
    about: str
    mend: str
    first: str
    second: str
    tell: Tell


class NamedConvention(NamedTuple):
    """A convention told at a site: what each side does, and where."""

    convention: PortConvention
    first: str
    second: str
    lines: tuple[SourceLine | None, SourceLine | None]
    here: bool
    """Whether the site's own values are told, not values near it."""
    of: str
    """The parameter that it is about, at however many lines; empty where each line is a cause of its own."""

    @property
    def what(self) -> str:
        """The convention's id."""
        return self.convention.id

    @property
    def said(self) -> tuple[str, str]:
        """What each side does."""
        return self.first, self.second

    @property
    def general(self) -> bool:
        """Whether a particular name is better."""
        return self.convention.id in GENERAL

    @property
    def harmless(self) -> bool:
        """Whether it is rounding, and no other function."""
        return self.convention.id in HARMLESS


def _read() -> dict[str, PortConvention]:
    text = tomllib.loads(files(__package__).joinpath("conventions.toml").read_text(encoding="utf-8"))
    return {name: PortConvention(name, **text[name], tell=tell) for name, tell in TELL.items()}


CONVENTIONS: Mapping[str, PortConvention] = _read()


def named(site: Site) -> NamedConvention | None:
    """The first convention that explains both sides' values at a site, to every digit."""
    place = PartingPlace(site)
    for convention in CONVENTIONS.values():
        told = convention.tell(place)
        if told is not None:
            of_first, of_second = told.lines or (place.first.source, place.second.source)
            lines = site.lines
            return NamedConvention(
                convention, told.first, told.second, (of_first or lines[0], of_second or lines[1]), told.here, told.of
            )
    return None
