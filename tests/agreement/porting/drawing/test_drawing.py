"""Both graphs where two programs part: what both have, what each computes, and a drawing that fits a phone."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backproof.agreement.porting.drawing import PartingGraph, drawn
from backproof.agreement.porting.drawing.graphs import MOST, DrawnNode
from backproof.agreement.porting.formats import as_html
from backproof.agreement.porting.port import judge_port
from backproof.agreement.porting.result import Port
from helpers.every import every

RNG = np.random.default_rng(0)
W, X = RNG.normal(size=(3, 4)).astype(np.float32), RNG.normal(size=(5, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def found() -> Port:
    of_second = lambda w, x: torch.softmax(x @ w, -1).square().sum()  # noqa: E731 - one line each
    mine = lambda w, x: jnp.square(jax.nn.softmax(x @ w, 0)).sum()  # noqa: E731
    return judge_port((of_second, (torch.tensor(W), torch.tensor(X))), (mine, (jnp.array(W), jnp.array(X))))


def test_both_graphs_lead_from_one_value_to_where_they_part(found: Port) -> None:
    for graph in found.partings[0].graphs:
        kinds = [node.kind for node in graph.nodes]
        assert kinds.count("parts") == 1
        assert {(n.letter, n.detail.split(",")[0]) for n in graph.nodes if n.kind == "shared"} == {("a", "5×4")}
        assert {"max over", "exp", "Σ", "divided by"} <= {n.label for n in graph.nodes}
        assert 0 < kinds.count("alone") < MOST
        (last,) = [k for k, kind in enumerate(kinds) if kind == "parts"]
        assert last not in {a for a, _ in graph.edges}
        assert {k for edge in graph.edges for k in edge} == set(range(len(graph.nodes)))


def test_the_page_draws_them_side_by_side(found: Port) -> None:
    page = as_html(found)
    assert page.count('<svg class="graph"') == 2
    assert "http" not in page.replace("http://www.w3.org", "")


def boxes(svg: str) -> list[Any]:
    return list(ElementTree.fromstring(svg).iter("rect"))


def test_nothing_lies_outside_and_no_boxes_meet() -> None:
    shared = tuple(DrawnNode(f"value {k}", "4×4", "shared", "abcdefg"[k]) for k in range(7))
    graph = PartingGraph((*shared, DrawnNode("plus", "4×4, line 3", "parts")), tuple((k, 7) for k in range(7)))
    svg = drawn(graph, "what <first> computes")
    root = ElementTree.fromstring(svg)
    assert root.findtext("title") == "what <first> computes"
    placed = [tuple(float(r.get(name, "nan")) for name in ("x", "y", "width", "height")) for r in boxes(svg)]
    assert len(placed) == 8
    assert every(x >= 0 and x + w <= float(root.get("width", "0")) for x, _, w, _ in placed)
    assert every(y + h <= float(root.get("height", "0")) for _, y, _, h in placed)
    apart = [
        x + w <= u or u + s <= x or y + h <= v or v + t <= y
        for k, (x, y, w, h) in enumerate(placed)
        for u, v, s, t in placed[:k]
    ]
    assert len(apart) == 28
    assert every(apart)


def test_long_names_are_cut() -> None:
    svg = drawn(PartingGraph((DrawnNode("a" * 80, "b" * 80, "parts"),), ()), "")
    assert every(len(t.text or "") < 26 for t in ElementTree.fromstring(svg).iter("text"))
