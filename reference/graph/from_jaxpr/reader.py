"""Reads the equations of a jaxpr into a Graph: calls inlined, loops unrolled, branches as taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..graph import STOP, Builder, CustomCall, Graph, SourceLine, Typed, Unsupported
from ..rows import FAMILIES, PRIMITIVES, row_of
from .equations import Maker, binding, call_name, derivative_of, is_library_stop, source_of
from .params import plain

INLINED = ("jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint", "custom_lin", "xla_call")
CUSTOM = ("custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr")
RANDOM = ("random_", "threefry", "rng_")
ENTRYWISE = {row.name for family in ("elementwise", "binary") for row in FAMILIES[family]} | {"select_n", "clamp"}
"""Primitives whose operands jax may leave as scalars, or 1 long."""
LONGEST = 10_000
"""Rounds of a loop that are unrolled."""


def read(closed: Any, arguments: Sequence[Any] | None) -> tuple[Reader, Graph]:
    """A closed jaxpr; `arguments`, one an input, are needed where values decide what is done."""
    reader = Reader()
    constants = [reader.constant(x) for x in closed.consts]
    inputs = [reader.input(v.aval) for v in closed.jaxpr.invars]
    if arguments is not None:
        reader.executed.update(zip(inputs, arguments, strict=True))
    outputs = reader.inline(closed.jaxpr, constants, inputs)
    graph = reader.builder.graph(outputs)
    for node in graph.nodes:  # dead code may hold anything
        row_of(node)
    return reader, graph


class Reader:
    """Reads equations into a Builder; knows how each value is executed, for those that decide the way."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.executed: dict[int, Any] = {}
        self.makers: dict[int, tuple[Maker, tuple[int, ...], int]] = {}
        self.moving: set[int] = set()
        """What depends on an input of numbers."""
        self.random: set[int] = set()

    def typed(self, aval: Any) -> Typed:
        return Typed(tuple(map(int, aval.shape)), str(aval.dtype))

    def input(self, aval: Any) -> int:
        made = self.builder.input(*self.typed(aval))
        kind = self.builder.values[made]
        (self.moving if kind.is_float else self.random if kind.dtype.startswith("key") else set()).add(made)
        return made

    def constant(self, array: Any, *, literal: bool = False, dtype: str | None = None) -> int:
        kind = str(getattr(array, "dtype", "")) or None
        if kind and kind.startswith("key"):
            made = self.builder.value(array.shape, kind)
            self.random.add(made)
        else:
            made = self.builder.constant(np.asarray(array), dtype or kind, literal=literal)
        self.executed[made] = array
        return made

    def inline(self, jaxpr: Any, constants: Sequence[int], operands: Sequence[int]) -> list[int]:
        """The equations of a jaxpr, on these values."""
        known = dict(zip(jaxpr.constvars, constants, strict=True))
        known.update(zip(jaxpr.invars, operands, strict=True))

        def number(atom: Any) -> int:
            if hasattr(atom, "val"):
                kind = self.typed(atom.aval)
                return self.constant(atom.val, literal=kind.is_float, dtype=kind.dtype)
            return known[atom]

        outer = self.builder.source
        for eqn in jaxpr.eqns:
            self.builder.source = source_of(eqn) or outer
            results = self.equation(eqn, [number(x) for x in eqn.invars])
            known.update(zip(eqn.outvars, results, strict=True))
        self.builder.source = outer
        return [number(x) for x in jaxpr.outvars]

    def closed(self, closed: Any, operands: Sequence[int]) -> list[int]:
        return self.inline(closed.jaxpr, [self.constant(x) for x in closed.consts], operands)

    def equation(self, eqn: Any, operands: list[int]) -> Sequence[int]:
        name = eqn.primitive.name
        special = {"scan": self.scan, "while": self.loop, "cond": self.branch, "custom_linear_solve": self.solve}
        if name in special:
            return special[name](eqn, operands)
        if name in CUSTOM:
            return self.custom(eqn, operands)
        if name in INLINED and self.draws(operands):
            return self.as_executed(binding(eqn), operands, [self.typed(v.aval) for v in eqn.outvars], True)
        if name in INLINED:
            inner = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr"))
            return self.closed(inner, operands) if hasattr(inner, "consts") else self.inline(inner, [], operands)
        return self.primitive(eqn, operands)

    def draws(self, operands: Sequence[int]) -> bool:
        """Whether a call makes random numbers of a key and of no number that moves."""
        keys = any(self.builder.values[k].dtype.startswith("key") for k in operands)
        return keys and not self.moving.intersection(operands)

    def primitive(self, eqn: Any, operands: list[int]) -> Sequence[int]:
        """One node; executed instead where it makes random bits, or has no row and depends on no number."""
        name, results = eqn.primitive.name, [self.typed(v.aval) for v in eqn.outvars]
        maker = binding(eqn)
        moves, chance = self.moving.intersection(operands), self.random.intersection(operands)
        bits = chance and not all(kind.is_float for kind in results)
        if moves and name.startswith(RANDOM):
            raise Unsupported(f"{name} at {self.builder.source} draws with a parameter: its derivative is implicit")
        if name.startswith(RANDOM) or (not moves and (bits or name not in PRIMITIVES)):
            return self.as_executed(maker, operands, results, bool(chance) or name.startswith(RANDOM))
        _refuse_complex(name, results, self.builder.source)
        if name in ENTRYWISE:
            operands = [self.spread(k, results[0].shape) for k in operands]
        params = {"cancels": True} if name == STOP and is_library_stop(eqn) else plain(eqn.params)
        return self.node(name, operands, results, maker, **params)

    def node(
        self, name: str, operands: Sequence[int], results: Sequence[Typed], maker: Maker, **params: Any
    ) -> tuple[int, ...]:
        made = self.builder.node(name, operands, results, **params)
        for i, k in enumerate(made):
            self.makers[k] = (maker, tuple(operands), i)
        if self.moving.intersection(operands):
            self.moving.update(made)
        return made

    def as_executed(self, maker: Maker, operands: list[int], results: list[Typed], chance: bool) -> list[int]:
        """Constants that hold what jax gives; `chance` where they are random numbers."""
        made = []
        for array, kind in zip(maker(*map(self.execute, operands)), results, strict=True):
            made.append(self.constant(array, dtype=None if kind.dtype.startswith("key") else kind.dtype))
        self.random.update(made if chance else ())
        note = "random numbers are taken as executed"
        if chance and note not in self.builder.notes:
            self.builder.notes.append(note)
        return made

    def execute(self, wanted: int) -> Any:
        """The executed array of a value, worked out with all that it needs."""
        pending = [wanted]
        while pending:
            k = pending[-1]
            if k in self.executed:
                pending.pop()
                continue
            if k not in self.makers:
                raise Unsupported(f"a value decides what is done at {self.builder.source}: arguments are needed")
            maker, operands, index = self.makers[k]
            missing = [i for i in operands if i not in self.executed]
            if missing:
                pending += missing
                continue
            self.executed[k] = maker(*(self.executed[i] for i in operands))[index]
        return self.executed[wanted]

    def spread(self, k: int, shape: tuple[int, ...]) -> int:
        """An operand in the result's shape."""
        kind = self.builder.values[k]
        if kind.shape == shape:
            return k
        axes = tuple(range(len(shape) - len(kind.shape), len(shape))) if kind.shape else ()
        made = Typed(shape, kind.dtype)
        params = {"shape": shape, "broadcast_dimensions": axes}
        return self.node("broadcast_in_dim", [k], [made], lambda x: [np.broadcast_to(x, shape)], **params)[0]

    def custom(self, eqn: Any, operands: list[int]) -> Sequence[int]:
        """A call with a rule of its own: inlined, and kept as a Call."""
        builder, inner = self.builder, eqn.params.get("call_jaxpr", eqn.params.get("fun_jaxpr"))
        place = len(builder.calls)
        builder.calls.append(
            CustomCall(call_name(eqn), eqn.primitive.name.removesuffix("_jaxpr").removesuffix("_call"), (), ())
        )
        around, builder.within = builder.within, (*builder.within, place)
        given = self.closed(inner, operands)  # what is given back as it was is a number of its own: it has a rule
        results = [self.node("copy", [k], [builder.values[k]], lambda x: [x])[0] if k in operands else k for k in given]
        builder.within = around
        rule = derivative_of(eqn, _graph_alone)
        builder.calls[place] = replace(
            builder.calls[place],
            operands=tuple(operands),
            results=tuple(results),
            source=builder.source,
            derivative=rule,
        )
        return results

    def part(self, k: int, i: int) -> int:
        """Row i of a value."""
        kind = self.builder.values[k]
        n = len(kind.shape)
        start, stop = (i, *[0] * (n - 1)), (i + 1, *kind.shape[1:])
        cut = Typed((1, *kind.shape[1:]), kind.dtype)
        (row,) = self.node(
            "slice",
            [k],
            [cut],
            lambda x: [np.asarray(x)[i : i + 1]],
            start_indices=start,
            limit_indices=stop,
            strides=None,
        )
        return self.reshaped(row, kind.shape[1:])

    def reshaped(self, k: int, shape: tuple[int, ...]) -> int:
        made = Typed(shape, self.builder.values[k].dtype)
        return self.node("reshape", [k], [made], lambda x: [np.reshape(x, shape)], new_sizes=shape)[0]

    def stacked(self, rows: list[int], aval: Any) -> int:
        kind = self.typed(aval)
        if not rows:
            return self.constant(np.zeros(kind.shape, aval.dtype))
        wide = [self.reshaped(k, (1, *kind.shape[1:])) for k in rows]
        return self.node("concatenate", wide, [kind], lambda *x: [np.concatenate(x)], dimension=0)[0]

    def scan(self, eqn: Any, operands: list[int]) -> Sequence[int]:
        p = eqn.params
        n_constants, n_carried, length = p["num_consts"], p["num_carry"], p["length"]
        _not_too_long(length, self.builder.source)
        constants, carried = operands[:n_constants], operands[n_constants : n_constants + n_carried]
        along, rounds = operands[n_constants + n_carried :], range(length)
        steps: list[list[int]] = []
        for i in reversed(rounds) if p["reverse"] else rounds:
            made = self.closed(p["jaxpr"], [*constants, *carried, *(self.part(k, i) for k in along)])
            carried = made[:n_carried]
            steps.append(made[n_carried:])
        ordered = steps[::-1] if p["reverse"] else steps
        collected = [self.stacked([s[j] for s in ordered], v.aval) for j, v in enumerate(eqn.outvars[n_carried:])]
        return [*carried, *collected]

    def loop(self, eqn: Any, operands: list[int]) -> Sequence[int]:
        p = eqn.params
        n_test, n_body = p["cond_nconsts"], p["body_nconsts"]
        test, body, carried = operands[:n_test], operands[n_test : n_test + n_body], operands[n_test + n_body :]
        rounds = 0
        while True:
            (goes_on,) = self.closed(p["cond_jaxpr"], [*test, *carried])
            if not bool(np.asarray(self.execute(goes_on))):
                break
            rounds += 1
            _not_too_long(rounds, self.builder.source)
            carried = self.closed(p["body_jaxpr"], [*body, *carried])
        if goes_on in self.moving:
            self.builder.notes.append(f"a loop at {self.builder.source} is judged as taken: {rounds} rounds")
        return carried

    def solve(self, eqn: Any, operands: list[int]) -> Sequence[int]:
        """x with A x = b, where the product with A is one dot_general; how it was solved is not looked at."""
        matvec = eqn.params["jaxprs"].matvec
        matrices = operands[: eqn.params["const_lengths"].matvec]
        results = [self.typed(v.aval) for v in eqn.outvars]
        products = [e for e in matvec.jaxpr.eqns if e.primitive.name == "dot_general"]
        if len(matvec.jaxpr.eqns) > 2 or len(products) != 1 or len(matrices) != 1 or len(results) != 1:
            raise Unsupported(f"custom_linear_solve at {self.builder.source}: its matrix is not one operand")
        (a,), b = matrices, operands[-1]
        contracting, batch = products[0].params["dimension_numbers"]
        side = products[0].invars.index(matvec.jaxpr.invars[0])
        n_a, n_b = (len(self.builder.values[k].shape) for k in (a, b))
        lead = list(range(n_a - 2))
        if n_b not in (n_a, n_a - 1) or any(list(axes) != lead for axes in batch):
            raise Unsupported(f"custom_linear_solve at {self.builder.source}: axes that are not those of a matrix")
        laid = {
            "transposed": contracting[side][0] == n_a - 2,
            "rows": n_b == n_a and contracting[1 - side][0] == n_b - 1,
        }
        (made,) = self.node("linear_solve", [a, b], results, binding(eqn), **laid)
        self.makers[made] = (binding(eqn), tuple(operands), 0)
        return [made]

    def branch(self, eqn: Any, operands: list[int]) -> Sequence[int]:
        which, *rest = operands
        branches = eqn.params["branches"]
        taken = min(max(int(np.asarray(self.execute(which))), 0), len(branches) - 1)
        self.builder.notes.append(f"a branch at {self.builder.source} is judged as taken: number {taken}")
        return self.closed(branches[taken], rest)


def _graph_alone(closed: Any) -> Graph:
    return read(closed, None)[1]


def _not_too_long(rounds: int, source: SourceLine | None) -> None:
    if rounds > LONGEST:
        raise Unsupported(f"a loop at {source} has more than {LONGEST:,} rounds")


def _refuse_complex(name: str, results: Sequence[Typed], source: SourceLine | None) -> None:
    for kind in results:
        if kind.dtype.startswith("complex"):
            raise Unsupported(f"{name} at {source} gives {kind}: complex numbers are not judged")
