from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import Settings, run
from backproof.manual import Architecture, Gradients, Pack
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from backproof.reference.protocol import Traits
from helpers.every import every
from helpers.harmed import Harmed, one_entry

SMALL = Settings(cases=27)
SHARP = Settings(cases=90, menu=Menu(dtypes=("float64",)))


def test_the_manual_module_agrees_and_loses_no_digit() -> None:
    tally = run(SMALL, [MANUAL])
    assert not tally.disagrees
    assert tally.cases == 27
    decided = sum(tally.verdicts.values()) - tally.verdicts[Verdict.BLIND]
    assert tally.verdicts[Verdict.ACCURATE] == decided > 0.99 * sum(tally.verdicts.values())


def test_the_textbook_loses_digits_but_is_not_wrong() -> None:
    tally = run(SMALL, [TEXTBOOK])
    assert not tally.disagrees
    assert tally.verdicts[Verdict.LOSSY] > 0
    assert every(cell.verdicts[Verdict.LOSSY] == 0 for key, cell in tally.cells if key.regime == "calm")


@pytest.mark.parametrize("factor", [1 + 1e-9, 1 + 1e-12])
def test_a_small_error_is_always_seen_within_a_run(factor: float) -> None:
    tally = run(SHARP, [Harmed(one_entry(factor))])
    assert tally.wrong_cases > 0
    assert tally.discrepancies[0].place.quantity == "BP4"
    assert tally.discrepancies[0].place.layer == 1
    assert tally.discrepancies[0].case in tally.named_cases


def test_smallest_visible_error_says_what_is_seen() -> None:
    smallest = run(SHARP, [MANUAL]).visible
    p99 = smallest.quantile(0.99)
    assert p99 is not None
    assert p99 < 3e-11
    seen = run(SHARP, [Harmed(one_entry(1 + 4 * p99))])
    wrong = sum(discrepancy.regime == "calm" for discrepancy in seen.discrepancies)
    assert wrong >= 0.9 * seen.regimes["calm"]


def test_progress_is_told_of_every_case() -> None:
    told: list[int] = []
    run(SMALL, [MANUAL], told.append)
    assert sum(told) == 27


class Choosy(Harmed):
    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return "no float32" if dtype == "float32" else None


class Failing(Harmed):
    def gradients(self, pack: Pack) -> Gradients[Array]:
        raise ZeroDivisionError("by design")


class Misshapen(Harmed):
    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = super().gradients(pack)
        return Gradients(tuple(w[..., :1, :] for w in got.nabla_w), got.nabla_b)


def unharmed(part: Array) -> Array:
    return part


def test_what_is_not_supported_is_counted_with_the_reason() -> None:
    tally = run(SMALL, [Choosy(unharmed)])
    assert not tally.disagrees
    assert set(tally.unsupported) == {("harmed", "no float32")}
    assert tally.verdicts[Verdict.UNSUPPORTED] > 0
    counted = sum(cell.verdicts[Verdict.UNSUPPORTED] for _, cell in tally.cells)
    assert counted == tally.verdicts[Verdict.UNSUPPORTED]


def test_a_backend_that_raises_disagrees() -> None:
    tally = run(SMALL, [Failing(unharmed)])
    assert tally.disagrees
    assert tally.failures[0].startswith("harmed raised ZeroDivisionError on ")
    assert tally.failures[0].endswith(": by design")


def test_a_backend_of_other_shapes_disagrees() -> None:
    tally = run(Settings(cases=9), [Misshapen(unharmed)])
    assert tally.disagrees
    assert "harmed answered nabla_w of shape" in tally.failures[0]
    assert "is needed" in tally.failures[0]


def test_a_dear_backend_runs_on_few_architectures() -> None:
    tally = run(SMALL, [Harmed(unharmed, traits=Traits(recomputes=False, architectures=1))])
    assert {key.dtype for key, _ in tally.cells} == {"float64"}


def test_tallies_merge_to_what_one_would_have_counted() -> None:
    together = run(Settings(cases=18), [MANUAL, TEXTBOOK])
    merged = run(Settings(cases=18), [TEXTBOOK])
    other = run(Settings(cases=18), [MANUAL])
    other.regimes.clear()
    merged.merge(other)
    assert merged.verdicts == together.verdicts
    assert merged.cases == together.cases
    assert [(key, cell.as_json()) for key, cell in merged.cells] == [
        (key, cell.as_json()) for key, cell in together.cells
    ]
    assert set(merged.named_cases) == set(together.named_cases)


def test_merging_cells_takes_no_heed_of_order() -> None:
    first, second = (run(Settings(cases=18, seed=seed), [TEXTBOOK]) for seed in (1, 2))
    one, other = run(Settings(cases=18, seed=1), [TEXTBOOK]), run(Settings(cases=18, seed=2), [TEXTBOOK])
    one.merge(second)
    other.merge(first)
    assert [(key, cell.as_json()) for key, cell in one.cells] == [(key, cell.as_json()) for key, cell in other.cells]
    assert one.verdicts == other.verdicts
    assert np.isfinite(one.visible.quantile(0.5) or 0.0)
