"""The state of a process: what is live in it, what is pending, what no one has called since it changed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._bootstrap import off_reason
from .model import Failure, Reload

if TYPE_CHECKING:
    from .daemon import Daemon
    from .parts import Parts


@dataclass(frozen=True)
class Status:
    """What `hmr_daemon.status()` returns; `print` shows it in words."""

    active: bool
    reason: str
    """Why this process is live, or why it is not."""
    modules: tuple[str, ...] = ()
    """Names of the live modules."""
    watched: int = 0
    """How many files are watched."""
    paused: bool = False
    reloads: int = 0
    last: Reload | None = None
    failures: tuple[Failure, ...] = ()
    uncalled: tuple[str, ...] = ()
    """Functions that have changed and that no one has called since (from Python 3.12 on)."""

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def of_process(daemon: Daemon | None) -> Status:
    """The state of this process."""
    if daemon is None:
        return Status(False, off_reason() or "no user code has been imported yet")
    found = daemon.call(lambda parts: _of_parts(daemon, parts))
    if isinstance(found, Status):
        return found
    running = "a reload is being carried out" if daemon.applying else "the daemon's thread has ended"
    return Status(daemon.applying, running, tuple(daemon.live_modules()))


def _of_parts(daemon: Daemon, parts: Parts) -> Status:
    parts.take_loads()
    return Status(
        active=True,
        reason="user code is loaded",
        modules=tuple(sorted(parts.graph.modules)),
        watched=len(parts.followed.paths()),
        paused=daemon.held,
        reloads=daemon.audience.reloads,
        last=daemon.audience.history[-1] if daemon.audience.history else None,
        failures=daemon.failures(),
        uncalled=parts.uncalled,
    )


def _lines(status: Status) -> list[str]:
    if not status.active:
        return [f"not live: {status.reason}"]
    lines = [f"live: {len(status.modules)} modules, {status.watched} files watched, {status.reloads} reloads"]
    if status.paused:
        lines.append("paused: what is saved waits")
    lines += [f"not live: {failure.path}: {failure.summary}" for failure in status.failures]
    if status.uncalled:
        lines.append(f"changed but not run since: {', '.join(status.uncalled)}")
    elif sys.version_info < (3, 12):
        lines.append("changed but not run since: told from Python 3.12 on")
    return lines
