"""The files that are followed, each with its state when it was last read."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ._bootstrap import environment_reason
from .batches import BatchQueue
from .graph import Graph, ModuleRecord
from .recorder import opened_states, state_of
from .signatures import Signature, settled, signature
from .watcher import Watcher


class Followed:
    """Watches the files of loaded modules and the data files that they read; a change since is put into the queue."""

    def __init__(self, graph: Graph, watcher: Watcher, queue: BatchQueue) -> None:
        self.watcher = watcher
        self._graph = graph
        self._queue = queue
        self._seen: dict[str, Signature] = {}

    def paths(self) -> list[str]:
        return list(self._seen)

    def take_in(self, records: list[ModuleRecord]) -> None:
        """Follow modules that have just been loaded; what was saved before their watch began is noticed here."""
        if not records:
            return
        data = self._data_files()
        self.watch({record.path for record in records} | data)
        for path in data:
            if opened_states.get(path, state := state_of(path)) != state:
                self._differs(path)
        for record in records:
            if not _is_as_loaded(record):
                self._differs(record.path)

    def watch(self, paths: Iterable[str]) -> None:
        paths = list(paths)
        for path in paths:
            if path not in self._seen:
                self._seen[path] = settled(signature(path))
        self.watcher.watch(paths)

    def watch_data(self) -> None:
        """Watch the data files that have been opened by now."""
        self.watch(self._data_files())

    def differing(self) -> list[str]:
        """The files that are not in the state that they were read in."""
        return [path for path, seen in self._seen.items() if seen != signature(path)]

    def read(self, path: str) -> tuple[Signature, bytes | None]:
        """A file's state and its bytes, from now on what is known of it."""
        state = signature(path)
        self._seen[path] = settled(state)
        return state, read_bytes(path)

    def _differs(self, path: str) -> None:
        self._seen[path] = ()  # unlike every state: it is read again
        self._queue.put(path)

    def _data_files(self) -> set[str]:
        return {p for p in self._graph.opened_paths() if environment_reason(p) is None and os.path.isfile(p)}


def _is_as_loaded(record: ModuleRecord) -> bool:
    """Whether the file still holds what was loaded, looked at after its watch has begun."""
    return record.source is not None and read_bytes(record.path) == record.source


def read_bytes(path: str) -> bytes | None:
    """The file's bytes; None where it is gone, or cannot be read now."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
