"""docs/performance.md is what the command makes of the results that are kept beside the benchmarks."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def performance() -> ModuleType:
    spec = importlib.util.spec_from_file_location("performance", ROOT / "benchmarks" / "performance.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_made_of_the_results(performance: ModuleType) -> None:
    results = [json.loads(file.read_text("utf-8")) for file in sorted((ROOT / "benchmarks" / "results").glob("*.json"))]
    assert results
    assert (ROOT / "docs" / "performance.md").read_text("utf-8") == performance.page(results)


def test_rows_are_known_by_their_keys_in_the_order_of_the_page(performance: ModuleType) -> None:
    where = dict.fromkeys(("cpu", "python", "numpy", "torch", "jax", "threads"), "?")
    peers = {"parameters": 254, "cases": 2, "seconds": 0.5, "gradcheck_seconds": 9.0, "gradcheck_fast_seconds": 1.0}
    peers |= {"check_grads_seconds": 1.0, "ratio": 20.0, "stages": {"ask torch": 0.75, "count": 0.25}}
    overhead = {"seconds": 3.0, "framework_seconds": 2.0, "ratio": 1.5, "stages": {"draw": 0.25}}
    growth = {"axis": "parameters", "truth": True, "exponent": 1.016, "points": {}}
    growth["points"] = {"100": {"seconds": 0.25, "bytes": 2**20}, "10000": {"seconds": 4.0, "bytes": 3 * 2**20}}
    sharp = {"method": "gradcheck", "half": 1e-2, "ninety_nine": None, "false_alarms": 0}
    page = performance.page([{"environment": where, "rows": [row]} for row in (sharp, growth, overhead, peers)])
    assert page.index("gradcheck and check_grads") < page.index("own time")
    assert "| 254 | 2 | 4 | 0.5 | 9 | 1 | 1 | 20 |" in page
    assert "| draw | 0.25 |" in page
    assert "| 254 | 75% | 25% |" in page
    assert "| parameters | with | 1.02 | 100 | 10,000 | 4 | 3 |" in page
    assert "![Growth](scaling.svg)" in page
    assert "| gradcheck | 1.0e-02 | never | 0 |" in page
    with pytest.raises(ValueError, match="no benchmark has rows of speed"):
        performance.section({"environment": where, "rows": [{"speed": 1}]})
