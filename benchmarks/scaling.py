"""How time and memory grow with parameters, batch, depth, cases and workers.

    python benchmarks/scaling.py [--axis A]… [--largest N] [--truth-to N] [--json] [--picture FILE.svg]
    python benchmarks/scaling.py --of RESULT.json --picture FILE.svg

Every point is a process of its own with one thread a library. Without the truth: the gradients by hand
and the bound of every entry. With it: the certified truth and the verdicts, too. `exponent` is the slope
of log time against log size over the last two decades of the axis (of workers, of log rate). --of takes the
points of an earlier --json instead of measuring, as for another picture. Peak memory is what
the resident set grew by beyond the interpreter and the case itself (Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from backproof.agreement.cases import generate
from backproof.agreement.judging.backends import load_all
from backproof.agreement.judging.judge import Judge
from backproof.agreement.running.check import Settings
from backproof.agreement.sweep.jobs import JudgeJob as Job
from backproof.agreement.sweep.plan import Plan, versions_of
from backproof.agreement.sweep.pool import Pool
from backproof.agreement.sweep.units import units
from backproof.agreement.sweep.worker_process import MALLOC_THRESHOLDS
from backproof.manual import Architecture, Pack, backprop
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.reference import registry
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from drawing import drawn, looks
from pinned import about, pinned

LAST, A_MILLION = 10**2, 10**6
REPEATS, LEAST_SECONDS = 5, 0.2


def square(parameters: int, depth: int = 3) -> tuple[int, ...]:
    """Widths of about so many parameters, all equal."""
    return (round((parameters / depth) ** 0.5),) * (depth + 1)


def axes(largest: int) -> dict[str, dict[int, dict[str, Any]]]:
    """For each axis the points: widths, examples and cases."""
    ten = [10**k for k in range(2, 8) if 10**k <= largest]
    return {
        "parameters": {sum(n * (n + 1) for n in square(p)[1:]): {"widths": square(p)} for p in ten},
        "batch": {m: {"widths": square(10**4), "examples": m} for m in (4, 16, 64, 256)},
        "depth": {depth: {"widths": (32,) * (depth + 1)} for depth in (2, 4, 8, 16, 32)},
        "cases": {k: {"widths": square(10**3), "cases": k} for k in (4, 16, 64, 256)},
    }


def work(widths: tuple[int, ...], truth: bool, examples: int = 4, cases: int = 1) -> dict[str, float]:
    """Seconds (median, least, most) and bytes of one point, measured here."""
    of = Architecture(tuple(widths), ("tanh",) * (len(widths) - 2) + ("sigmoid",), "quadratic", "mean")
    rng = np.random.default_rng(0)
    pack = Pack.of([generate.case(rng, of, "float64", "calm", examples) for _ in range(cases)])
    before, seconds = _peak_of_a_new_process(), []
    while len(seconds) < REPEATS and (not seconds or sum(seconds) < REPEATS * LEAST_SECONDS or len(seconds) < 3):
        started = time.perf_counter()
        _judged(pack) if truth else _bounded(pack)
        seconds.append(time.perf_counter() - started)
    middle = statistics.median(seconds)
    return {"seconds": middle, "least": min(seconds), "most": max(seconds), "bytes": _peak() - before}


def _bounded(pack: Pack) -> None:
    backprop(pack)
    rounding.end_to_end(pack, Arithmetic("float64"), STABLE)


def _judged(pack: Pack) -> None:
    Judge(pack).findings(MANUAL, MANUAL.gradients(pack))


def _peak_of_a_new_process() -> int:
    """Bytes that are resident now, from which the peak is counted anew."""
    Path("/proc/self/clear_refs").write_text("5", "utf-8")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(key)).split()[1])


def point(truth: bool, **said: Any) -> dict[str, Any]:
    """The same in a process of its own."""
    words = [sys.executable, __file__, "--point", json.dumps({"truth": truth, **said})]
    # Memory kept from drawing the case would hide what the work itself takes.
    plain = {name: value for name, value in os.environ.items() if name not in MALLOC_THRESHOLDS}
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True, env=plain).stdout)


def by_workers(first: int) -> dict[int, dict[str, Any]]:
    """Cases per second of a pool on as many cores as workers, from when every worker has answered once:
    the first units of a sweep of a million.

    A worker that had all cores would put the others to use, too: XLA compiles in several threads.
    """
    settings, cores = Settings(registry.SWEPT, cases=A_MILLION), sorted(os.sched_getaffinity(0))
    versions = versions_of(load_all(settings.backends)[0])
    jobs = [(unit.cases, Job(unit.pieces, (0, 1, 2))) for unit in units(settings)[:first]]
    found = {}
    for workers in (1, 2):
        os.sched_setaffinity(0, cores[:workers])
        with closing(Pool(Plan(settings, versions).text, workers, 600.0)) as pool:
            arrivals = [(time.perf_counter(), done) for done, _ in pool.answers(jobs)]
        warm = arrivals[workers - 1][0]
        rate = sum(done for _, done in arrivals[workers:]) / (arrivals[-1][0] - warm)
        found[workers] = {"seconds": sum(done for _, done in arrivals) / rate, "rate": rate}
    os.sched_setaffinity(0, cores)
    return found


def last_sizes(points: Mapping[float, dict[str, Any]]) -> list[float]:
    """The sizes of the last two decades."""
    return [size for size in points if size >= max(points) / LAST * 0.9]


def exponent(points: Mapping[float, dict[str, Any]]) -> float:
    """The slope of log seconds against log size over the last decades: below them a call costs what it costs."""
    fitted = {size: points[size]["seconds"] for size in last_sizes(points)}
    return float(np.polyfit(np.log(list(fitted)), np.log(list(fitted.values())), 1)[0])


def rows(given: argparse.Namespace) -> list[dict[str, Any]]:
    """A row for each axis, without and with the truth."""
    found = []
    for axis, sizes in axes(given.largest).items():
        for truth in (False, True) if axis in given.axis else ():
            most = 1.1 * given.truth_to if truth and axis == "parameters" else float("inf")
            points = {size: point(truth, **said) for size, said in sizes.items() if size <= most}
            found.append({"axis": axis, "truth": truth, "exponent": exponent(points), "points": points})
    if "workers" in given.axis:
        points = by_workers(given.units)
        found.append({"axis": "workers", "truth": True, "exponent": exponent(points), "points": points})
    return found


def picture(found: list[dict[str, Any]], file: Path) -> None:
    """Seconds and bytes against parameters; the growth of the last decades as a thin line through them."""
    with drawn(file, (9, 4)) as figure:
        sides = dict(zip(("seconds", "bytes"), figure.subplots(1, 2), strict=True))
        grown = [one for one in found if one["axis"] == "parameters"]
        for one, look in zip(grown, looks(), strict=False):
            points = {float(size): said for size, said in one["points"].items()}
            slope, fitted = exponent(points), last_sizes(points)
            label = f"{'with' if one['truth'] else 'without'} the truth: time grows as n$^{{{slope:.2f}}}$"
            for key, side in sides.items():
                values = [max(point[key], 2.0**12 if key == "bytes" else 0) for point in points.values()]
                side.loglog(list(points), values, marker="o", label=label, **look)
                side.set(xlabel="parameters", ylabel=key)
            middle = fitted[len(fitted) // 2]
            line = [points[middle]["seconds"] * (size / middle) ** slope for size in fitted]
            sides["seconds"].loglog(fitted, line, color=look["color"], linewidth=5, alpha=0.25)
        sides["seconds"].legend()


def main() -> None:
    """Measure, then print the table or the object."""
    names = (*axes(10**7), "workers")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--axis", action="append", choices=names)
    parser.add_argument("--largest", type=int, default=10**7)
    parser.add_argument("--truth-to", type=int, default=10**7)
    parser.add_argument("--units", type=int, default=12, help="of a sweep of a million, for the workers")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--of", type=Path, metavar="RESULT.json")
    parser.add_argument("--point", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.of:
        _again(given.of, given.picture)
        return
    pinned()
    if given.point:
        print(json.dumps(work(**json.loads(given.point))))
        return
    given.axis = given.axis or names
    found = rows(given)
    if given.picture:
        picture(found, given.picture)
    if given.json:
        print(json.dumps({"environment": about(), "rows": found}, ensure_ascii=False))
        return
    print(f"one thread each: {about()['pinned']}")
    for one in found:
        print(f"{one['axis']} {'with' if one['truth'] else 'without'} the truth: exponent {one['exponent']:.3f}")
        for size, said in one["points"].items():
            print(f"  {size:>10,}  {_words(said)}")


def _again(file: Path, drawing: Path | None) -> None:
    """The exponents of stored points, written beside them, and their picture."""
    stored = json.loads(file.read_text("utf-8"))
    for one in stored["rows"]:
        one["exponent"] = exponent({float(size): said for size, said in one["points"].items()})
    file.write_text(json.dumps(stored, ensure_ascii=False, indent=1), "utf-8")
    if drawing:
        picture(stored["rows"], drawing)


def _words(said: dict[str, Any]) -> str:
    if "rate" in said:
        return f"{said['rate']:8.1f} cases/s"
    return f"{said['seconds']:9.4f} s ({said['least']:.4f} to {said['most']:.4f})  {said['bytes'] / 2**20:9.1f} MiB"


if __name__ == "__main__":
    main()
