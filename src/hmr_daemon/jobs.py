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
        self._work = work
        self._done = threading.Event()
        self._result: Any = None

    def do(self, parts: Parts) -> None:
        try:
            self._result = self._work(parts)
        finally:
            self._done.set()

    def give_up(self) -> None:
        self._done.set()

    def wait(self, runs: Callable[[], bool], timeout: float | None) -> Any:
        """What the work returned; None where the thread no longer runs, or the time is over."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self._done.wait(0.5 if end is None else max(0.0, min(0.5, end - time.monotonic()))):
            if not runs() or (end is not None and time.monotonic() >= end):
                break
        return self._result
