"""Parameters of jax's primitives as plain Python: no class of jax's stands in a Graph."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

DROPPED = (
    "sharding", "out_sharding", "precision", "preferred_element_type", "weak_type", "jaxpr", "is_stable",
    "unique_indices", "indices_are_sorted", "dimensions_are_sorted", "update_jaxpr", "update_consts", "accuracy",
    "operand", "algorithm", "name",
)  # fmt: skip
DTYPES = ("new_dtype", "dtype", "index_dtype")


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the rows read of an equation's parameters."""
    return {name: _plain(name, value) for name, value in params.items() if name not in DROPPED}


def _plain(name: str, value: Any) -> Any:
    if name in DTYPES:
        return str(value)
    if name == "select_prim":
        return value.name
    if isinstance(value, Enum):
        return value.name.lower() if name == "mode" else int(value.value)
    if hasattr(value, "lhs_spec"):
        return (tuple(value.lhs_spec), tuple(value.rhs_spec), tuple(value.out_spec))
    if hasattr(value, "_asdict"):
        return value._asdict()
    if hasattr(value, "__dataclass_fields__"):
        return {field: getattr(value, field) for field in value.__dataclass_fields__}
    return value
