"""The widths that a program writes out, made small: what it computes is the same, and told apart in a moment."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

LARGE = 20
"""A width that is made small."""
SMALL = (13, 11, 9, 8, 7, 6, 5)


def smaller(widths: Sequence[int]) -> dict[int, int]:
    """A small number for every large width, no two alike, none one more than another that is kept."""
    kept = {width for width in widths if width <= LARGE}
    free = [n for n in SMALL if not kept & {n - 1, n, n + 1}]
    large = dict.fromkeys(width for width in widths if width > LARGE)
    return dict(zip(large, free, strict=False)) if len(large) <= len(free) else {}


def _whole(node: ast.BinOp) -> int:
    """The product of two integers that are written out, or a square; 0 for anything else."""
    match node:
        case ast.BinOp(ast.Constant(int(a)), ast.Mult(), ast.Constant(int(b))):
            return a * b
        case ast.BinOp(ast.Constant(int(a)), ast.Pow(), ast.Constant(2)):
            return a * a
    return 0


class _Resizing(ast.NodeTransformer):
    """Every integer that is one of the widths, and every product of two that is, as its small number."""

    def __init__(self, sizes: Mapping[int, int]) -> None:
        self.sizes = sizes

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if type(node.value) is int and node.value in self.sizes:
            return ast.copy_location(ast.Constant(self.sizes[node.value]), node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        whole = _whole(node)
        if whole in self.sizes:
            return ast.copy_location(ast.Constant(self.sizes[whole]), node)
        return self.generic_visit(node)


def resized(tree: ast.Module, sizes: Mapping[int, int]) -> ast.Module:
    """The tree with its large widths written small."""
    made: ast.Module = _Resizing(sizes).visit(tree)
    return ast.fix_missing_locations(made)
