"""docs/performance.md is what the command makes of the results that are kept beside the benchmarks."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def performance() -> ModuleType:
    return benchmark("performance")


def benchmark(name: str) -> ModuleType:
    """A program of benchmarks/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
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
    overhead = {"packs": 2, "cases": 144, "seconds": 3.0, "framework_seconds": 2.0, "ratio": 1.5}
    overhead |= {"stages": {"draw": 0.25}}
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


def test_growth_is_that_of_the_last_two_decades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    scaling = benchmark("scaling")
    flat_then_square = {10.0**k: {"seconds": 1.0 if k < 4 else 100.0 ** (k - 4)} for k in range(2, 8)}
    assert scaling.exponent({size: one for size, one in flat_then_square.items() if size >= 1e5}) == pytest.approx(2)
    assert scaling.exponent(flat_then_square) == pytest.approx(2)


def test_the_picture_of_growth_is_drawn_from_the_results_and_follows_the_reader_s_scheme(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    stored = json.loads((ROOT / "benchmarks" / "results" / "scaling.json").read_text("utf-8"))
    benchmark("scaling").picture(stored["rows"], tmp_path / "scaling.svg")
    drawn = (tmp_path / "scaling.svg").read_text("utf-8")
    assert drawn == (ROOT / "docs" / "scaling.svg").read_text("utf-8")
    for name in ("scaling", "sensitivity"):
        picture = (ROOT / "docs" / f"{name}.svg").read_text("utf-8")
        assert "@media (prefers-color-scheme: dark)" in picture
        assert not re.findall(r"(?:fill|stroke): #", picture)
