"""How sharply ∂C/∂W and ∂C/∂b are judged: with the steps shown, and by the gradients alone, before and after.

    python benchmarks/sharpness.py [--cases N] [--json]

The hand-written module on the networks of the default check, and on calm ones of growing depth. Of the entries whose
truth is not 0: in how many is the bound above 1e-3 of the value, in how many above 1/8, where nothing is seen. `steps`
is the sharper of the two judgements, `running` the end-to-end bound of running errors alone, `form` the smaller of that
and the one of a linear form (docs/bounds.md, section 14). `stable` is the bound of the best formulas, `open` that of
the textbook's, on either branch of a kink: a textbook's slope loses every digit in a saturated neuron, and its
bound says so. `lost` counts the entries of which the textbook's formula really keeps no digit (an error above 1/8).
`times` is the time of a judgement by gradients alone, with the form and without.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from backproof.agreement.cases import generate
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.judging import judge as judging
from backproof.agreement.judging.finding import Finding, Judgement
from backproof.agreement.judging.judge import Judge
from backproof.manual import Architecture, Gradients, Pack
from backproof.manual.gradients import Quantity
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from backproof.reference.protocol import Traits
from pinned import about, pinned

COARSE, BLIND = 1e-3, 1 / 8
TIERS = ("stable", "open")
DEPTHS = ((5, 8), (10, 8), (20, 8), (40, 8), (80, 8), (5, 40))
TIMED = ((3, 8, 8, 2), (8, 8, 8, 8, 8, 8, 8, 8, 8), (20, 30, 10), (10, 20, 20, 10, 5), (40, 40, 40, 40, 40, 40))


class GradientsAlone:
    """The hand-written module, or another, that shows its gradients alone."""

    version, traits = "0", Traits(recomputes=False)

    def __init__(self, of: Any) -> None:
        self.of, self.name = of, of.name

    def supports(self, architecture: Architecture, dtype: str) -> None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = self.of.gradients(pack)
        return Gradients(got.nabla_w, got.nabla_b)


def findings(judge: Judge, backend: Any) -> list[Finding]:
    """Those of ∂C/∂W and ∂C/∂b."""
    found = judge.findings(backend, backend.gradients(judge.pack))
    return [each for each in found if each.place.quantity in (Quantity.BP3, Quantity.BP4)]


def bounds(whole: Judgement, step: Judgement | None, tier: str) -> Array:
    """The sharper of two bounds in a tier."""
    whole_bound = getattr(whole.bounds, tier)
    return whole_bound if step is None else np.fmin(whole_bound, getattr(step.bounds, tier))


def counted(pack: Pack, names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, int]]]:
    """Of every case its regime, and how many entries are judged how."""
    judge = Judge(pack)
    rows = zip(
        *(findings(judge, each) for each in (MANUAL, GradientsAlone(MANUAL), GradientsAlone(TEXTBOOK))), strict=True
    )
    for shown, alone, textbook in rows:
        holdings = {"steps": (shown.whole, shown.step), "running": (shown.whole, None), "form": (alone.whole, None)}
        for k, name in enumerate(names):
            value = np.abs(shown.whole.truth.hi[k])
            there = value > shown.whole.truth.radius[k]
            counts = {"entries": int(there.sum())}
            counts["lost"] = int((~(np.abs(textbook.whole.error[k]) < BLIND * value) & there).sum())
            for held, judgements in holdings.items():
                for tier in TIERS:
                    bound = bounds(*judgements, tier)[k]
                    for limit, word in ((COARSE, "coarse"), (BLIND, "blind")):
                        counts[f"{held} {tier} {word}"] = int((~(bound < limit * value) & there).sum())
            yield name, counts


def shares(drawn: Iterator[tuple[Pack, tuple[str, ...]]]) -> dict[str, dict[str, float]]:
    """By regime and dtype, as parts of the entries."""
    totals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for pack, names in drawn:
        for name, counts in counted(pack, names):
            for word, count in counts.items():
                totals[f"{name} {pack.dtype.name}"][word] += count
    return {
        key: {w: n if w == "entries" else n / max(row["entries"], 1) for w, n in row.items()}
        for key, row in sorted(totals.items())
    }


def deep(dtype: str) -> Iterator[tuple[Pack, tuple[str, ...]]]:
    """Calm networks of tanh."""
    for depth, width in DEPTHS:
        of = Architecture((width,) * (depth + 1), ("tanh",) * depth, "quadratic", "mean")
        rng = np.random.default_rng(depth)
        yield Pack.of([generate.case(rng, of, dtype, "calm", 2) for _ in range(4)]), (f"{depth} × {width}",) * 4


def times(examples: int = 4, cases: int = 10) -> dict[str, float]:
    """By parameters: how much longer a judgement takes with the form than without."""
    ratios = {}
    for widths in TIMED:
        of = Architecture(widths, ("tanh",) * (len(widths) - 1), "quadratic", "mean")
        rng = np.random.default_rng(0)
        pack = Pack.of([generate.case(rng, of, "float32", "calm", examples) for _ in range(cases)])
        ratios[f"{of.parameters}"] = _fastest(pack, judging.zonotope) / _fastest(pack, lambda *of: None)
    return ratios


def _fastest(pack: Pack, form: Any, runs: int = 7) -> float:
    saved, judging.zonotope, taken = judging.zonotope, form, []  # type: ignore[misc]
    for _ in range(runs):
        start = time.process_time()
        findings(Judge(pack), GradientsAlone(MANUAL))
        taken.append(time.process_time() - start)
    judging.zonotope = saved  # type: ignore[misc]
    return min(taken)


def table(rows: dict[str, dict[str, float]]) -> str:
    """In Markdown: in per cent, above 1e-3 and above 1/8."""
    head = "| networks | entries | steps | running | form | running, textbook | form, textbook | textbook lost |"

    def pair(row: dict[str, float], held: str) -> str:
        return f"{100 * row[f'{held} coarse']:.2g}, {100 * row[f'{held} blind']:.2g}"

    columns = ("steps stable", "running stable", "form stable", "running open", "form open")
    lines = [
        " | ".join(
            [f"| {name}", f"{row['entries']:,.0f}", *(pair(row, held) for held in columns), f"{row['lost']:.2%} |"]
        )
        for name, row in rows.items()
    ]
    return "\n".join([head, "|---" * 8 + "|", *lines])


def measured(cases: int) -> dict[str, Any]:
    """Everything."""
    rows = shares(unit.draw() for unit in units(cases, 0, Menu()))
    rows |= {"all": together(rows), "all but saturated and subnormal": together(rows, ("saturated", "subnormal"))}
    calm = {key: row for dtype in ("float32", "float64") for key, row in shares(deep(dtype)).items()}
    return {"environment": about(), "cases": cases, "regimes": rows, "depths": calm, "times": times()}


def together(rows: dict[str, dict[str, float]], without: tuple[str, ...] = ()) -> dict[str, float]:
    """One row of several."""
    chosen = [row for key, row in rows.items() if not key.startswith(without)]
    entries = sum(row["entries"] for row in chosen)
    shared = {w: sum(row[w] * row["entries"] for row in chosen) / entries for w in chosen[0] if w != "entries"}
    return {"entries": entries, **shared}


if __name__ == "__main__":
    pinned(to_one_core=True)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=3600)
    parser.add_argument("--json", action="store_true")
    found = measured((given := parser.parse_args()).cases)
    if given.json:
        print(json.dumps(found, indent=1))
    else:
        print(table(found["regimes"]), table(found["depths"]), sep="\n\n")
        print("\n".join(f"{parameters} parameters: × {ratio:.2f}" for parameters, ratio in found["times"].items()))
