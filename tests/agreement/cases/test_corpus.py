from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.cases import corpus
from backproof.agreement.cases.generate import Menu
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.errors import UsageError
from backproof.agreement.record import cases_of
from backproof.agreement.record.record import Record
from backproof.agreement.running.check import Settings
from backproof.manual import activations, costs
from backproof.manual.case import Architecture
from backproof.manual.rounding.formats import DTYPES
from helpers import drawn
from helpers.every import every
from helpers.recorded import few, good

EDITION = "18dd63907bb479d2"


def test_the_frozen_corpus_is_what_baselines_were_made_on() -> None:
    frozen = corpus.frozen()
    assert frozen.fingerprint == EDITION
    assert frozen.cases == 324


def test_it_has_every_regime_cost_dtype_and_activation_on_few_architectures() -> None:
    drawn = [work.draw() for work in corpus.frozen().work]
    assert {regime for _, regimes in drawn for regime in regimes} == set(REGIMES)
    assert {pack.dtype.name for pack, _ in drawn} == set(DTYPES)
    assert {pack.architecture.cost for pack, _ in drawn} == set(costs.CORE)
    assert {name for pack, _ in drawn for name in pack.architecture.activations} == set(activations.CORE)
    assert len({pack.architecture for pack, _ in drawn}) <= 40
    assert every(pack.examples > 1 for pack, _ in drawn)


def test_the_content_hash_sees_one_bit_and_no_order() -> None:
    pack, regimes = few().work[0].draw()
    x = pack.x.copy()
    x[0, 0, 0] = np.nextafter(x[0, 0, 0], np.inf)
    other = type(pack)(pack.architecture, pack.weights, pack.biases, x, pack.y)
    assert corpus.mark(pack, regimes) != corpus.mark(other, regimes)
    backwards = type(pack).of([pack[k] for k in reversed(range(len(pack)))])
    assert corpus.mark(pack, regimes) == corpus.mark(backwards, regimes[::-1])


def test_a_pack_comes_back_from_its_line_to_the_bit() -> None:
    for work in few().work:
        pack, regimes = work.draw()
        again = corpus.pack_from_json(corpus.pack_as_json(pack, regimes))
        assert [case.id for case in again] == [case.id for case in pack]


def test_so_does_one_with_weights_and_an_l2_term() -> None:
    pack = drawn.pack(Architecture((2, 3, 1), ("tanh", "sigmoid"), l2=0.1, weighted=True))
    again = corpus.pack_from_json(corpus.pack_as_json(pack, tuple(REGIMES)))
    assert [case.id for case in again] == [case.id for case in pack]


def test_a_menu_leaves_a_part_of_it() -> None:
    part = corpus.frozen().within(Menu(dtypes=("float32",), costs=("quadratic",)))
    assert 0 < part.cases < corpus.frozen().cases
    assert {work.draw()[0].dtype.name for work in part.work} == {"float32"}


def test_the_cases_of_a_record_are_drawn_again_or_taken_from_it() -> None:
    assert good().corpus["name"] == "frozen"
    cases, warning = cases_of.cases_of(good())
    stored = set(good().document["cases"])
    assert warning is not None  # a part of the frozen corpus: its hash is not that of the whole
    assert {case.id for work in cases.work for case in work.draw()[0]} == stored


def test_drawn_cases_are_drawn_again_where_that_gives_the_same() -> None:
    settings = Settings(cases=18, seed=3)
    marks = sum(corpus.mark(*unit.draw()) for unit in settings.units())
    said = {**good().document["settings"], "cases": 18, "seed": 3}
    said["corpus"] = {"name": "drawn", "hash": corpus.digits(marks)}
    cases, warning = cases_of.cases_of(Record({**good().document, "settings": said}))
    assert warning is None
    assert cases.fingerprint == corpus.digits(marks)


def test_a_record_without_cases_is_refused() -> None:
    with pytest.raises(UsageError, match="holds no cases"):
        cases_of.cases_of(Record({**good().document, "cases": {}}))


def test_the_same_command_gives_the_same_record_but_for_the_clock(tmp_path: Path) -> None:
    from backproof.reference.numpy_backends.manual_numpy import MANUAL
    from helpers.recorded import record_of

    def timeless(record: Record) -> str:
        summary = {key: value for key, value in record.summary.items() if key != "seconds"}
        return Record({**record.document, "created": "", "summary": summary}).dumps()

    assert timeless(good()) == timeless(record_of(MANUAL))
