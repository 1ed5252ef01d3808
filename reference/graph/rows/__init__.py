"""The registry of primitives: every row by name, a file a family."""

from __future__ import annotations

from ..graph import Node, Unsupported
from ..primitive import Primitive

PRIMITIVES: dict[str, Primitive] = {}


def row_of(node: Node) -> Primitive:
    """The row of a node's primitive; raises Unsupported with the user's line."""
    if node.primitive not in PRIMITIVES:
        raise Unsupported(f"no row for the primitive {node}")
    return PRIMITIVES[node.primitive]
