"""The frozen values that cross module borders."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """A saved file and what it holds now."""

    path: str
    source: bytes | None
    """None where the file is gone."""


@dataclass(frozen=True)
class Failure:
    """Why a reload did not land."""

    path: str
    line: int | None
    summary: str
    traceback: str


@dataclass(frozen=True)
class Reload:
    """One reload, landed or not: what ``hmr_daemon.on_reload`` callbacks receive.

    >>> Reload(files=("m.py",)).ok
    True
    """

    files: tuple[str, ...] = ()
    ran: tuple[str, ...] = ()
    """Statements that ran again, in order: ``"module:line names"``."""
    patched: tuple[str, ...] = ()
    """Functions and classes that were given new code in place."""
    removed: tuple[str, ...] = ()
    rebound: tuple[str, ...] = ()
    """Names of the interactive namespace that follow their modules."""
    notes: tuple[str, ...] = ()
    """What could not be done live, and why."""
    failure: Failure | None = None
    involved: frozenset[str] = field(default_factory=frozenset)
    """Paths whose next save tries a failed reload again."""
    milliseconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.failure is None

    @property
    def error(self) -> str | None:
        """The traceback of a reload that failed."""
        return None if self.failure is None else self.failure.traceback
