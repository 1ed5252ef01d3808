"""One operation's vector-Jacobian product judged alone, for authors of automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...manual.case import Pack
from ...manual.rounding.formats import DTYPES, FORMATS
from ...manual.shapes import Array
from ...reference.arithmetic_state import guarded, warn
from ...reference.graph.contract import Contract
from ...reference.protocol import Traits
from ..cases import generate
from ..cases.layouts import EXPANDED, LAYOUTS, with_equal_columns
from ..cases.layouts import of_case as layout_of
from ..cases.regimes import KINK, REGIMES
from ..errors import Disagreement, Incomplete, UsageError
from ..judging.backends import unbounded
from ..judging.finding import Judgement, limit_of
from ..judging.judge import Judge, or_blind
from ..judging.verdict import Verdict
from ..tally.sharpness import LEFT_OUT
from .against_reference import judge_against
from .operations import Operation, operations
from .report import VjpReport, WrongEntry

DEFAULT_CASES = 160
EXAMPLES = 5
Operands = tuple[Array, ...]
"""With the cases on a leading axis."""
Vjp = Callable[..., Any]
"""The operands of an operation → what its vector-Jacobian product gives, one array or a tuple of them."""


class Author(NamedTuple):
    """Who is judged: by a library's name and version its listed deviations are looked up."""

    name: str = "own"
    version: str = "0"
    traits: Traits = Traits(recomputes=False)


def cross_check_vjp(
    function: Vjp,
    operation: str | None = None,
    *,
    reference: Callable[..., Any] | None = None,
    arguments: Sequence[Any] | None = None,
    contract: Contract | None = None,
    cases: int | None = None,
    seed: int = 0,
    dtypes: Sequence[str] = DTYPES,
    author: Author | None = None,
) -> VjpReport:
    """Hold a hand-written vector-Jacobian product against the certified truth; raises Disagreement.

    Of an operation of a network: `operation` is `affine`, given (W, b, a, v) and giving (∂W, ∂b, ∂a) for
    z = W a + b; an activation as `sigmoid`, given (z, v) and giving v ⊙ σ′(z) (`softmax`: p ⊙ (v − pᵀv)); or a
    cost on an output activation as `cross_entropy/softmax`, given (z, y) and giving ∂C/∂z, C summed over the
    examples. Arrays are NumPy's, W (n, n_in), b (n,), a (n_in, m), z, v and y (n, m), examples in columns;
    float64 and float32 (`dtypes` may be 16 bits wide), of every regime and on kinks, a few with results of more than
    32, 4,096 and 32,768 numbers; contiguous, permuted, offset, with gaps and expanded (stride 0) in turn.

    Of any function: `reference` is the plain function, in jax or torch, that is differentiated, of `arguments`
    (arrays of NumPy, torch or jax, float64, float32, float16, bfloat16, integers; others are handed on), to one
    array. `function` is given (*arguments, cotangent), cotangent as the reference's result, and gives one cotangent
    a float argument, each of that argument's shape and dtype; or it is a `torch.autograd.Function` or a
    `jax.custom_vjp`. The reference is traced, never trusted for numbers: the truth is the exact pullback, the bound
    what its operations may be off within `contract` (`Contract`: by default as the dtypes say). Cotangents, layouts,
    sizes at tile edges and redrawn operands are tried in turn, at most `cases` of them (default: all).

    Returns a VjpReport, whose `power` is the smallest relative error of one entry that is seen. Raises Incomplete
    where nothing is wrong and too little was judged sharply; UsageError where there is no such operation, or for a
    primitive of the reference that is not known (named, with its line).
    """
    __tracebackhide__ = True  # a failure is shown where it is asked for
    if (operation is None) == (reference is None):
        raise UsageError("either an operation's name or reference= and arguments= are needed")
    if reference is not None:
        if arguments is None:
            raise UsageError("arguments= is needed: what the reference is called with")
        report = judge_against(function, reference, arguments, contract, cases=cases, seed=seed)
    else:
        report = judge_vjp(function, operation or "", cases=cases, seed=seed, dtypes=dtypes, author=author)
    if report.disagrees:
        raise Disagreement(str(report))
    if report.decided and report.unseen:
        raise Incomplete(str(report))
    return report


def judge_vjp(
    function: Vjp,
    operation: str,
    *,
    cases: int | None = None,
    seed: int = 0,
    dtypes: Sequence[str] = DTYPES,
    author: Author | None = None,
) -> VjpReport:
    """The same, but what disagrees stands in the report."""
    known = operations()
    if operation not in known:
        plain = ", ".join(name for name in known if "/" not in name)
        heads = "a cost on an output as cross_entropy/softmax"
        raise UsageError(f"unknown operation {operation!r}: choose from {plain}, or {heads}")
    if not callable(function):
        raise UsageError(f"{function!r} is no function ({', '.join(known[operation].takes)})")
    report, of, who = VjpReport(operation), known[operation], author or Author()
    _check(of, cases, seed, dtypes)
    for drawn in _drawn(of, cases or DEFAULT_CASES, seed, dtypes):
        results = _requested(function, of, drawn, report)
        report.cases += len(drawn.regimes)
        if results is not None:
            _judge(of, drawn, results, who, report)
    return report


def _check(of: Operation, cases: int | None, seed: int, dtypes: Sequence[str]) -> None:
    if cases is not None and cases < 1:
        raise UsageError(f"cases is {cases}: at least 1 is needed")
    if seed < 0:
        raise UsageError(f"seed is {seed}: an integer ≥ 0 is needed")
    if not dtypes or not set(dtypes) <= set(FORMATS):
        raise UsageError(f"dtypes are {dtypes!r}: choose from {', '.join(FORMATS)}")
    for dtype in dtypes:
        if reason := unbounded(of.network(np.random.default_rng(seed)), dtype):
            raise UsageError(reason)


SIZES = (40, 4_200, 33_000)
"""Results a little longer than 32, 4,096 and 32,768 numbers: where libraries change to vectors and threads."""


LONG, LONG_FROM = "calm", 40
"""The regime of a long result, and from how many cases on there is one of each size."""


class DrawnOperands(NamedTuple):
    """The operands of some cases, and how each was drawn and lies in memory."""

    regimes: list[str]
    layouts: list[str]
    operands: Operands

    @classmethod
    def of(cls, regimes: list[str], first: int, operands: Operands) -> DrawnOperands:
        """The layouts take turns from this number on; what lies expanded has equal columns."""
        layouts = [layout_of(first + k) for k in range(len(regimes))]
        copies = tuple(operand.copy() for operand in operands)
        for operand in copies:
            for k in (k for k, layout in enumerate(layouts) if layout == EXPANDED):
                operand[k] = with_equal_columns(operand[k])
        return cls(regimes, layouts, copies)


def _drawn(of: Operation, cases: int, seed: int, dtypes: Sequence[str]) -> Iterator[DrawnOperands]:
    """Packs of one case of each regime, the dtypes in turn; then a long result of each size and dtype."""
    names = [*REGIMES, KINK.name]
    for number, start in enumerate(range(0, cases, len(names))):
        rng, dtype = np.random.default_rng([seed, number]), dtypes[number % len(dtypes)]
        network, examples = of.network(rng), int(rng.integers(1, EXAMPLES))
        regimes = names[: cases - start]
        pack = Pack.of([generate.case(rng, network, dtype, regime, examples) for regime in regimes])
        yield DrawnOperands.of(regimes, number, of.operands(pack))
    for number, size in enumerate(SIZES if cases >= LONG_FROM else ()):
        for dtype in dtypes:
            rng = np.random.default_rng([seed, size])
            network = of.network(rng)
            pack = Pack.of([generate.case(rng, network, dtype, LONG, -(-size // network.widths[-1]))])
            yield DrawnOperands.of([LONG], number, of.operands(pack))


def _requested(function: Vjp, of: Operation, drawn: DrawnOperands, report: VjpReport) -> Operands | None:
    """What the function gives for every case; None, and a failure told, where that is nothing."""
    answers, operands = [], drawn.operands
    for k, layout in enumerate(drawn.layouts):
        given = tuple(LAYOUTS[layout](operand[k : k + 1])[0] for operand in operands)
        try:
            with guarded(of.name, warn), np.errstate(all="ignore"):
                found = function(*given)
            parts = tuple(map(np.asarray, found if len(of.gives) > 1 else (found,)))
        except (Exception, SystemExit) as error:
            report.failures.append(f"{of.name} raised {type(error).__name__}: {error} (operands {layout})")
            return None
        for name, operand, there in zip(of.takes, operands, given, strict=True):
            if not np.array_equal(operand[k], there):
                report.failures.append(f"{of.name} wrote to its input, {name}: copy an array before changing it")
                return None
        got = [f"{part.dtype} {part.shape}" for part in parts]
        needed = [f"{operands[0].dtype} {shape}" for shape in of.shapes(operands)]
        if got != needed:
            report.failures.append(f"{of.name} gave {', '.join(got)} where {', '.join(needed)} is needed")
            return None
        answers.append(parts)
    return tuple(map(np.stack, zip(*answers, strict=True)))


def _judge(of: Operation, drawn: DrawnOperands, results: Operands, who: Author, report: VjpReport) -> None:
    step = of.step(drawn.operands, results)
    judged = Judge(step.pack).one_step(who, step.computed)
    for number, (place, result) in enumerate(zip(step.places, results, strict=True)):
        judgement = judged[place]
        ratio, lost = judgement.ratio(judgement.allowed), int(judgement.lost.sum())
        report.count(str(result.dtype), or_blind(judgement), ratio, lost)
        report.see(str(result.dtype), *_seen(drawn, result, judgement))
        report.add(_wrong(of, number, drawn, result, judgement))


def _seen(drawn: DrawnOperands, result: Array, judgement: Judgement) -> tuple[int, int]:
    """Of a result: the entries that are not 0, and those judged sharply; without the regime that does not count."""
    counts = np.array([regime != LEFT_OUT for regime in drawn.regimes])
    verdict, value = or_blind(judgement), np.abs(judgement.truth.hi)
    unknown = (verdict == Verdict.UNDETERMINED) | (verdict == Verdict.OUT_OF_RANGE)
    nonzero = (value >= np.fmax(judgement.omega, judgement.truth.radius)) | unknown
    sharp = (verdict <= Verdict.LOSSY) & (judgement.bounds.open <= limit_of(str(result.dtype)) * value)
    seen = nonzero & (sharp | (verdict == Verdict.WRONG) | (verdict == Verdict.KNOWN))
    marks = (mark.reshape(result.shape)[counts] for mark in (nonzero, seen))
    return tuple(int(mark.sum()) for mark in marks)  # type: ignore[return-value]  # two


def _wrong(
    of: Operation, number: int, drawn: DrawnOperands, result: Array, judgement: Judgement
) -> Iterator[WrongEntry]:
    """The wrong entries of one result."""
    ratio, shape = judgement.ratio(judgement.bounds.open), result.shape
    flat = {"truth": judgement.truth.hi, "bound": judgement.bounds.open, "ratio": ratio}
    numbers = {name: part.reshape(shape) for name, part in flat.items()}
    for k, *index in np.argwhere(judgement.verdict.reshape(shape) == Verdict.WRONG).tolist():
        at = (k, *index)
        arguments = of.arguments(tuple(operand[k] for operand in drawn.operands), number, tuple(index))
        yield WrongEntry(
            operation=of.name,
            result=of.gives[number],
            index=tuple(index),
            arguments={name: np.ravel(values).astype(float).tolist() for name, values in arguments.items()},
            got=float(result[at]),
            **{name: float(part[at]) for name, part in numbers.items()},
            dtype=str(result.dtype),
            regime=drawn.regimes[k],
            layout=drawn.layouts[k],
        )
