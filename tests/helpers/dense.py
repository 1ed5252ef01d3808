"""A dense network's truth twice: by the four equations in balls, and by the graph of its objective in jax."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
from backproof.manual.case import Case
from backproof.reference.graph.adjoint import adjoint
from backproof.reference.graph.arrays import enclosure, filled, zeros_like
from backproof.reference.graph.exact import walk
from backproof.reference.graph.from_jaxpr import trace
from backproof.reference.jax_backends.jax_grad import JIT
from backproof.reference.objective import arrays_of, objective
from backproof.reference.truth.certified import truth
from backproof.reference.truth.enclosure import Enclosure
from flint import ctx

BITS = 320


class ComparedTruths(NamedTuple):
    """Entries whose enclosures meet, that are apart (by at most `worst` of the largest), and that are open."""

    meet: int
    apart: int
    still_open: int
    worst: float


def by_graph(case: Case) -> list[Enclosure]:
    """∂W, ∂b and δ by layer, in the order of the objective's arrays."""
    cost = objective(case.architecture, JIT.words, _share(case))
    with jax.enable_x64(True):
        arrays = arrays_of(case)
        graph = trace(lambda *x: cost(*x)[0], *arrays)
        with ctx.workprec(BITS):
            values = walk(graph, arrays)
            found = adjoint(graph, values, {graph.outputs[0]: filled((), 1)})
            leaves = graph.inputs[: 3 * case.architecture.depth]
            return [enclosure(found.get(k, zeros_like(values[k]))) for k in leaves]


def _share(case: Case) -> float:
    from backproof.manual.case import Pack

    return float(Pack.of([case]).share)


def by_equations(case: Case) -> list[Enclosure]:
    """The same by the balls of the four equations, at tolerance 0: as sharp as floats are."""
    tolerance: Any = _tolerance(case)
    found = truth(case, tolerance)
    return [*found.nabla_w, *found.nabla_b, *found.delta]


def _tolerance(case: Case) -> Any:
    from backproof.manual import backprop

    with np.errstate(all="ignore"):
        return backprop(case).map(lambda x: np.full(np.shape(x), 1e-300))


def compared(case: Case) -> ComparedTruths:
    """Every entry of the two."""
    meet = apart = still_open = 0
    worst = 0.0
    for ours, theirs in zip(by_graph(case), by_equations(case), strict=True):
        with np.errstate(all="ignore"):
            gap = np.abs((ours.hi - theirs.hi) + (ours.lo - theirs.lo))
            doubt = ours.radius + theirs.radius
            size = np.abs(theirs.hi[np.isfinite(theirs.hi)]).max(initial=0.0) or 1.0
            within = gap <= doubt + 2.0**-104 * np.abs(ours.hi)
            unknown = ~np.isfinite(doubt) | (doubt > 2.0**-60 * size)
        open_here = unknown & (within | ~np.isfinite(gap))
        meet, still_open = meet + int(np.sum(within & ~unknown)), still_open + int(np.sum(open_here))
        wrong = ~within & ~open_here
        apart += int(np.sum(wrong))
        worst = max(worst, float(np.max(gap[wrong] / size, initial=0.0)))
    return ComparedTruths(meet, apart, still_open, worst)
