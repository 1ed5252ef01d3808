"""The structure of a case's document; what the numbers must be, Case says."""

from __future__ import annotations

from msgspec import Struct

Number = float | str
"""A plain number or a hex float."""
Vector = list[Number]
Matrix = list[Vector]


class ArchitectureDocument(Struct, forbid_unknown_fields=True):
    """As `case_json.as_json` writes it; the last two only where they say something."""

    widths: list[int]
    activations: list[str]
    cost: str
    reduction: str
    l2: Number = 0.0
    weighted: bool = False


class CaseDocument(Struct, forbid_unknown_fields=True):
    """weights[l−1] is W^l, (n_l, n_{l−1}); biases[l−1] is b^l, (n_l,); x is (n_0, m), y (n_L, m)."""

    schema: str
    architecture: ArchitectureDocument
    dtype: str
    weights: list[Matrix]
    biases: list[Vector]
    x: Matrix
    y: Matrix
    example_weights: Vector | None = None


class DirectionDocument(Struct, forbid_unknown_fields=True):
    """A direction in the parameters of a case, in the shapes of its weights and biases."""

    weights: list[Matrix]
    biases: list[Vector]


class ProductDocument(Struct, forbid_unknown_fields=True):
    """A case and the direction of its Hessian-vector product."""

    schema: str
    case: CaseDocument
    direction: DirectionDocument
