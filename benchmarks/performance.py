"""docs/performance.md from what the benchmarks printed with --json.

python benchmarks/performance.py [RESULT.json …]   (default: every file in benchmarks/results)

A file is known by the keys of its rows. A benchmark adds itself by a row of SECTIONS.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from backproof.agreement.files import write_text

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
    picture: str | None = None
    """A file beside the page, which the benchmark draws with --picture."""


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


def _shares(rows: list[dict[str, Any]]) -> Columns:
    return {stage: partial(_share, stage) for stage in rows[0]["stages"]}


def _share(stage: str, row: dict[str, Any]) -> str:
    return f"{row['stages'][stage]:.0%}"


def _largest(row: dict[str, Any]) -> dict[str, Any]:
    point: dict[str, Any] = row["points"][max(row["points"], key=float)]
    return point


def stages(rows: list[dict[str, Any]]) -> str:
    """Where the time of each row went."""
    split = [{"stage": stage, "rows": rows} for stage in rows[0]["stages"]]
    columns: Columns = {"stage": lambda line: str(line["stage"])}
    for place, row in enumerate(rows):
        columns[f"{row['cases']:,} cases, s"] = partial(_of_stage, place)
    return "\n\n" + table(split, columns)


def _of_stage(place: int, line: dict[str, Any]) -> str:
    return format(line["rows"][place]["stages"][line["stage"]], ",.3g")


def by_workers(rows: list[dict[str, Any]]) -> str:
    """How many times as fast as one worker so many are."""
    rates = {int(n): at["rate"] for row in rows if row["axis"] == "workers" for n, at in row["points"].items()}
    if not rates:
        return ""
    lines = [{"workers": n, "rate": rate, "times": rate / rates[1]} for n, rate in rates.items()]
    columns = {"workers": figure("workers"), "cases/s": figure("rate"), "of one": figure("times", ".2f")}
    return "\n\n" + table(lines, columns)


SECTIONS = (
    Section(
        "gradcheck_fast_seconds",
        "benchmarks/peers.py",
        "Against gradcheck and check_grads",
        "The same float64 cases, all of numpy, torch and jax judged against the certified truth on one core; "
        "`torch.autograd.gradcheck` (slow, and fast mode) and `jax.test_util.check_grads` check one framework each. "
        "CPU seconds for all cases of a row; the ratio is slow gradcheck and check_grads over ours, with the extra "
        "`fast` (numba) and, last, by NumPy alone. The aims were 100, 500 and 2000. What holds it is split below: "
        "torch is asked a case at a time, and `bound and compare` certifies each backend's own steps besides.",
        {
            "parameters": figure("parameters", ","),
            "cases": figure("cases", ","),
            "certified cases/s": lambda row: f"{row['cases'] / row['seconds']:,.3g}",
            "ours, s": figure("seconds"),
            "gradcheck, s": figure("gradcheck_seconds"),
            "fast gradcheck, s": figure("gradcheck_fast_seconds"),
            "check_grads, s": figure("check_grads_seconds"),
            "ratio": figure("ratio", ",.0f"),
            "by NumPy, s": lambda row: format(row.get("plain_seconds", row["seconds"]), ",.3g"),
            "its ratio": lambda row: format(row.get("plain_ratio", row["ratio"]), ",.0f"),
        },
        lambda rows: "\n\n" + table(rows, {"parameters": figure("parameters", ","), **_shares(rows)}),
    ),
    Section(
        "framework_seconds",
        "benchmarks/overhead.py",
        "Against the frameworks' own time",
        "A sweep's packs, every one of another architecture, against one vmapped call for each pack in jax (compiled, "
        "as a new architecture must be) and torch, written apart from the project's adapters. CPU seconds. The aim was "
        "1.5. A sweep of 100,000 has 72 cases to a pack; one of a million has 244: a case is cheaper there, as less is "
        "compiled for it. A sweep asks torch by torch.vmap.",
        {
            "packs": figure("packs", ","),
            "cases": figure("cases", ","),
            "ours, s": figure("seconds"),
            "the frameworks alone, s": figure("framework_seconds"),
            "ratio": figure("ratio", ".2f"),
        },
        stages,
    ),
    Section(
        "first_answer",
        "benchmarks/default_check.py",
        "A default check",
        "`backproof check` as it is, on two cores, in a process of its own: seconds on the clock until the first pack "
        "is judged under every backend and until the command ends, and of the processor in all. `cold` has nothing in "
        "the user's cache folder, `warm` what an earlier run left there. The aims were 5 and 25 s.",
        {
            "caches": lambda row: str(row["caches"]),
            "first answer, s": figure("first_answer", ".1f"),
            "whole, s": figure("whole", ".1f"),
            "processor, s": figure("processor", ".1f"),
            "entries": figure("entries", ","),
        },
    ),
    Section(
        "exponent",
        "benchmarks/scaling.py",
        "Growth",
        "The slope of log time against log size over the last two decades of an axis: below them the time is that of "
        "a call. Without the truth: gradients by hand and "
        "the bound of every entry. MiB: beyond the interpreter and the case. Workers judge the first units of a sweep "
        "of a million, each on a core of its own; −1 would be all of it.",
        {
            "axis": lambda row: str(row["axis"]),
            "truth": lambda row: "with" if row["truth"] else "without",
            "exponent": figure("exponent", ".2f"),
            "from": lambda row: f"{min(map(float, row['points'])):,.0f}",
            "to": lambda row: f"{max(map(float, row['points'])):,.0f}",
            "largest, s": lambda row: f"{_largest(row)['seconds']:,.3g}",
            "largest, MiB": lambda row: f"{_largest(row).get('bytes', float('nan')) / 2**20:,.0f}".replace("nan", "–"),
        },
        by_workers,
        picture="scaling.svg",
    ),
    Section(
        "judge_seconds",
        "benchmarks/large.py",
        "Large networks",
        "Batch 32, every entry of every quantity certified (none drawn by lot) and judged end to end and in one step. "
        "CPU seconds on one core: the truth with its bounds, the backend's own answer, judging it. Undetermined are "
        "the gradients of a rectifier whose input is nearer to 0 than rounding.",
        {
            "network": lambda row: str(row["network"]),
            "parameters": figure("parameters", ","),
            "dtype": lambda row: str(row["dtype"]),
            "backend": lambda row: str(row["backend"]),
            "truth, s": figure("truth_seconds", ".2f"),
            "answer, s": figure("ask_seconds", ".2f"),
            "judging, s": figure("judge_seconds", ".2f"),
            "entries": figure("entries", ","),
            "wrong": figure("wrong", ","),
            "undetermined": figure("undetermined", ","),
        },
    ),
    Section(
        "kills",
        "benchmarks/kills.py",
        "Killed and resumed",
        "A sweep under numpy, torch and jax, its parent and its workers killed (SIGKILL) at random moments and "
        "resumed, against one left alone: is the record the same?",
        {
            "cases": figure("cases", ","),
            "entries": figure("entries", ","),
            "wrong": figure("wrong", ","),
            "parents killed": figure("parent", ","),
            "workers killed": figure("worker", ","),
            "identical": lambda row: "yes" if row["identical"] else "no",
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
        picture="sensitivity.svg",
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
            body += f"\n\n![{known.title}]({known.picture})" if known.picture else ""
            return f"## {known.title}\n\n{known.text}\n\n{body}\n\n*`python {known.command}` on {machine}.*\n"
    raise ValueError(f"no benchmark has rows of {', '.join(rows[0])}")


def page(results: list[dict[str, Any]]) -> str:
    """The whole page, in the order of SECTIONS."""
    keys = [known.key for known in SECTIONS]
    ordered = sorted(results, key=lambda result: min(keys.index(key) for key in keys if key in result["rows"][0]))
    return "\n".join([HEAD, *map(section, ordered)])


def main() -> None:
    """Read the results named, write the page."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("results", type=Path, nargs="*", metavar="RESULT.json", help="default: those of results/")
    files = parser.parse_args().results or sorted(RESULTS.glob("*.json"))
    write_text(PAGE, page([json.loads(file.read_text("utf-8")) for file in files]))


if __name__ == "__main__":
    main()
