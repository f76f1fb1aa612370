"""Modules that are taken apart in idle moments, so that the first edit that reaches them is as soon live as others."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Final

from .planning.graph import Graph
from .planning.records import SEES_CALLS, ModuleRecord
from .watching.signatures import signature

LARGE: Final = 40_000  # bytes of source: what is smaller takes a few milliseconds when it is edited first
MOST: Final = 250_000  # bytes of source in all, for what is known of statements takes memory
MOST_EDITED: Final = 4_000_000  # the same in a program that is being edited
IDLE: Final = 0.5  # seconds without anything to do, before a module is taken apart
PAUSE: Final = 0.01  # seconds after one, in which the program has the processor, before the next


class Ahead:
    """Chooses the modules that were saved last: these are the likeliest to be edited.

    Until something is saved, only large ones; then all, for an edit may reach many.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._waiting: list[tuple[int, int, int, ModuleRecord]] = []
        """A heap: what was saved last comes first."""
        self._left = MOST
        self._edited = False
        self._pace = IDLE

    def take_in(self, records: Iterable[ModuleRecord]) -> None:
        """Modules that have loaded."""
        for record in records:
            time, size = _time_and_size(record)
            if self._edited or size >= LARGE:
                heappush(self._waiting, (-time, id(record), size, record))

    def begin_edits(self) -> None:
        """Something has been saved: once it is quiet again there is time for more than large modules.

        Not where runs are guessed: that takes ten times as long, and less where many modules are gone through at once.
        """
        self._pace = IDLE
        if not self._edited and SEES_CALLS:
            self._edited = True
            self._left += MOST_EDITED - MOST
            self._waiting.clear()
            self.take_in(list(self._graph.modules.values()))

    @property
    def patience(self) -> float | None:
        """Seconds to wait for something to do before `step` is worth while; None where it never is."""
        return self._pace if self._waiting and self._left else None

    def step(self) -> None:
        """Take one module apart, if there is room for it."""
        self._pace = PAUSE
        *_, size, record = heappop(self._waiting)
        known = record.nodes is not None or self._graph.modules.get(record.name) is not record
        if not known and size <= self._left:
            self._left -= size
            self._graph.analyze(record)


def _time_and_size(record: ModuleRecord) -> tuple[int, int]:
    """When the file was saved last, and its size; nothing of a file that is gone."""
    seen = signature(record.path)
    return (seen[0], seen[1]) if seen else (0, 0)
