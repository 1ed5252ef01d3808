"""The registry of primitives: every row by name, a file a family."""

from __future__ import annotations

from ..graph import Node, Unsupported
from ..primitive import Primitive
from . import binary, elementwise, factors, indexing, linear, products, reductions, selection, shaping, special, windows

FAMILIES = {
    "elementwise": elementwise.ROWS,
    "binary": binary.ROWS,
    "reductions": reductions.ROWS,
    "products": products.ROWS,
    "linear": linear.ROWS,
    "factors": factors.ROWS,
    "special": special.ROWS,
    "windows": windows.ROWS,
    "shaping": shaping.ROWS,
    "indexing": indexing.ROWS,
    "selection": selection.ROWS,
}
PRIMITIVES: dict[str, Primitive] = {row.name: row for rows in FAMILIES.values() for row in rows}


def row_of(node: Node) -> Primitive:
    """The row of a node's primitive; raises Unsupported with the user's line."""
    if node.primitive not in PRIMITIVES:
        raise Unsupported(f"no row for the primitive {node}")
    return PRIMITIVES[node.primitive]
