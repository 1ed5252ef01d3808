"""The first few of each kind, in an order of their own: what is kept does not depend on who came first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class TopN(Sequence[T], Generic[T]):
    """Items by kind, at most so many of each, no item twice; the first of every kind stand first.

    `kind` and `order` give sortable values, and items of one order are one item. Merging is
    associative and commutative.
    """

    def __init__(self, of_each: int, kind: Callable[[T], Any], order: Callable[[T], Any]) -> None:
        self._of_each, self._kind, self._order = of_each, kind, order
        self._items: dict[Any, dict[Any, T]] = {}

    def update(self, items: Iterable[T]) -> None:
        """Take in items, and let go of those that are no longer among the first of their kind."""
        for item in items:
            same = self._items.setdefault(self._kind(item), {})
            same[self._order(item)] = item
            if len(same) > self._of_each:
                del same[max(same)]

    def _ranked(self) -> Iterator[tuple[int, Any, T]]:
        for kind, same in self._items.items():
            for rank, order in enumerate(sorted(same)):
                yield rank, kind, same[order]

    def __iter__(self) -> Iterator[T]:
        return (item for _, _, item in sorted(self._ranked(), key=lambda ranked: ranked[:2]))

    def __len__(self) -> int:
        return sum(map(len, self._items.values()))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        return list(self)[index]


def sentences(of_each: int = 25) -> TopN[str]:
    """Sentences for the reader; the first word, mostly a backend's name, is their kind."""
    return TopN(of_each, kind=lambda said: said.partition(" ")[0], order=lambda said: said)
