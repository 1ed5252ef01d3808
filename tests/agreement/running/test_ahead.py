from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from backproof.agreement.running import ahead
from backproof.agreement.running.check import Settings, run
from backproof.manual import Architecture, Gradients, Pack
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL

WORK = Settings(cases=120).units()


class Compiles:
    """The hand-written module, which notes for what it was asked to prepare, and by which thread."""

    name, version, traits = "compiles", "0", MANUAL.traits

    def __init__(self, fails: bool = False) -> None:
        self.prepared: list[str] = []
        self.threads: set[int] = set()
        self.done, self.fails = threading.Event(), fails

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return "not in single precision" if dtype == "float32" else None

    def prepare(self, pack: Pack) -> None:
        self.prepared.append(pack[0].id)
        self.threads.add(threading.get_ident())
        if self.fails:
            raise RuntimeError("planted")
        if len(self.prepared) == sum(piece.draw()[0].dtype == "float64" for piece in WORK):
            self.done.set()

    def gradients(self, pack: Pack) -> Gradients[Array]:
        return MANUAL.gradients(pack)


def test_packs_come_in_order_and_each_that_can_be_asked_for_is_prepared_elsewhere() -> None:
    compiles, plain = Compiles(), [piece.draw() for piece in WORK]
    found = []
    for piece, pack, regimes in ahead.drawn(WORK, [MANUAL, compiles]):
        found.append((piece.number, pack[0].id, regimes))
        if len(found) == len(WORK):
            assert compiles.done.wait(60)
    assert found == [(i, pack[0].id, regimes) for i, (pack, regimes) in enumerate(plain)]
    assert sorted(compiles.prepared) == sorted(pack[0].id for pack, _ in plain if pack.dtype == "float64")
    assert threading.get_ident() not in compiles.threads


def test_without_such_a_backend_nothing_is_drawn_ahead() -> None:
    before, drawn = set(threading.enumerate()), []

    class Noted(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            return (drawn.append(piece) or piece for piece in WORK)  # type: ignore[func-returns-value]

    next(ahead.drawn(Noted(), [MANUAL]))
    assert len(drawn) == 1
    assert set(threading.enumerate()) <= before


def test_what_fails_ahead_is_met_again_where_it_is_judged() -> None:
    tally = run(Settings(cases=27), [Compiles(fails=True)])
    assert not tally.failures
    assert tally.verdicts


def test_who_stops_half_way_waits_for_nothing() -> None:
    started, free = threading.Event(), threading.Event()

    class Slow(Compiles):
        def prepare(self, pack: Pack) -> None:
            started.set()
            free.wait(60)

    drawn = ahead.drawn(WORK, [Slow()])
    next(drawn)
    assert started.wait(60)
    drawn.close()  # type: ignore[attr-defined]  # a generator
    assert not free.is_set()
    free.set()


@pytest.mark.parametrize("name", ["jax", "jax.jit"])
def test_what_jax_compiled_ahead_is_what_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from backproof.reference.jax_backends import jax_grad
    from backproof.reference.registry import load

    monkeypatch.setattr(jax_grad, "_compiled", {})
    jax, (pack, _) = load(name), WORK[0].draw()
    jax.prepare(pack)  # type: ignore[attr-defined]
    monkeypatch.setattr(jax_grad.JaxBackend, "_function", lambda *_: pytest.fail("compiled once more"))
    assert jax.gradients(pack).nabla_w[0].dtype == pack.dtype
