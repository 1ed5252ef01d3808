"""One entry held against its truth: the numbers that every report of an entry shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class JudgedEntry:
    """An entry of a result by its index; `ratio` is |got − truth|/bound."""

    index: tuple[int, ...]
    got: float
    truth: float
    bound: float
    ratio: float

    @property
    def at(self) -> str:
        """The index as it is printed: `[0, 2]`; nothing for a scalar."""
        return f"[{', '.join(map(str, self.index))}]" if self.index else ""

    @property
    def hex_numbers(self) -> dict[str, str]:
        """The numbers as hex floats, exact."""
        return {key: float(getattr(self, key)).hex() for key in ("got", "truth", "bound", "ratio")}

    def told(self, judgement: str = "") -> str:
        """What came, what is true and how far off that is, a line each."""
        of = f" ({judgement})" if judgement else ""
        return (
            f"    got   {self.got!r}\n"
            f"    truth {self.truth!r}\n"
            f"    bound {self.bound:.3g}{of}; the error is {self.ratio:.3g} times that"
        )
