"""Sources of changes: what each of them tells, and polling, which needs nothing of the system but a look."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from .signatures import Signature, signature, tick

THREAD_NAME = "hmr-daemon-watch"

#: Seconds for which a file that changed has to look the same before it is told, as its writer may be at work.
LOOK_AGAIN = 0.05

#: The interval of looks that are taken at files that change, and at no others.
NEVER = float("inf")

#: Seconds to wait for a thread to end: it is only ever this long if the thread hangs in code of others.
STOP_LIMIT = 2.0


@dataclass(frozen=True, repr=False)
class Changes:
    """What a source noticed."""

    certain: Collection[str] = ()
    """Files with a change of their own."""
    possible: Collection[str] | None = ()
    """Files to compare by signature (None: all)."""


class Source(Protocol):
    """Tells of changes; used by one thread at a time, apart from interrupt()."""

    #: Whether changes are kept while no thread waits, so that nothing need be compared afterwards.
    keeps_changes: bool

    def add(self, files: Iterable[str]) -> None:
        """Watches these files too; raises OSError where the system cannot."""

    def wait(self) -> Changes:
        """Sleeps until something changes or interrupt() is called."""

    def is_busy(self, file: str) -> bool:
        """Whether someone is writing a file now, which will be told when that has ended; from any thread."""

    def has_news(self) -> bool:
        """Whether the system has told something that wait() has yet to return; from any thread."""

    def interrupt(self) -> None:
        """Makes wait() return; may be called from any thread."""

    def close(self) -> None:
        """Gives everything back to the system."""


@dataclass(repr=False)
class _Look:
    """What a file looked like, and since when (monotonic: a server's clock is not ours)."""

    seen: Signature
    since: float
    told: bool


class Looks:
    """Files that are looked at at an interval, and in quick succession while they change.

    A file is given out once it has looked the same for a moment, and again when a later change must show in its times.
    """

    def __init__(self, interval: float = NEVER, again: float = LOOK_AGAIN) -> None:
        self._interval = interval
        self._again = again
        self._looks: dict[str, _Look] = {}
        self._changing: set[str] = set()
        self._due_all = 0.0
        self._due_changing = 0.0

    def add(self, files: Iterable[str]) -> None:
        """Looks at these, too; what they are now is as if it had just come about."""
        now = time.monotonic()
        if not self._looks:
            self._due_all = now + self._interval
        for file in files:
            if file not in self._looks:
                self._looks[file] = _Look(signature(file), now, told=True)
                self._note_change(file, now)

    def remove(self, files: Iterable[str]) -> None:
        for file in files:
            self._looks.pop(file, None)
            self._changing.discard(file)

    def suspect(self, files: Iterable[str]) -> None:
        """Someone may be writing these."""
        now = time.monotonic()
        for file in files:
            self._looks[file] = _Look(signature(file), now, told=False)
            self._note_change(file, now)

    def seconds_left(self) -> float | None:
        """Until the next look; None if there is nothing to look at."""
        if not self._looks:
            return None
        due = min(self._due_all, self._due_changing) if self._changing else self._due_all
        return None if due == NEVER else max(0.0, due - time.monotonic())

    def changed(self) -> set[str]:
        """Looks, where it is time to, and gives out the files that have changed and are whole."""
        now = time.monotonic()
        if now >= self._due_all:
            self._due_all = now + self._interval
            files = list(self._looks)
        elif self._changing and now >= self._due_changing:
            files = list(self._changing)
        else:
            return set()
        self._due_changing = now + self._again
        return {file for file in files if self._look(file, now)}

    def is_changing(self, file: str) -> bool:
        """Whether a file has changed and is not given out yet."""
        look = self._looks.get(file)
        return look is not None and not look.told

    def _note_change(self, file: str, now: float) -> None:
        if not self._changing:
            self._due_changing = now + self._again
        self._changing.add(file)

    def _look(self, file: str, now: float) -> bool:
        """Whether the file is to be given out."""
        look, seen = self._looks[file], signature(file)
        if seen != look.seen:
            self._looks[file] = _Look(seen, now, told=False)
            self._note_change(file, now)
            return False
        if file not in self._changing or now - look.since < self._again:
            return False
        settled = not seen or (now - look.since) * 1e9 > tick(seen)
        if settled:
            self._changing.discard(file)
        first, look.told = not look.told, True
        return first or settled


class Polling:
    """Looks at the files of interest, and at nothing else, at an interval."""

    keeps_changes = False

    def __init__(self, interval: float) -> None:
        self._looks = Looks(interval)
        self._interrupted = threading.Event()

    def add(self, files: Iterable[str]) -> None:
        self._looks.add(files)

    def wait(self) -> Changes:
        if self._interrupted.wait(self._looks.seconds_left()):
            self._interrupted.clear()
            return Changes()
        return Changes(possible=self._looks.changed())

    def is_busy(self, file: str) -> bool:
        return self._looks.is_changing(file)

    def has_news(self) -> bool:
        return False

    def interrupt(self) -> None:
        self._interrupted.set()

    def close(self) -> None:
        """Nothing is held."""
