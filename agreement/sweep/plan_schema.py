"""The structure of a plan, as a journal holds it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from ..documents import checked, loaded
from ..field_types import Name


class Given(Struct):
    """The settings that were asked for."""

    backend: list[Name]
    dtype: list[Name]
    cost: list[Name]
    activation: list[Name]
    regime: list[Name]
    cases: Annotated[int, Meta(ge=1, le=10**12)]
    seed: Annotated[int, Meta(ge=0)]
    l2: list[float] | None = None
    weighted: bool = False


class PlanDocument(Struct, forbid_unknown_fields=True):
    """The whole."""

    schema: str
    given: Given
    versions: dict[Name, Name]
    libraries: dict[Name, Name | None]
    rows: list[Name]
    files: dict[Name, Name]


def plan_document(text: str) -> dict[str, Any]:
    """The document of a plan's text; UsageError where it is none."""
    document: dict[str, Any] = loaded(text)
    _ = checked(document, PlanDocument, "the plan")
    return document
