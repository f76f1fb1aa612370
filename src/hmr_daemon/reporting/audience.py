"""Who is told of reloads: the log and the terminal, callbacks, and those who ask later."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..model import Failure, Reload
from . import report

REMEMBERED = 100


class Audience:
    """Tells everyone of each reload, one after the other."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Reload], object]] = []
        self.history: list[Reload] = []
        self.reloads = 0
        self._events: list[Reload] = []

    def publish(self, event: Reload, failures: Mapping[str, Failure]) -> None:
        """Tell of a reload; one that a callback asks for is told after this one. `failures` are those that remain."""
        self._events.append(event)
        if len(self._events) > 1:
            return
        while self._events:
            try:
                self._tell(self._events[0], failures)
            finally:
                self._events.pop(0)

    def _tell(self, event: Reload, failures: Mapping[str, Failure]) -> None:
        self.reloads += 1
        self.history.append(event)
        del self.history[:-REMEMBERED]
        report.tell(event, {path: f for path, f in failures.items() if path not in event.files})
        for callback in list(self.callbacks):
            try:
                callback(event)
            except Exception as error:  # the user's code
                report.callback_failed(callback, error)
