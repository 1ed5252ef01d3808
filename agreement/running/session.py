"""A test session: the tally of its checks, and the settings that they share.

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
    """The options given, the versions of what was checked, a tally of each check, and what was certified."""

    options: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)
    certificates: list[list[str]] = field(default_factory=list)
    """A row of the table for each training step that was certified."""

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
