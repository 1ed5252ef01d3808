"""Keras reads what it runs on when it is imported: but for torch, each has a process of its own here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.rounding.arithmetic import OPEN, PRODUCTS, Arithmetic, Inexact
from backproof.reference import registry
from backproof.reference.deviations import deviations
from backproof.reference.deviations.deviation_bounds import BOUNDS
from helpers import backends
from helpers.adapters import NETWORKS, shows_everything_and_agrees
from helpers.drawn import pack
from helpers.later import long_but
from helpers.python import run
from helpers.variants import findings

pytestmark = pytest.mark.skipif(not backends.here("keras.torch"), reason="keras is not installed")

PROGRAM = """
import json, os, random
os.environ.pop("KERAS_BACKEND")
before, state = dict(os.environ), random.getstate()
from backproof.reference import registry
from backproof.reference.deviations import deviations
backend = registry.load("{name}")
assert dict(os.environ) == before
assert random.getstate() == state
try:
    registry.load("{other}")
except registry.Unavailable as reason:
    refused = str(reason)
from backproof.agreement.judging.verdict import Verdict
from helpers.adapters import NETWORKS
from helpers.drawn import pack
from helpers.variants import findings

def words(of):
    return sorted({{Verdict(v).word for one in findings(backend, of) for v in one.verdict.ravel().tolist()}})

networks = [words(pack(of, dtype)) for of, dtype in zip(NETWORKS, ("float64", "float32") * 3)]
witnesses = [row.witness_pack("float64") for row in deviations.known_of(backend)]
listed = list(map(words, witnesses))
deviations.listed = lambda: ()
print(json.dumps([refused, networks, listed, list(map(words, witnesses))]))
"""


LIBRARIES = (("jax", "torch", 1), ("tensorflow", "jax", 0))
"""Where Keras runs, where it then cannot, and how many deviations are listed."""


@pytest.mark.parametrize(("library", "other", "deviations"), long_but(LIBRARIES[0], of=LIBRARIES))
def test_on_each_library_it_is_right_or_known_and_leaves_no_trace(library: str, other: str, deviations: int) -> None:
    if not backends.here(library):
        pytest.skip(f"{library} is not installed")
    program = PROGRAM.format(name=f"keras.{library}", other=f"keras.{other}")
    refused, networks, listed, unlisted = json.loads(run(program).splitlines()[-1])
    assert refused.startswith(f"keras runs on {library} in this process already: ask for keras.{other} in one of its")
    assert len(networks) == len(NETWORKS)
    assert not [words for words in networks if "wrong" in words or "accurate" not in words]
    assert [("known" in words, "wrong" in words) for words in listed] == [(True, False)] * deviations
    assert ["wrong" in words for words in unlisted] == [True] * deviations


def test_on_torch_it_is_right_in_float32_and_known_to_be_half_as_accurate_in_float64() -> None:
    shows_everything_and_agrees("keras.torch", pack(NETWORKS[0], "float32"))
    shown = findings(backends.load("keras.torch"), pack(NETWORKS[0]))
    words = {(str(one.place.quantity), Verdict(v)) for one in shown for v in one.verdict.ravel().tolist()}
    assert {quantity for quantity, verdict in words if verdict == Verdict.KNOWN} >= {"z", "BP2", "BP4"}
    assert Verdict.WRONG not in {verdict for _, verdict in words}


class RoundedMore:
    """The backend with ∂C/∂W off by a few float32 roundings more than a product in float32 may be."""

    def __init__(self, backend: Any) -> None:
        self.name, self.version, self.supports, self._backend = backend.name, backend.version, backend.supports, backend

    def gradients(self, of: Any) -> Any:
        got = self._backend.gradients(of)
        return replace(got, nabla_w=tuple(w * (1 + 2.0**-19) for w in got.nabla_w))


def test_beyond_what_float32_explains_it_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deviations, "_ours", lambda backend: True)  # what is harmed here is no class of ours
    calm = pack(NETWORKS[0], regimes=("calm",), examples=1)
    shown = findings(RoundedMore(backends.load("keras.torch")), calm)
    wrong = {str(one.place.quantity) for one in shown if (one.verdict == Verdict.WRONG).any()}
    assert wrong == {"BP4"}


def test_a_product_in_float32_has_its_roundings_its_underflow_and_its_range() -> None:
    double, single = Arithmetic("float64"), Arithmetic("float32")
    tier = OPEN._replace(deviation_bounds=(BOUNDS["float32_products"](PRODUCTS, double),))
    x = Inexact(np.array([1.0, 1e-60, 1e39]), np.zeros(3))
    read = tier.narrowed(PRODUCTS, x, double)
    assert tier.narrow(PRODUCTS, double) == single
    assert read.error[0] == pytest.approx(single.u)
    assert read.error[1] >= 1e-60
    assert read.error[2] == np.inf
    assert tier.narrowed("tanh", x, double) is x
    assert OPEN.narrowed(PRODUCTS, x, double) is x


def test_there_is_no_other_keras() -> None:
    from backproof.reference.library_backends import keras_ops

    with pytest.raises(AttributeError, match="keras_ops' has no attribute 'NUMPY'"):
        _ = keras_ops.NUMPY
    assert [name for name in registry.BUILT_IN if name.startswith("keras.")] == list(backends.KERAS)
