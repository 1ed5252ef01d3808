"""The types of the fields of our documents: counts, ratios, exact floats, names of bounded length."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""Whole, and small enough for every histogram that adds them."""
Hash = Annotated[int, Meta(ge=0)]
Marks = Annotated[int, Meta(ge=0)]
"""A sum of content hashes."""
Octave = Annotated[int, Meta(ge=-1100, le=1100)]
Edge = Annotated[int, Meta(ge=-8704, le=8448)]
"""The upper edge of a bin of a histogram, as b in 2^(b/8)."""
Name = Annotated[str, Meta(max_length=500)]
Sentence = Annotated[str, Meta(max_length=20_000)]
CaseId = Annotated[str, Meta(pattern="^[0-9a-f]{12}$")]
CorpusHash = Annotated[str, Meta(pattern="^([0-9a-f]{16})?$")]
Seconds = Annotated[float, Meta(ge=0)]
Magnitude = Annotated[float, Meta(ge=0)]
Stated = Magnitude | Literal["inf"]
"""Finite, or said not to be."""
HexFloat = Annotated[str, Meta(pattern=r"^(-?(0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}|inf)|nan)$")]
HexMagnitude = Annotated[str, Meta(pattern=r"^(0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}|inf)$")]
