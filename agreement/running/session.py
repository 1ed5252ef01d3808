"""A test session: what its checks come to, and the settings that they share.

Light on purpose: the pytest plugin loads it in every run, also where nothing is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..tally.tally import Tally


@dataclass
class Session:
    """The options given, the versions of what was checked, and a tally of each check."""

    options: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)

    def whole(self) -> Tally:
        """All tallies as one."""
        from ..tally.tally import Tally

        whole = Tally()
        for tally in self.tallies:
            whole.merge(tally)
        return whole


_current: ContextVar[Session | None] = ContextVar("backproof_session", default=None)


def current() -> Session:
    """The session that is open here, or one of its own for a check outside pytest."""
    return _current.get() or Session()


@contextmanager
def opened(session: Session) -> Iterator[Session]:
    """Gather what is checked meanwhile."""
    token = _current.set(session)
    try:
        yield session
    finally:
        _current.reset(token)
