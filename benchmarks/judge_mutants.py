"""Mutants of the judge itself: each must turn a test red.

nice python benchmarks/judge_mutants.py [--only WORD] [--json]

A row is one change of the source: a bound halved or doubled, a term dropped, a γ_n off by one, a branch
turned, a verdict's order changed, a guard removed. It is made in a copy of the tree, and the few test
files of its kind are run there. Exit 1 where more than a twentieth survive.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = ("manual", "reference", "agreement")
TESTS = {
    "bounds": ["tests/manual/rounding/test_bounds_by_hand.py"],
    "walk": ["tests/manual/rounding/test_rounding.py", "tests/agreement/judging/test_judge.py"],
    "verdicts": ["tests/agreement/judging/test_verdict.py", "tests/agreement/judging/test_judge.py"],
    "guard": ["tests/reference/test_arithmetic_state.py", "tests/agreement/judging/test_arithmetic.py"],
    "products": ["tests/agreement/judging/test_undeclared.py"],
    "pairs": ["tests/reference/truth/test_doubled.py", "tests/reference/truth/test_certified_packs.py"],
}
WITHIN = 240
"""Seconds, after which a mutant counts as killed: it hangs."""


class JudgeMutant(NamedTuple):
    """One change of one place: what stands there, and what instead."""

    kind: str
    file: str
    old: str
    new: str
    occurrence: int = 0


def _bounds() -> list[JudgeMutant]:
    smooth, soft, rounding = (
        "manual/activations/smooth.py",
        "manual/activations/softmax.py",
        "manual/rounding/rounding.py",
    )
    labels, binary, difference = (f"manual/costs/{name}.py" for name in ("categorical", "binary", "difference"))
    arithmetic = "manual/rounding/arithmetic.py"
    rows = [
        (
            smooth,
            "rounding = arithmetic.c * arithmetic.u * terms",
            "rounding = 0.5 * arithmetic.c * arithmetic.u * terms",
        ),
        (
            smooth,
            "rounding = arithmetic.c * arithmetic.u * terms",
            "rounding = 2 * arithmetic.c * arithmetic.u * terms",
        ),
        (smooth, "np.where(short <= LIMIT", "np.where(short > LIMIT"),
        (smooth, "cancelled(1.0, 2 * self", "cancelled(1.0, self"),
        (smooth, "cancelled(3.0,", "cancelled(2.0,"),
        (
            smooth,
            "return self.moved(z) + self.value_rounding",
            "return self.value_rounding",
        ),
        (
            smooth,
            "return self.moved(z) + self.value_rounding",
            "return 2 * self.moved(z) + self.value_rounding",
        ),
        (smooth, "np.minimum(1.0, 2 * z.error)", "np.minimum(1.0, z.error)"),
        (smooth, "np.minimum(1.0, z.error)", "0.5 * np.minimum(1.0, z.error)"),
        (smooth, "+ 4 * arithmetic.omega", "+ arithmetic.omega"),
        (smooth, "+ e_a**2 + rounding", "+ rounding"),
        (smooth, "rounding = 4 * arithmetic.u", "rounding = 2 * arithmetic.u"),
        (smooth, "np.abs(z.value) - 2 * z.error", "np.abs(z.value) - z.error"),
        (smooth, "arithmetic.c_log * arithmetic.u * self", "arithmetic.c * arithmetic.u * self"),
        (
            smooth,
            "np.maximum(self.slope_rounding(z, arithmetic), SIGMOID",
            "np.minimum(self.slope_rounding(z, arithmetic), SIGMOID",
        ),
        (soft, "(2 * gap + (arithmetic.c + 2)", "(gap + (arithmetic.c + 2)"),
        (soft, "(np.log(n) + 4)", "np.log(n)"),
        (soft, "arithmetic.summed(n, 0)\n\n    def rounding", "arithmetic.summed(n, 1)\n\n    def rounding"),
        (soft, "np.expm1(np.minimum(rho + shift", "(np.minimum(rho + shift"),
        (soft, "* z.error + sum_of_others(p * z.error)", "* z.error"),
        (soft, "(arithmetic.c + 2) * arithmetic.u * (largest", "arithmetic.u * (largest"),
        (soft, "- z.value + 2 * z.error)\n\n    def rho", "- z.value)\n\n    def rho"),
        (labels, "others * e_p\n", "0.5 * others * e_p\n"),
        (labels, "            + y.most * e_q\n", ""),
        (labels, "arithmetic.summed(n, 4)", "arithmetic.summed(n, 3)"),
        (labels, "+ 3 * u * (p_most", "+ u * (p_most"),
        (labels, "arithmetic.summed(entries(gap), 6)", "arithmetic.summed(entries(gap), 5)"),
        (labels, "sum_of_others(rho * p)", "0.0"),
        (labels, "relative = relative + ", "relative = relative - "),
        (binary, "(arithmetic.c_log + 6)", "(arithmetic.c + 6)"),
        (binary, "+ 2 * SIGMOID.moved(z)", ""),
        (binary, "(arithmetic.c + 8)", "(arithmetic.c + 8) / 2"),
        (binary, "(largest if tier.textbook else terms)", "(terms if tier.textbook else largest)"),
        (binary, "difference + np.abs(1 - y.value)", "difference"),
        (difference, "slope, 8)", "slope, 7)"),
        (difference, "+ arithmetic.u * (np.abs(g)", "+ 2 * arithmetic.u * (np.abs(g)"),
        (difference, "g.most * g.error + g.error**2 / 2", "g.most * g.error"),
        (difference, "arithmetic.summed(entries(a.value), 6)", "arithmetic.summed(entries(a.value), 7)"),
        (rounding, "arithmetic.summed(n, 2) * magnitude", "arithmetic.summed(n, 1) * magnitude"),
        (rounding, "np.abs(w.value) @ a.error + w.error @ a.most", "np.abs(w.value) @ a.error"),
        (rounding, "inner.summed(n, 1) * magnitude", "inner.summed(n, 0) * magnitude"),
        (rounding, "slope, 5)", "slope, 6)"),
        (rounding, "arithmetic.summed(m, 1) * magnitude", "arithmetic.summed(m, 2) * magnitude"),
        (rounding, "delta_out.most @ a_in.error.mT + delta_out.error", "delta_out.error"),
        (rounding, "arithmetic.summed(m, 2) * magnitude", "2 * arithmetic.summed(m, 2) * magnitude"),
        (rounding, "arithmetic.gamma(4) * most", "arithmetic.gamma(3) * most"),
        (arithmetic, "np.abs(self.value) + 2 * self.error", "np.abs(self.value) + self.error"),
        (arithmetic, "x.most * y.error + y.most * x.error", "x.most * y.error"),
        (arithmetic, "n * self.u / (1 - n * self.u) if", "n * self.u if"),
        (arithmetic, "4 * self.tau * (1 + x.most)", "4 * self.tau"),
        (arithmetic, "(magnitude <= self.limit) & np.isfinite(error)", "np.isfinite(error)"),
        (arithmetic, "np.abs(x) < self.omega, np.abs(x)", "np.abs(x) < self.omega, 0 * np.abs(x)"),
    ]
    return [JudgeMutant("bounds", *row) for row in rows]


def _judge() -> list[JudgeMutant]:
    judge, verdict, rounding = (
        "agreement/judging/judge.py",
        "agreement/judging/verdict.py",
        "manual/rounding/rounding.py",
    )
    state, products = "reference/arithmetic_state.py", "reference/truth/doubled/products.py"
    verdicts = [
        (judge, "most = np.abs(error) + radius", "most = np.abs(error)"),
        (judge, "least = np.abs(error) - radius", "least = np.abs(error) + radius"),
        (
            judge,
            "(~np.isfinite(radius), Verdict.UNDETERMINED),\n        (accurate, Verdict.ACCURATE)",
            "(accurate, Verdict.ACCURATE),\n        (~np.isfinite(radius), Verdict.UNDETERMINED)",
        ),
        (judge, "        (known, Verdict.KNOWN),\n", ""),
        (judge, "(least <= bounds.textbook, Verdict.LOSSY)", "(least <= bounds.open, Verdict.LOSSY)"),
        (judge, " & (bounds.crossed > bounds.stable)", ""),
        (judge, "& ~in_range, Verdict.OUT_OF_RANGE", "& in_range, Verdict.OUT_OF_RANGE"),
        (judge, "(accurate, Verdict.ACCURATE)", "(~(most > bounds.stable), Verdict.ACCURATE)"),
        (judge, "BLIND_FROM = 1 / 8", "BLIND_FROM = 8"),
        (judge, "tainted |= (verdict == Verdict.WRONG)", "tainted |= (verdict == Verdict.LOSSY)"),
        (judge, "- truth.hi) - truth.lo", "- truth.hi)"),
        (verdict, "both = np.maximum(end_to_end, step)", "both = np.minimum(end_to_end, step)"),
        (
            verdict,
            "np.where(first, end_to_end, np.where(second, step, end_to_end))",
            "np.where(first, end_to_end, end_to_end)",
        ),
        (verdict, "(~tainted | (step == Verdict.WRONG))", "True"),
        (
            verdict,
            "np.where(first & second, both, spoken)",
            "np.where(end_to_end == Verdict.OUT_OF_RANGE, end_to_end, both)",
        ),
    ]
    walk = [
        (rounding, "if recomputes else exact", "if not recomputes else exact"),
        (rounding, "return Operand(exact, again)", "return Operand(exact, exact)"),
        (rounding, "            exact = Inexact(exact.value, exact.error + arithmetic.tau)\n", "            pass\n"),
    ]
    guard = [
        (state, "    if not unsound():\n        yield\n        return\n", "    yield\n    return\n"),
        (state, "            if left:\n                _make_sound(_c_library())\n", ""),
        (state, "        library.fesetenv(of_caller)\n", "        pass\n"),
        (state, "    row.write(sys.modules[row.library], value)\n", ""),
        (state, "SMALLEST * ONE == 0", "SMALLEST * ONE < 0"),
        (judge, "    @ieee()\n    def findings", "    def findings"),
        ("agreement/judging/backends.py", "with guarded(backend, note)", "with np.errstate()"),
    ]
    declared = [
        (judge, "(*tier.deviation_bounds, narrowed_products(products))", "tier.deviation_bounds"),
        ("manual/rounding/arithmetic.py", ".gamma(2 * n + more)", ".gamma(0)"),
        ("agreement/judging/undeclared.py", "if not _wrong(judge.findings(as_if, got))", "if True"),
    ]
    pairs = [
        (products, "(tall == 0) | (wide == 0)", "tall * wide == 0"),
        (products, "moved * GROWN", "0.0 * moved"),
        (products, "2.0 ** (-2 * bits) * k * U * scale", "0.0 * scale"),
        (products, "8 * k * U**2 *", "0.0 *"),
        ("reference/truth/doubled/number.py", "2.0**-73 * magnitude + 2.0**-1070", "0.0"),
        ("reference/truth/certified.py", "SHARPNESS = 2.0**-10", "SHARPNESS = 2.0**10"),
    ]
    groups = {"verdicts": verdicts, "walk": walk, "guard": guard, "products": declared, "pairs": pairs}
    return [JudgeMutant(kind, *row) for kind, rows in groups.items() for row in rows]


MUTANTS = (*_bounds(), *_judge())
EXPLAINED = {
    "(~(most > bounds.stable), Verdict.ACCURATE)": "differs for NaN alone",
    "(accurate, Verdict.ACCURATE),\n        (~np.isfinite(radius), Verdict.UNDETERMINED)": "accurate is no radius of ∞",
}
"""Survivors that change no verdict, by what stands instead."""


def copied(folder: Path) -> Path:
    """The tree as installed, with its tests."""
    package = folder / "backproof"
    shutil.copytree(ROOT / "agreement" / "front", package)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return package


def survives(mutant: JudgeMutant, folder: Path) -> bool:
    """Whether the tests of its kind stay green; ValueError where the place is not there."""
    file = folder / "backproof" / mutant.file
    source = file.read_text("utf-8")
    if mutant.old not in source:
        raise ValueError(f"{mutant.file} has no {mutant.old!r}")
    file.write_text(source.replace(mutant.old, mutant.new, 1), "utf-8")
    try:
        return run(mutant.kind, folder)
    finally:
        file.write_text(source, "utf-8")


def run(kind: str, folder: Path) -> bool:
    """Whether the tests of a kind are green."""
    words = [
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=--import-mode=importlib",
        *TESTS[kind],
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder), "HYPOTHESIS_PROFILE": "dev", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, capture_output=True, timeout=WITHIN, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    """Make them all, and say which survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a kind, or a part of a file's name")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chosen = [one for one in MUTANTS if given.only in one.kind or given.only in one.file]
    start, survivors = time.perf_counter(), []
    with tempfile.TemporaryDirectory() as name:
        copied(Path(name))
        red = [kind for kind in dict.fromkeys(one.kind for one in chosen) if not run(kind, Path(name))]
        if red:
            raise SystemExit(f"red without a mutant: {', '.join(red)}")
        for one in chosen:
            if survives(one, Path(name)):
                survivors.append(one)
                print(f"survives: {one.kind} {one.file}: {one.old!r} -> {one.new!r}", file=sys.stderr, flush=True)
    unexplained = [one for one in survivors if one.new not in EXPLAINED]
    if given.json:
        print(json.dumps({"mutants": len(chosen), "survivors": [one._asdict() for one in survivors]}))
    else:
        killed = len(chosen) - len(survivors)
        print(f"{killed} of {len(chosen)} killed, {len(survivors)} survive, {len(unexplained)} of them unexplained")
        print(f"{time.perf_counter() - start:.0f} s")
    return int(20 * len(unexplained) > len(chosen))


if __name__ == "__main__":
    sys.exit(main())
