"""docs/performance.md from what the benchmarks printed with --json.

python benchmarks/performance.py [RESULT.json …]   (default: every file in benchmarks/results)

A file is known by the keys of its rows. A benchmark adds itself by a row of SECTIONS.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from backproof.agreement.casefile import write_text

ROOT = Path(__file__).parents[1]
PAGE, RESULTS = ROOT / "docs" / "performance.md", Path(__file__).parent / "results"
HEAD = """# Performance

Measured, and written by `python benchmarks/performance.py` from what the benchmarks print.
"""
Columns = dict[str, Callable[[dict[str, Any]], str]]


class Section(NamedTuple):
    """A benchmark on the page: a key that only its rows have, what it measures, and its table."""

    key: str
    command: str
    title: str
    text: str
    columns: Columns
    after: Callable[[list[dict[str, Any]]], str] = lambda rows: ""


def figure(key: str, form: str = ",.3g") -> Callable[[dict[str, Any]], str]:
    """A number of a row."""
    return lambda row: format(row[key], form)


def seen(key: str) -> Callable[[dict[str, Any]], str]:
    """An error, or that even the largest one was missed."""
    return lambda row: "never" if row[key] is None else format(row[key], ".1e")


def table(rows: list[dict[str, Any]], columns: Columns) -> str:
    """Rows in Markdown."""
    lines = [list(columns), ["---:"] * len(columns), *([cell(row) for cell in columns.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def stages(rows: list[dict[str, Any]]) -> str:
    """Where the time of each row went."""
    split = [{"stage": stage, "spent": spent} for row in rows for stage, spent in row["stages"].items()]
    return "\n\n" + table(split, {"stage": lambda row: str(row["stage"]), "s": figure("spent")})


SECTIONS = (
    Section(
        "gradcheck_fast_seconds",
        "benchmarks/peers.py",
        "Against gradcheck and check_grads",
        "The same float64 cases, all of numpy, torch and jax judged against the certified truth on one core; "
        "`torch.autograd.gradcheck` (slow, and fast mode) and `jax.test_util.check_grads` check one framework each. "
        "CPU seconds for all cases of a row; the ratio is slow gradcheck and check_grads over ours. "
        "The aims were 50, 200 and 1000. At 250 parameters the profile says what holds the ratio: a sixth of our time "
        "is torch, asked a case at a time; a third certifies (the truth, and each backend's steps); a fifth bounds and "
        "compares; the rest counts.",
        {
            "parameters": figure("parameters", ","),
            "cases": figure("cases", ","),
            "certified cases/s": lambda row: f"{row['cases'] / row['seconds']:,.3g}",
            "ours, s": figure("seconds"),
            "gradcheck, s": figure("gradcheck_seconds"),
            "fast gradcheck, s": figure("gradcheck_fast_seconds"),
            "check_grads, s": figure("check_grads_seconds"),
            "ratio": figure("ratio", ",.0f"),
        },
    ),
    Section(
        "framework_seconds",
        "benchmarks/overhead.py",
        "Against the frameworks' own time",
        "A sweep's packs of 72 cases, every one of another architecture, against one vmapped call for each pack in jax "
        "(compiled, as a new architecture must be) and torch, written apart from the project's adapters. CPU seconds.",
        {
            "ours, s": figure("seconds"),
            "the frameworks alone, s": figure("framework_seconds"),
            "ratio": figure("ratio", ".2f"),
        },
        stages,
    ),
    Section(
        "exponent",
        "benchmarks/scaling.py",
        "Growth",
        "The slope of log time against log size; without the truth: gradients by hand and the bound of every entry.",
        {
            "axis": lambda row: str(row["axis"]),
            "truth": lambda row: "with" if row["truth"] else "without",
            "exponent": figure("exponent", ".2f"),
            "from": lambda row: f"{min(map(float, row['points'])):,.0f}",
            "to": lambda row: f"{max(map(float, row['points'])):,.0f}",
        },
    ),
    Section(
        "ninety_nine",
        "benchmarks/sensitivity.py",
        "The smallest error that is seen",
        "The relative error of one entry of ∂C/∂W that a method sees in half and in 99 % of calm float64 networks.",
        {
            "method": lambda row: str(row["method"]),
            "half": seen("half"),
            "99 %": seen("ninety_nine"),
            "false alarms": figure("false_alarms", ","),
        },
    ),
)


def section(result: dict[str, Any]) -> str:
    """What a result says, under the heading of its benchmark; ValueError where none is known."""
    rows, where = result["rows"], result["environment"]
    for known in SECTIONS:
        if known.key in rows[0]:
            machine = f"{where['cpu']}, Python {where['python']}, NumPy {where['numpy']}, torch {where['torch']}, "
            machine += f"jax {where['jax']}; threads {where['threads']}"
            body = table(rows, known.columns) + known.after(rows)
            return f"## {known.title}\n\n{known.text}\n\n{body}\n\n*`python {known.command}` on {machine}.*\n"
    raise ValueError(f"no benchmark has rows of {', '.join(rows[0])}")


def page(results: list[dict[str, Any]]) -> str:
    """The whole page, in the order of SECTIONS."""
    keys = [known.key for known in SECTIONS]
    ordered = sorted(results, key=lambda result: min(keys.index(key) for key in keys if key in result["rows"][0]))
    return "\n".join([HEAD, *map(section, ordered)])


def main() -> None:
    """Read the results named, write the page."""
    files = [Path(name) for name in sys.argv[1:]] or sorted(RESULTS.glob("*.json"))
    write_text(PAGE, page([json.loads(file.read_text("utf-8")) for file in files]))


if __name__ == "__main__":
    main()
