"""Asking every backend and the truth leaves the caller's process as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.python import run

pytestmark = pytest.mark.long

PROGRAM = """
import json, os, warnings
from itertools import cycle
import flint, jax, numpy, torch
from helpers.backends import here, load
from helpers.drawn import pack
from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.judge import Judge
from backproof.manual.case import Architecture
from backproof.reference import registry

def state():
    return {
        "torch dtype": str(torch.get_default_dtype()),
        "torch threads": torch.get_num_threads(),
        "torch RNG": torch.get_rng_state().tolist(),
        "torch grad mode": torch.is_grad_enabled(),
        "torch determinism": torch.are_deterministic_algorithms_enabled(),
        "jax x64": jax.config.jax_enable_x64,
        "jax matmul precision": str(jax.config.jax_default_matmul_precision),
        "jax NaN checks": jax.config.jax_debug_nans,
        "numpy errors": numpy.geterr(),
        "numpy RNG": [part.tolist() if hasattr(part, "tolist") else part for part in numpy.random.get_state()],
        "flint precision": flint.ctx.prec,
        "environment": dict(os.environ),
        "warnings": [str(row) for row in warnings.filters],
    }

def changed(action):
    before = state()
    action()
    after = state()
    return [key for key in before if before[key] != after[key]]

def ask_everything():
    network = Architecture((1, 1), ("sigmoid",), "cross_entropy")
    judges = [Judge(pack(network, dtype, ("calm", "saturated"))) for dtype in ("float64", "float32")]
    for name, judge in zip(filter(here, registry.BUILT_IN), cycle(judges)):
        backend = load(name)
        judge.findings(backend, answer(backend, judge.pack))

GUILTY = {
    "torch dtype": lambda: torch.set_default_dtype(torch.float64),
    "torch threads": lambda: torch.set_num_threads(torch.get_num_threads() + 1),
    "torch RNG": lambda: torch.rand(1),
    "torch grad mode": lambda: torch.set_grad_enabled(False),
    "torch determinism": lambda: torch.use_deterministic_algorithms(True),
    "jax x64": lambda: jax.config.update("jax_enable_x64", True),
    "jax matmul precision": lambda: jax.config.update("jax_default_matmul_precision", "highest"),
    "jax NaN checks": lambda: jax.config.update("jax_debug_nans", True),
    "numpy errors": lambda: numpy.seterr(all="ignore"),
    "numpy RNG": lambda: numpy.random.rand(),
    "flint precision": lambda: setattr(flint.ctx, "prec", 200),
    "environment": lambda: os.environ.update(LEFT="behind"),
    "warnings": lambda: warnings.simplefilter("ignore"),
}
for name in filter(here, registry.BUILT_IN):
    registry.load(name)
print(json.dumps({
    "watched": list(state()),
    "changed": changed(ask_everything),
    "guilty": {key: changed(action) for key, action in GUILTY.items()},
}))
"""


@pytest.fixture(scope="module")
def told() -> Any:
    return json.loads(run(PROGRAM).splitlines()[-1])


def test_no_state_of_any_library_is_touched(told: Any) -> None:
    assert told["changed"] == []


def test_and_whoever_touches_one_is_seen(told: Any) -> None:
    guilty = told["guilty"]
    assert list(guilty) == list(told["watched"])
    assert {key for key in guilty if key not in guilty[key]} == set()
