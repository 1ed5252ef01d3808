"""Backends that are wrong for one layout, or from one size on, as released libraries were: a check finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.cli.main import main
from backproof.agreement.judging.shrink import minimal
from backproof.agreement.running.check import Settings, run
from backproof.agreement.tally.tally import Tally
from backproof.manual import Gradients, Pack
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from backproof.reference.protocol import Architecture, Traits
from helpers import again

Answer = Callable[[Pack], Gradients[Array]]


@dataclass(frozen=True)
class Misreading:
    """The hand-written module, handed or answering something else."""

    answer: Answer
    name: str = "planted"
    version: str = "0"
    traits: Traits = Traits(recomputes=False)

    def supports(self, architecture: Architecture, dtype: str) -> None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        return self.answer(pack)


def reading(pack: Pack, change: Callable[[Array], Array]) -> Gradients[Array]:
    """With x and every W^l as a kernel takes them from memory."""
    weights = tuple(np.stack([change(w) for w in stacked]) for stacked in pack.weights)
    return MANUAL.gradients(replace(pack, weights=weights, x=np.stack([change(x) for x in pack.x])))


def of_permuted(pack: Pack) -> Gradients[Array]:
    """Numbers in the order of memory, taken for rows."""
    return reading(pack, lambda x: x.ravel(order="K").reshape(x.shape))


def of_spread(pack: Pack) -> Gradients[Array]:
    """From the first number on, one after the other."""

    def read(x: Array) -> Array:
        memory = np.stack([x, np.zeros_like(x)], axis=-1).ravel()
        return memory[: x.size].reshape(x.shape) if x.strides[-1] == 2 * x.itemsize else x

    return reading(pack, read)


def of_expanded(pack: Pack) -> Gradients[Array]:
    """Only the column that is there."""
    return reading(pack, lambda x: x * (np.arange(x.shape[-1]) == 0) if x.strides[-1] == 0 else x)


def of_offset(pack: Pack) -> Gradients[Array]:
    """From the start of the memory that the numbers are in."""

    def read(x: Array) -> Array:
        memory = x
        while isinstance(memory.base, np.ndarray):
            memory = memory.base
        row = memory.ndim == 2 and memory.shape[-1] % 8 == 0 and 0 < memory.shape[-1] - x.size <= 8
        begins = (x.ctypes.data - memory.ctypes.data) // x.itemsize
        return memory.ravel()[begins - 1 : begins - 1 + x.size].reshape(x.shape) if row else x

    return reading(pack, read)


LAYOUTS: dict[str, Answer] = {
    "permuted": of_permuted,
    "spread": of_spread,
    "expanded": of_expanded,
    "offset": of_offset,
}


def widths_past(size: int) -> Answer:
    """What is beyond a block is left out of W a."""

    def answer(pack: Pack) -> Gradients[Array]:
        x = pack.x.copy()
        x[:, size:] = 0
        return MANUAL.gradients(replace(pack, x=x))

    return answer


def batches_past(size: int) -> Answer:
    """The tail of a long batch is left out of the sums."""

    def answer(pack: Pack) -> Gradients[Array]:
        got = MANUAL.gradients(pack)
        if pack.examples <= size:
            return got
        tail = got.delta[-1][..., size:].sum(axis=-1)
        return replace(got, nabla_b=(*got.nabla_b[:-1], (got.nabla_b[-1] - tail).astype(pack.dtype)))

    return answer


KINDS = {"widths": widths_past, "batches": batches_past}


def checked(answer: Answer, **options: object) -> Tally:
    return run(Settings(**options), [Misreading(answer)])  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_that_trusts_a_layout_is_wrong_there_alone_and_told(layout: str) -> None:
    tally = checked(LAYOUTS[layout], cases=63)
    assert tally.wrong_cases
    assert {one.layout for one in tally.discrepancies} == {layout}
    assert f", operands {layout}" in str(tally.discrepancies[0])
    assert any(f"wrong on {layout} operands is right on contiguous ones" in said for said in tally.unsteady)


PAST = {f"{what} past {size}": past(size) for what, past in KINDS.items() for size in (64, 1024)}


@pytest.fixture(scope="module")
def by_default() -> Tally:
    return run(Settings(), [Misreading(answer, name) for name, answer in PAST.items()])


@pytest.mark.long
def test_one_that_is_wrong_past_a_size_is_found_by_a_default_check(by_default: Tally) -> None:
    assert {one.backend for one in by_default.discrepancies} == set(PAST)
    assert {one.regime for one in by_default.discrepancies} == {"long"}


def test_one_that_says_that_it_takes_no_views_is_handed_none() -> None:
    for answer in LAYOUTS.values():
        backend = replace(Misreading(answer), traits=Traits(recomputes=False, views=False))
        assert not run(Settings(cases=90), [backend]).wrong_cases


def test_a_failure_says_the_layout() -> None:
    def refusing(pack: Pack) -> Gradients[Array]:
        if not pack.weights[0].flags.c_contiguous:
            raise ValueError("strides")
        return MANUAL.gradients(pack)

    assert any(", operands permuted: strides" in said for said in checked(refusing, cases=27).failures)


def test_it_is_made_small_in_its_layout() -> None:
    tally = checked(of_permuted, cases=27)
    one = tally.discrepancies[0]
    case = tally.cases_by_id[one.case]
    small, found = minimal(case, Misreading(of_permuted), one.place.quantity.value, "permuted")
    assert found is not None
    assert found.layout == "permuted"
    assert small.architecture.parameters <= case.architecture.parameters
    assert minimal(case, Misreading(of_permuted), one.place.quantity.value) == (case, None)


@pytest.mark.long
def test_a_long_case_is_made_short(by_default: Tally) -> None:
    name = "widths past 64"
    one = next(one for one in by_default.discrepancies if one.backend == name)
    small, found = minimal(by_default.cases_by_id[one.case], Misreading(PAST[name]), one.place.quantity.value)
    assert found is not None
    assert 64 < small.architecture.widths[0] <= 130


BACKEND = """
import numpy as np
from backproof.reference.numpy_backends.manual_numpy import ManualNumpy
from dataclasses import replace

class Kernel(ManualNumpy):
    def gradients(self, pack):
        if not pack.weights[0][0].flags.c_contiguous:
            pack = replace(pack, x=-pack.x)
        return super().gradients(pack)

kernel = Kernel("kernel")
"""


def test_the_replay_line_honours_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(BACKEND)
    assert main(["check", "--backend", "mine.py:kernel", "--cases", "27", "--out", "out"]) == 1
    words = ["backproof", *again.command(capsys.readouterr().out)]
    assert words[-2:] == ["--layout", "permuted"]
    assert main(words[1:]) == 1
    assert "operands permuted" in " ".join(capsys.readouterr().out.split())
    assert main(words[1:-2]) == 0
    row = json.loads((tmp_path / "out" / "record.json").read_text())["disagreements"][0]
    assert row["layout"] == "permuted"
    case = case_json.read(tmp_path / "out" / "cases" / f"{row['case']}.json")
    assert case.id == row["case"]
    assert main([*words[1:-1], "expanded"]) == 2
    assert "cannot lie expanded: its columns differ" in capsys.readouterr().err
