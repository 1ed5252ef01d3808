"""The structure of a record's document: what msgspec holds it against. What types cannot say is in `consistency`.

Keys that a later version adds are let through, so that a record stays readable in both directions.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from ..field_types import CaseId, CorpusHash, Count, Name, Seconds, Sentence, Stated
from ..judging.discrepancy_schema import DisagreementRow
from ..judging.verdict import Verdict


class Quantiles(Struct):
    """Of a magnitude; null where nothing was counted."""

    median: Stated | None
    p99: Stated | None


class Ulps(Quantiles):
    """Of errors in ulp."""

    max: Stated


class RecordCorpus(Struct):
    """Which cases were judged."""

    name: Name
    hash: CorpusHash


class Library(Struct):
    """A BLAS that was loaded."""

    internal_api: Name
    version: Name | None
    architecture: Name | None = None


class Environment(Struct):
    """What results depend on besides the code; versions of libraries are not named here."""

    python: Name
    platform: Name
    cpu: Name
    isa: list[Name]
    numpy: Name
    blas: list[Library]
    threads: dict[Name, Count]
    flags: dict[Name, Sentence]
    torch: Name | None = None
    jax: Name | None = None
    jaxlib: Name | None = None


class RecordSettings(Struct):
    """What was asked for."""

    backends: list[Name]
    dtypes: list[Name]
    costs: list[Name]
    activations: list[Name]
    cases: Count
    seed: Annotated[int, Meta(ge=0)]
    regimes: list[Name] | None = None
    corpus: RecordCorpus = field(default_factory=lambda: RecordCorpus("", ""))
    l2: Any = None
    weighted: bool = False
    shard: Name | None = None


class Reason(Struct):
    """Why a backend was not asked, and of how many cases."""

    backend: Name
    reason: Sentence
    cases: Count


class RecordDeviation(Struct):
    """A known deviation that the networks of the run can show."""

    id: Name
    what: Sentence
    reference: Sentence
    backends: list[Name] | None = None
    """Whose it is; None in a record that does not know."""
    activation: Name | None = None


class _Counts(Struct):
    """A count for each verdict, by its word."""

    cases: Count
    entries: Count
    accurate: Count
    lossy: Count
    known: Count
    wrong: Count
    undetermined: Count
    out_of_range: Count
    blind: Count
    unsupported: Count

    def of(self, verdict: Verdict) -> int:
        """How many entries have this verdict."""
        return int(getattr(self, verdict.word))


class SharpnessRow(Struct):
    """How much of ∂C/∂W and ∂C/∂b was judged sharply, of one backend in one dtype."""

    backend: Name
    dtype: Name
    nonzero: Count
    sharp: Count


class DigitsRow(Struct):
    """Digits of σ′ that are gone at each z."""

    backend: Name
    activation: Name
    dtype: Name
    digits: list[float | None]


class Saturation(Struct):
    """Where σ′ was asked, and what came."""

    z: list[float] = field(default_factory=list)
    curves: list[DigitsRow] = field(default_factory=list)


class StripRow(Struct):
    """Errors of one backend in calm float64 networks: log10 of error/|value| and of allowed/|value|."""

    n: Count
    over: Count
    dots: list[tuple[float, float]]


class PicturesBlock(Struct):
    """What the report draws; `see` has from which relative error on a check sees one, half of the time and 99 %."""

    saturation: Saturation = field(default_factory=Saturation)
    hero: dict[Name, StripRow] = field(default_factory=dict)
    see: dict[Name, tuple[Stated | None, Stated | None]] = field(default_factory=dict)


class DiagnosisRow(Struct):
    """What is wrong with a backend from a file, by name; `line` and `text` where the source shows it."""

    backend: Name
    equation: Name
    file: Name
    line: Count | None = None
    text: Sentence | None = None
    mistakes: list[Name] = field(default_factory=list)
    said: Sentence = ""


class Summary(_Counts, kw_only=True):
    """The totals of the cells."""

    architectures: Count
    regimes: dict[Name, Count]
    smallest_visible_error: Quantiles
    backends: dict[Name, Name]
    decided: dict[Name, Count]
    wrong_cases: Count
    known_deviations: list[RecordDeviation]
    stale_deviations: list[Sentence]
    unsupported_reasons: list[Reason]
    failures: list[Sentence]
    seconds: Seconds
    quarantined: list[CaseId] = field(default_factory=list)
    unsteady: list[Sentence] = field(default_factory=list)
    missing: list[Sentence] = field(default_factory=list)
    sharpness: list[SharpnessRow] = field(default_factory=list)
    lost: Count = 0
    unbounded: Count = 0
    fail_on: Literal["lossy", "lost"] | None = None
    pictures: PicturesBlock = field(default_factory=PicturesBlock)
    origins: dict[Name, Name] = field(default_factory=dict)
    diagnoses: list[DiagnosisRow] = field(default_factory=list)


class RecordCell(_Counts, kw_only=True):
    """One cell."""

    backend: Name
    dtype: Name
    cost: Name
    activation: Name
    regime: Name
    quantity: Name
    worst_ratio: Stated
    worst_ratio_stable: Stated
    worst_step_ratio: Stated
    median_ratio: Stated | None
    visible: Quantiles
    ulps: Ulps
    ulp_histogram: dict[int, Count]
    worst_case: CaseId | None
    worst_ratio_unlisted: Stated | None = None
    """None in a record from before it was counted."""
    lost: Count = 0
    nonzero: Count = 0
    sharp: Count = 0
    unbounded: Count = 0
    step_ulp_histogram: dict[int, Count] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        return (self.backend, self.dtype, self.cost, self.activation, self.regime, self.quantity)


class RecordDocument(Struct):
    """The whole."""

    schema: str
    created: Annotated[str, Meta(max_length=40)]
    environment: Environment
    settings: RecordSettings
    summary: Summary
    cells: list[RecordCell]
    disagreements: list[DisagreementRow]
    cases: dict[CaseId, dict[str, Any]]
    digest: Name | None = None
