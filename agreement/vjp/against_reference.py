"""A hand-written backward held against the exact pullback of a plain reference, over many cases."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ...manual.rounding.formats import FORMATS
from ...reference.arithmetic_state import guarded, warn
from ...reference.graph.contract import Contract
from ...reference.graph.graph import OpenBranch, Unsupported
from ..errors import UsageError
from ..judging.finding import limit_of
from ..judging.verdict import Verdict
from .against import JudgedGradient, judge_answers
from .frameworks import FLOATS, Held, framework_of, hold
from .kernels import Kernel, kernel_of
from .programs import ProgramAgreement, judge_program, of_floats
from .report import VjpReport, WrongEntry
from .traced import Traced, traced_by
from .variations import Variation, cotangent_of, variations


def judge_against(
    kernel: Any,
    reference: Callable[..., Any],
    arguments: Sequence[Any],
    contract: Contract | None = None,
    *,
    cases: int | None = None,
    seed: int = 0,
) -> VjpReport:
    """Every variation of the arguments in turn; what disagrees stands in the report."""
    if not callable(reference):
        raise UsageError(f"the reference {str(reference)[:200]!r} is no function of the arguments")
    given = tuple(hold(x) if framework_of(x) is not None else x for x in arguments)
    if not any(isinstance(x, Held) and x.is_float for x in given):
        raise UsageError(f"no argument is an array of floats ({', '.join(FLOATS)}): nothing to differentiate")
    trial = _Trial(kernel_of(kernel, arguments), reference, given, contract or Contract())
    trial.examples = tuple(arguments)
    rng = np.random.default_rng(seed)
    for variation in variations(given, rng, strided_too=trial.kernel.framework.strided, count=cases):
        trial.take(variation, rng)
    return trial.finished()


class _Trial:
    """What stays the same over the cases of a kernel, and its report."""

    def __init__(
        self, kernel: Kernel, reference: Callable[..., Any], given: tuple[Any, ...], contract: Contract
    ) -> None:
        self.kernel, self.reference, self.given, self.contract = kernel, reference, given, contract
        self.traced: Traced = traced_by(reference, given, kernel.framework)[0]
        self.names = _names(reference, len(given))
        self.program: ProgramAgreement | None = None
        self.report = VjpReport(kernel.name, contract=str(contract))
        self.examples: tuple[Any, ...] = ()
        """The user's own arrays: on their devices the kernel is asked."""

    def take(self, variation: Variation, rng: np.random.Generator) -> None:
        """One case: asked, judged, told."""
        try:
            output = self.traced.output(self.reference, variation.arguments)
        except Exception:  # a reference made for one shape is used at that shape
            self.report.skip(f"the reference takes no operands {variation.name}")
            return
        cotangent = cotangent_of(variation, rng, output)
        try:
            pullback = self.traced.pullback(self.reference, variation.arguments, cotangent)
            if self.program is None:
                self.program = judge_program(self.kernel, variation.arguments, cotangent, pullback)
            answers = self.ask(variation, cotangent)
            if answers is None:
                return
            found = judge_answers(pullback, answers, self.contract)
        except Unsupported as error:
            raise UsageError(f"the reference can't be judged: {error}") from None
        except OpenBranch as error:
            self.report.skip(f"{variation.name}: {error}")
            return
        self.report.cases += 1
        for number, answer, (got, _) in zip(self.places(), found, answers, strict=True):
            self.tell(variation, number, answer, got)

    def places(self) -> list[int]:
        return [i for i, x in enumerate(self.given) if isinstance(x, Held) and x.is_float]

    def ask(self, variation: Variation, cotangent: Held) -> list[tuple[Any, str]] | None:
        """The kernel's gradients as (array, dtype); None, and a failure told, where they are none."""
        framework = self.kernel.framework
        pairs = zip(variation.arguments, self.examples, strict=True)
        arrays = [framework.given(x.array, y) if isinstance(x, Held) else x for x, y in pairs]
        beside = self.examples[self.places()[0]]
        before = [np.array(x.array) if isinstance(x, Held) else None for x in variation.arguments]
        try:
            with guarded(self.kernel.name, warn):
                made = self.kernel.pulled(arrays, framework.given(cotangent.array, beside))
            parts = of_floats(made, [i in self.places() for i in range(len(self.given))])
            held = [framework.held(part) if part is not None else None for part in parts]
        except Exception as error:
            said = str(error).splitlines()[0][:200] if str(error) else ""
            self.report.fail(f"{self.kernel.name} raised {type(error).__name__}: {said} ({variation.name})")
            return None
        if any(b is not None and not _same(b, x.array) for b, x in zip(before, variation.arguments, strict=True)):
            self.report.fail(f"{self.kernel.name} changes its operands in place ({variation.name})")
            return None
        return self._checked(variation, held)

    def _checked(self, variation: Variation, held: list[Any]) -> list[tuple[Any, str]] | None:
        floats = [variation.arguments[i] for i in self.places()]
        filled = [
            np.zeros(x.array.shape, x.array.dtype) if h is None else h for h, x in zip(held, floats, strict=False)
        ]
        got = [f"{h.dtype} {h.shape}" for h in filled] + ["one more"] * (len(held) - len(filled))
        needed = [f"{x.dtype} {x.array.shape}" for x in floats]
        if got != needed:
            self.report.fail(
                f"{self.kernel.name} gave {', '.join(got)} where {', '.join(needed)} is needed ({variation.name})"
            )
            return None
        return [(h, x.dtype) for h, x in zip(filled, floats, strict=True)]

    def tell(self, variation: Variation, number: int, answer: JudgedGradient, got: Any) -> None:
        """Counts, power and wrong entries."""
        report, verdicts = self.report, answer.verdict
        report.count(self.given[number].dtype, verdicts, answer.ratio[verdicts <= Verdict.WRONG])
        report.visible.append(np.ravel(answer.visible))
        report.see(self.given[number].dtype, *_seen(answer, self.given[number].dtype))
        report.add(self._wrong(variation, number, answer, got))

    def _wrong(self, variation: Variation, number: int, answer: JudgedGradient, got: Any) -> Iterator[WrongEntry]:
        wrong = np.argwhere(answer.verdict == Verdict.WRONG)
        ratios = np.array([answer.ratio[tuple(at)] for at in wrong])
        for k in np.argsort(-ratios)[:1]:
            at = tuple(wrong[k].tolist())
            dtype = self.given[number].dtype
            yield WrongEntry(
                operation=self.kernel.name,
                result=f"∂{self.names[number]}",
                index=at,
                arguments={},
                got=float(got[at]),
                truth=float(answer.truth[at]),
                bound=float(answer.bound[at]),
                ratio=float(answer.ratio[at]),
                dtype=dtype,
                regime=f"{variation.name}; {len(wrong):,} of {answer.verdict.size:,} entries",
            )

    def finished(self) -> VjpReport:
        """With what the exact programs say."""
        if self.program is not None:
            self.report.program = str(self.program)
            names = [self.names[i] for i in self.places()]
            for i in self.program.wrong:
                found = self.program.found[i]
                where = f", entry {list(found.worst)}" if found.worst else ""
                self.report.wrong_programs.append(
                    f"the program's ∂{names[i]} is not the reference's: {found.apart:,} of {found.entries:,} entries,"
                    f" by up to {found.difference:.3g}{where}; exact, no rounding in it"
                )
        return self.report


def _seen(answer: JudgedGradient, dtype: str) -> tuple[int, int]:
    """The entries that are not 0 (normal numbers, or unknown), and those that were judged sharply."""
    value, verdict = np.abs(answer.truth), answer.verdict
    nonzero = (value >= FORMATS[dtype].smallest_normal) | ~np.isfinite(value)
    sharp = (verdict < Verdict.WRONG) & (answer.bound <= limit_of(dtype) * value)
    return int(nonzero.sum()), int((nonzero & (sharp | (verdict == Verdict.WRONG))).sum())


def _same(before: Any, after: Any) -> bool:
    return bool(before.tobytes() == np.asarray(after).tobytes())


def _names(reference: Callable[..., Any], count: int) -> list[str]:
    """The reference's names of its arguments."""
    try:
        names = [n for n, p in inspect.signature(reference).parameters.items() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        names = []
    return [*names, *(f"x{i}" for i in range(len(names), count))][:count]
