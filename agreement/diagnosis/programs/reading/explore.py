"""Exploring: one traced run of an entry, and the plan that it shows."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import numpy as np

from ..loading import stubs
from ..loading.program import Program
from .arguments import RESIDUAL, Handed
from .chain import Chain, find, widths_of
from .climbs import climbs
from .entries.entry import EntryPoint
from .late import first_widths, late
from .numbers import RATE, ExampleLayout, NetworkAndBatch
from .outlets import FAR, beside, changed, returned, stored, updates
from .plan import ONE_BY_ONE, Fixed, OneLayer, ReadingPlan, Unread, slots
from .run import Ready, prepare
from .step import written_rate
from .tracer import Tracer

BUDGETS = (600, 3000)
"""Lines of a recorded run: the first few show a step of most programs."""


def explore(
    program: Program,
    entry: EntryPoint,
    numbers: NetworkAndBatch,
    form: ExampleLayout,
    handed: Handed,
    rate: float = RATE,
    like: ReadingPlan | None = None,
    bare: bool = False,
) -> ReadingPlan:
    """The plan of an entry for networks of this depth; raises Unread, or whatever the program raises.

    Where `like` is given only the paths of its outlets are looked at; `bare` looks for no biases.
    """
    ready = prepare(program, entry, numbers, form, handed, rate)
    chain = find(ready.shapes(), numbers.widths, turned=form.wide) or find(
        ready.shapes(one_by_one=True), numbers.widths
    )
    if bare and chain is not None:
        chain = replace(chain, biases=(None,) * len(chain.weights))
    fixed = widths_of(ready.shapes()) or widths_of(ready.shapes(one_by_one=True)) if chain is None else None
    if fixed and fixed != numbers.widths:
        raise Fixed(fixed) if len(fixed) > 2 or entry.complete else OneLayer("it is one layer")
    try:
        _quick(program, ready, chain, numbers)
    except Exception:
        if chain is None and (fixed := _widths_held(program, entry, numbers, form, handed, rate)):
            raise Fixed(fixed) from None
        raise
    if chain is not None and chain.one_by_one:
        return _one_by_one(ready, chain, numbers)
    for budget in BUDGETS:
        stubs.PASSED.clear()
        ready = prepare(program, entry, numbers, form, handed, rate)
        tracer = Tracer(program.files, ready.program_owns, budget)
        if chain is not None:
            ready.put(chain, numbers)
        answer = ready.call(tracer)
        try:
            plan = _read(_only(tracer, like), chain, answer, ready, numbers, like)
            _all_there(numbers, form)
            return replace(plan, steep=ready.values.steep and _moved_far(tracer))
        except Unread:
            if tracer.lines <= budget or budget == BUDGETS[-1]:
                raise
    raise AssertionError


def _one_by_one(ready: Ready, chain: Chain, numbers: NetworkAndBatch) -> ReadingPlan:
    """The plan of a run that is over, of whose numbers none makes an array: what it changed, else what it left."""
    of = (ready.entry, ready.values.form, ready.values.handed, ready.values.rate)
    far = _went_far(ready, chain)
    rate = _rate_of(ready, chain, far)
    bare = replace(chain, biases=(None,) * len(chain.weights))
    if found := changed(chain, numbers, ready, rate):
        return ReadingPlan(*of, chain, found, steep=ready.values.steep and far)
    if found := changed(bare, numbers, ready, rate):
        return ReadingPlan(*of, bare, found, still=tuple(filter(None, chain.biases)), steep=ready.values.steep and far)
    if found := beside(chain, ready):
        return ReadingPlan(*of, chain, found)
    raise Unread("its parameters were found, their gradients were not")


def _went_far(ready: Ready, chain: Chain) -> bool:
    return any(np.abs(ready.read(place.path)).max() > FAR for place in slots(chain))


def _all_there(numbers: NetworkAndBatch, form: ExampleLayout) -> None:
    """Raises Unread where numbers of the network went through a function that is not there."""
    if missing := stubs.passed([form.x(numbers), form.y(numbers), *numbers.x.T, *numbers.y.T]):
        raise Unread(f"its numbers go through {missing}, which is not there")


def _only(tracer: Tracer, like: ReadingPlan | None) -> Tracer:
    """The tracer with the paths of a plan alone, in its parameters and its outlets."""
    if like is not None:
        paths = {out.path for out in like.outlets} | {place.path for place in slots(like.chain)}
        recorded = {v.value.tobytes() for path, versions in tracer.versions.items() if path in paths for v in versions}
        tracer.versions = {
            path: versions
            for path, versions in tracer.versions.items()
            if path in paths or versions[0].value.tobytes() in recorded
        }
    return tracer


def _read(
    tracer: Tracer, chain: Chain | None, answer: Any, ready: Ready, numbers: NetworkAndBatch, like: ReadingPlan | None
) -> ReadingPlan:
    """The plan that a recorded run shows; raises Unread."""
    far = _moved_far(tracer)
    of = (ready.entry, ready.values.form, ready.values.handed, ready.values.rate)
    if chain is None and RESIDUAL in ready.entry.kinds:
        raise Unread("no complete chain of weight matrices was found")
    if chain is None:
        return late(tracer, numbers, lambda found: _rate_of(ready, found, far), of, like)
    if outlets := updates(tracer, chain, numbers, ready, _rate_of(ready, chain, far)):
        return ReadingPlan(*of, chain, outlets)
    outlets = returned(answer, chain, numbers, ready) or stored(tracer, chain, numbers, ready)
    if outlets is None:
        raise Unread("its parameters were found, their gradients were not")
    stepped = any("change" in out.source for out in outlets)
    sign = -1.0 if climbs(ready.program.trees) and RESIDUAL not in ready.entry.kinds and not stepped else 1.0
    return ReadingPlan(*of, chain, tuple(replace(out, factor=sign * out.factor) for out in outlets))


def _rate_of(ready: Ready, chain: Chain, far: bool) -> float:
    """What a step multiplies its gradients by: our learning rate where the program went as far, else its own."""
    if ready.values.steep and (far or ready.values.rate == 1):
        return ready.values.rate
    return written_rate(ready.program.trees, [place.path for place in slots(chain)])


def _moved_far(tracer: Tracer) -> bool:
    """Some array became as large as a step of our learning rate makes it: the program uses the rate."""
    return any(np.abs(v.value).max() > FAR for versions in tracer.versions.values() for v in versions)


def _widths_held(
    program: Program, entry: EntryPoint, numbers: NetworkAndBatch, form: ExampleLayout, handed: Handed, rate: float
) -> tuple[int, ...] | None:
    """The widths of the weight matrices that a run makes before it fails on ours."""
    ready = prepare(program, entry, numbers, form, handed, rate)
    tracer = Tracer(program.files, ready.program_owns)
    with contextlib.suppress(Exception):
        ready.call(tracer)
    return first_widths(tracer, numbers)


def _quick(program: Program, ready: Ready, chain: Chain | None, numbers: NetworkAndBatch) -> None:
    """A run without records: what raises needs no trace."""
    if chain is not None:
        ready.put(chain, numbers)
    budget = ONE_BY_ONE if chain is not None and chain.one_by_one else BUDGETS[-1]
    ready.call(Tracer(program.files, ready.program_owns, budget, record=False))
