"""Large modules, which are taken apart in idle moments, so that their first edit is as soon live as later ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .planning.graph import Graph, ModuleRecord
from .watching.signatures import signature

LARGE: Final = 40_000  # bytes of source: what is smaller takes a few milliseconds when it is edited first
MOST: Final = 500_000  # bytes of source in all, for what is known of statements takes memory
IDLE: Final = 0.5  # seconds without anything to do, each time


class Ahead:
    """Chooses the modules that were saved last: these are the likeliest to be edited."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._waiting: list[ModuleRecord] = []
        self._left = MOST

    def take_in(self, records: Iterable[ModuleRecord]) -> None:
        """Modules that have loaded."""
        self._waiting += [record for record in records if _size(record) >= LARGE]

    @property
    def patience(self) -> float | None:
        """Seconds to wait for something to do before `step` is worth while; None where it never is."""
        return IDLE if self._waiting and self._left else None

    def step(self) -> None:
        """Take one module apart, if there is room for it."""
        record = max(self._waiting, key=lambda each: _times_and_size(each))
        self._waiting.remove(record)
        known = record.nodes is not None or self._graph.modules.get(record.name) is not record
        if not known and _size(record) <= self._left:
            self._left -= _size(record)
            self._graph.analyze(record)


def _size(record: ModuleRecord) -> int:
    return _times_and_size(record)[1]


def _times_and_size(record: ModuleRecord) -> tuple[int, int]:
    """When the file was saved last, and its size; nothing of a file that is gone."""
    seen = signature(record.path)
    return (seen[0], seen[1]) if seen else (0, 0)
