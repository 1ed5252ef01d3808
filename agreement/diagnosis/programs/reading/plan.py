"""A plan: where an entry's parameters go in, and where its gradients come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .....manual.shapes import Array
from ...asking.subject import Outside
from ..loading.program import Program
from .arguments import Handed
from .assembled.drivers import DRIVERS
from .chain import Chain, ParameterPlace
from .entries.entry import EntryPoint
from .numbers import ExampleLayout, NetworkAndBatch
from .run import MADE, RETURNED, Ready, prepare
from .tracer import Path, Tracer, at

REPLAYED, ONE_BY_ONE = 20_000, 200_000
"""Lines of a run that is replayed, of one that computes number by number."""


class Unread(Exception):
    """A run in which no gradients were found; says what was missing."""


class OneLayer(Unread):
    """What was made is a layer of a network, not one."""


@dataclass(frozen=True)
class Outlet:
    """Where a slot's gradient comes out: a version of a traced path, a path of the answer or of a root, or the
    change of the parameter itself; `factor` makes it ∂C.
    """

    source: str
    path: Path
    number: int = 0
    factor: float = 1.0
    turned: bool = False


@dataclass(frozen=True)
class ReadingPlan:
    """For networks of one depth: the places of W and b, of the versions to write into where a run makes its own
    parameters, and the outlets in the order of W^1 …, b^1 …. Biases that are `untouched` by a step, or stand `still`,
    are set to 0.
    """

    entry: EntryPoint
    form: ExampleLayout
    handed: Handed
    rate: float
    chain: Chain
    outlets: tuple[Outlet, ...]
    inject: tuple[int, ...] = ()
    untouched: tuple[Path, ...] = ()
    still: tuple[ParameterPlace, ...] = ()
    widths: tuple[int, ...] | None = None
    dtype: str = "float64"
    steep: bool = False
    """Its steps go as far as our learning rate."""

    def gradients(
        self, program: Program, numbers: NetworkAndBatch, ready: Ready | None = None
    ) -> tuple[list[Array], list[Array]]:
        """∂C/∂W and ∂C/∂b of one call, layer 1 first; in single precision where the program keeps them so."""
        ready = ready or self.prepare(program, numbers)
        places = slots(self.chain)
        arrays = [place_array(self.chain, n, numbers) for n in range(len(places))]
        wanted = {(out.path, out.number) for out in self.outlets if out.source in ("trace", "late change")}
        late = {(place.path, k): array for place, k, array in zip(places, self.inject, arrays, strict=False)}
        late |= {(path, 0): np.zeros(1) for path in self.untouched}
        record = bool(wanted or late)
        stepped = frozenset(out.path for out in self.outlets if out.source == "late change")
        left = any(out.source in ("change", "returned change", MADE, RETURNED) for out in self.outlets)
        tracer = Tracer(program.files, ready.program_owns, self.budget, wanted, late, stepped, record, left)
        if not self.inject:
            ready.put(self.chain, numbers)
        for place in self.still:
            ready.set(place, np.zeros_like(ready.read(place.path)))
        answer = ready.call(tracer)
        found = [
            out.factor * self._value(out, place, array, tracer, ready, answer)
            for out, place, array in zip(self.outlets, places, arrays, strict=True)
        ]
        single = any(value.dtype == np.float32 for value in found) or ready.single(self.chain)
        weights, biases = self._split(found, numbers)
        return (_in_single(weights), _in_single(biases)) if single else (weights, biases)

    @property
    def budget(self) -> int:
        """Lines of a run."""
        return ONE_BY_ONE if self.chain.one_by_one else REPLAYED

    def prepare(self, program: Program, numbers: NetworkAndBatch) -> Ready:
        """The entry made ready; raises Outside where we put the network together, and cannot on these widths."""
        try:
            return prepare(program, self.entry, numbers, self.form, self.handed, self.rate)
        except Exception as error:
            if self.entry.maker is None or self.entry.maker.name not in DRIVERS:
                raise
            raise Outside(f"widths {'-'.join(map(str, numbers.widths))}, {type(error).__name__}") from error

    def _value(
        self, out: Outlet, place: ParameterPlace, before: Array, tracer: Tracer, ready: Ready, answer: Any
    ) -> Array:
        if out.source == "trace":
            versions = [v for v in tracer.versions.get(out.path, []) if v.number == out.number]
            held = tracer.held(out.path)  # what is computed anew as it was makes no version
            if held is None:
                raise Unread(f"{out.path[-1]} was not computed")
            value = versions[0].value.astype(np.float32 if versions[0].single else float) if versions else held
        elif out.source == RETURNED:
            value = np.array(at({RETURNED: answer}, out.path))
        elif out.source == "returned change":
            after = np.array(at({RETURNED: answer}, out.path), dtype=float)
            value = after - (before.T if out.turned else before).reshape(after.shape)
        elif out.source == "change":
            value = ready.read(out.path) - before.reshape(np.shape(ready.read(out.path)))
        elif out.source == "late change":
            versions = [v for v in tracer.versions.get(out.path, []) if v.number == out.number]
            if tracer.seen(out.path) < out.number - 1:
                raise Unread(f"{out.path[-1]} was not computed")
            after = versions[0].value if versions else before  # a step that moves nothing makes no version
            value = after - before.reshape(after.shape)
        else:
            value = ready.read(out.path)
        value = value.T if out.turned else value
        vector = np.squeeze(value).ndim < 2 and value.size == before.size  # (n, 1) of (1, n)
        return value.reshape(before.shape) if vector else value

    def _split(self, found: Sequence[Array], numbers: NetworkAndBatch) -> tuple[list[Array], list[Array]]:
        weights, biases = [], []
        depth = len(self.chain.weights)
        for l, place in enumerate(self.chain.weights):
            w, b = place.split(np.asarray(found[l], dtype=float))
            weights.append(w)
            if b is None:
                rank = sum(p is not None for p in self.chain.biases[:l])
                b = (
                    np.asarray(found[depth + rank], dtype=float)
                    if self.chain.biases[l]
                    else np.zeros(len(numbers.biases[l]))
                )
            biases.append(b)
        return weights, [b.reshape(-1) if 1 in b.shape else b for b in biases]

    @property
    def updates(self) -> bool:
        """Its run changes the parameters: what is asked again is asked anew."""
        return (
            self.entry.driven
            or bool(self.inject)
            or any(out.source in ("trace", "change", "late change") for out in self.outlets)
        )

    @property
    def difference(self) -> bool:
        """Some gradient is read as a difference of parameters."""
        return any("change" in out.source for out in self.outlets)


def _in_single(arrays: list[Array]) -> list[Array]:
    return [array.astype(np.float32) for array in arrays]


def slots(chain: Chain) -> list[ParameterPlace]:
    """The places of a chain: every W, then every b that stands by itself."""
    return [*chain.weights, *(place for place in chain.biases if place is not None)]


def place_array(chain: Chain, slot: int, numbers: NetworkAndBatch) -> Array:
    """What stands in a slot."""
    depth = len(chain.weights)
    if slot < depth:
        return chain.weights[slot].put(numbers.weights[slot], numbers.biases[slot])
    layers = [l for l, place in enumerate(chain.biases) if place is not None]
    place = chain.biases[layers[slot - depth]]
    assert place is not None
    return place.laid(numbers.biases[layers[slot - depth]])


class Fixed(Exception):
    """The program's networks have widths of their own."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__(str(widths))
        self.widths = widths
