"""How a graph is executed: what is computed once, and what may be computed again for each use."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from ..graph import KERNEL, Node
from ..rows.products import PRODUCTS


class Execution(NamedTuple):
    """Nodes are put together in kernels. What a kernel leaves is one number for all that read it; what it computes

    inside may be computed again for each use, and be rounded otherwise.
    """

    kernel: Callable[[int, Node], Hashable]
    """A node's place and the node → its kernel; AGAIN where it may run again for each kernel that reads it."""


AGAIN = None


def _kernel(position: int, node: Node) -> Hashable:
    return node.tags.get(KERNEL, ("node", position))


def _fused(position: int, node: Node) -> Hashable:
    return position if node.primitive in PRODUCTS else AGAIN


OP_BY_OP = Execution(_kernel)
"""As it stands, an operation after the other: eager execution."""
COMPILED = Execution(_fused)
"""Products are computed once; compilers fuse what lies between them into each use."""
