"""Work that others want done on the daemon's thread, and their wait for it."""

from __future__ import annotations

import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .parts import Parts


class Job:
    """One piece of work; the thread does it or gives it up, and whoever waits goes on."""

    def __init__(self, work: Callable[[Parts], Any]) -> None:
        self.bell = threading.Event()
        """Rung when it is done, and for what the thread that waits is to do meanwhile."""
        self._work = work
        self._done = False
        self._result: Any = None

    def do(self, parts: Parts) -> None:
        try:
            self._result = self._work(parts)
        finally:
            self.give_up()

    def give_up(self) -> None:
        self._done = True
        self.bell.set()

    def wait(self, runs: Callable[[], bool], timeout: float | None, meanwhile: Callable[[], None]) -> Any:
        """What the work returned; None where the thread no longer runs, or the time is over."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self._done:
            rung = self.bell.wait(0.5 if end is None else max(0.0, min(0.5, end - time.monotonic())))
            if not rung and (not runs() or (end is not None and time.monotonic() >= end)):
                break
            self.bell.clear()
            meanwhile()
        return self._result
