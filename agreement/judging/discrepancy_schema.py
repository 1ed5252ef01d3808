"""The structure of a wrong entry's document."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from ..cases.layouts import CONTIGUOUS, LAYOUTS
from ..field_types import CaseId, HexFloat, HexMagnitude, Name
from .discrepancy import GRADIENTS

Layout = Annotated[str, Meta(pattern=f"^({'|'.join(LAYOUTS)})$")]


class DisagreementRow(Struct):
    """One wrong entry."""

    backend: Name
    quantity: Name
    layer: Annotated[int, Meta(ge=1, le=10**6)]
    index: list[Annotated[int, Meta(ge=0, lt=2**31)]]
    got: HexFloat
    truth: HexFloat
    bound: HexMagnitude
    ratio: HexFloat
    judgement: Name
    architecture: Name
    dtype: Name
    regime: Name
    case: CaseId
    judged: Name = GRADIENTS
    layout: Layout = CONTIGUOUS
