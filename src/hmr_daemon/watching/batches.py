"""Batches: paths that changed, collected until it has been quiet for a moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

#: Seconds without an event after which a single changed file, or several, are a batch.
QUIET_SINGLE = 0.005
QUIET_SEVERAL = 0.040

#: The longest wait after the last file that was not in the batch yet, and in all.
QUIET_LONGEST = 0.5
QUIET_UTMOST = 5.0


@dataclass(frozen=True)
class Batch:
    """Files that changed together."""

    paths: frozenset[str]


class BatchQueue:
    """Collects changed paths and hands them over once it has been quiet for a moment."""

    def __init__(self, quiet: float = QUIET_SINGLE) -> None:
        self._quiet = quiet  # seconds after the last event
        self._condition = threading.Condition(threading.Lock())
        self._paths: set[str] = set()
        self._idle: set[str] = set()
        """Of these, the ones for which nothing has been done meanwhile."""
        self._later: dict[str, float] = {}
        self._first = 0.0
        self._newest = 0.0
        self._last = 0.0
        self._woken = False

    def leave_parent(self) -> None:
        """After a fork: a thread of the parent's may have held the lock."""
        self._condition = threading.Condition(threading.Lock())

    def put(self, path: str) -> None:
        """Notes that a path may have changed; may be called from any thread."""
        with self._condition:
            self._later.pop(path, None)
            self._collect(path, time.monotonic())

    def put_later(self, path: str, delay: float) -> None:
        """Notes that a path is to be looked at again after so many seconds, unless it changes before."""
        with self._condition:
            if path not in self._paths:
                self._later[path] = time.monotonic() + delay
                self._condition.notify()

    def wake(self) -> None:
        """Makes a waiting or else the next get() return None at once; collected paths stay for the one after."""
        with self._condition:
            self._woken = True
            self._condition.notify()

    def get(self, timeout: float | None = None, meanwhile: Callable[[str], object] | None = None) -> Batch | None:
        """The next batch; None after wake() or when no path came within the timeout.

        `meanwhile` is called with each path before: while more may follow, or at the end of the quiet. What has come
        until it is done is still part of the batch, so that a pause of whoever writes the files does not cut it.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._condition:
                if self._woken:
                    self._woken = False
                    return None
                now = time.monotonic()
                self._collect_due(now)
                quiet = bool(self._paths) and self._quiet_at() <= now
                if quiet and (meanwhile is None or not self._idle or self._first + QUIET_UTMOST <= now):
                    return self._take()
                if not self._paths and end is not None and end <= now:
                    return None
                if meanwhile is None or not self._idle or not (quiet or len(self._paths) > 1):
                    self._condition.wait(self._seconds_left(now, end))
                    continue
                path = self._idle.pop()
            meanwhile(path)

    def _take(self) -> Batch:
        batch, self._paths = Batch(frozenset(self._paths)), set()
        self._idle.clear()
        return batch

    def _collect(self, path: str, now: float) -> None:
        self._last = now
        if not self._idle:
            self._condition.notify()
        self._idle.add(path)
        if not self._paths:
            self._first = now
        if path not in self._paths:
            self._newest = now
            self._paths.add(path)

    def _collect_due(self, now: float) -> None:
        for path in [path for path, due in self._later.items() if due <= now]:
            del self._later[path]
            self._collect(path, now)

    def _seconds_left(self, now: float, end: float | None) -> float | None:
        moments = list(self._later.values())
        if self._paths:
            moments.append(self._quiet_at())
        elif end is not None:
            moments.append(end)
        return max(0.0, min(moments) - now) if moments else None

    def _quiet_at(self) -> float:
        quiet = self._quiet if len(self._paths) == 1 else max(self._quiet, QUIET_SEVERAL)
        longest, utmost = max(quiet, QUIET_LONGEST), max(quiet, QUIET_UTMOST)
        return min(self._last + quiet, self._newest + longest, self._first + utmost)
