"""The cases that stand whole in a record: of a gradient, or with a direction of a Hessian-vector product."""

from __future__ import annotations

from typing import Any

from ...manual.case import Case
from ..cases import case_json, product_json
from ..cases.product_json import DirectedCase

READERS = {case_json.SCHEMA: case_json.from_json, product_json.SCHEMA: product_json.from_json}
"""By schema."""


def as_json(case: Case) -> dict[str, Any]:
    """The document of a case of either kind."""
    return product_json.as_json(case) if isinstance(case, DirectedCase) else case_json.as_json(case)


def from_json(document: Any) -> Case:
    """The case of a document of either kind; UsageError naming the part that is wrong."""
    schema = document.get("schema") if isinstance(document, dict) else None
    return READERS.get(str(schema), case_json.from_json)(document)
