"""The files that are followed, each with its state when it was last read."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

from .._bootstrap import environment_reason
from ..loading.listings import Listing, is_listing, modules_in
from ..loading.recorder import awaited_sources, opened_states, state_of
from ..planning import namespaces
from ..planning.graph import Graph
from ..planning.records import ModuleRecord
from .batches import BatchQueue
from .owners import Owners
from .signatures import UNSETTLED, Signature, settled, signature
from .watcher import Watcher

ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
EMPTY_PATIENCE = 0.3  # seconds after which an empty file is taken to be meant so: on a busy machine, who fills it waits
READ_AGAIN = 0.01  # seconds after which a file that was written to while it was read is read again


@dataclass(frozen=True, repr=False)
class Reading:
    """What a file holds, or why that cannot be told now."""

    state: Signature
    source: bytes | None = None
    """None where there is no file, or where it could not be read as a whole."""
    is_gone: bool = False
    error: OSError | None = None
    """Why a file that is there cannot be read: no permission, no descriptors left, a server that does not answer."""
    stranger: int | None = None
    """Whom it belongs to, where that is no one whose code is taken up."""


class Followed:
    """Watches the files of loaded modules and the data files that they read; a change since is put into the queue."""

    def __init__(self, graph: Graph, watcher: Watcher, queue: BatchQueue) -> None:
        self.watcher = watcher
        self._graph = graph
        self._queue = queue
        self.packages: dict[str, str] = {}
        """Files that packages without one may come to have, with their names."""
        self._seen: dict[str, Signature] = {}
        self._owners = Owners()
        self._empty_since: dict[str, float] = {}
        """Since when (monotonic: clocks are set, and servers have their own) the emptied files have been seen so."""

    def paths(self) -> list[str]:
        return list(self._seen)

    def take_in(self, records: list[ModuleRecord]) -> None:
        """Follow modules that have just been loaded; what was saved before their watch began is noticed here."""
        if not records:
            return
        data = self._data_files()
        packages = dict(namespaces.awaited(self._graph, records))
        self.packages.update(packages)
        self.watch({record.path for record in records} | data | packages.keys())
        for path in data:
            if opened_states.get(path, state := state_of(path)) != state:
                self._differs(path)
        for path in packages:
            if signature(path):
                self._differs(path)
        for record in records:
            if not _is_as_loaded(record):
                self._differs(record.path)

    def watch(self, paths: Iterable[str]) -> None:
        paths = list(paths)
        for path in paths:
            if path not in self._seen:
                self._seen[path] = settled(state := signature(path))
                if state:
                    self._owners.learn(path, state[-1])
        self.watcher.watch(paths)

    def watch_successor(self, path: str, successor: str) -> None:
        """Watch a file that is to take the place of another; the program has not taken it from anyone."""
        self._seen.setdefault(successor, settled(signature(successor)))
        self._owners.inherit(path, successor)
        self.watcher.watch([successor])

    def watch_data(self) -> None:
        """Watch the data files that have been opened by now."""
        self.watch(self._data_files())

    def differing(self) -> list[str]:
        """The files that are not in the state that they were read in."""
        return [path for path, seen in self._seen.items() if seen != signature(path)]

    def read(self, path: str) -> Reading:
        """A file's state and its bytes, from now on what is known of it; it is told again where it is not whole."""
        state = signature(path)
        self._seen[path] = settled(state)
        if is_listing(path):
            return self._read_listing(path)
        try:
            source, stranger = self._owners.read(path)
        except OSError as error:
            is_gone = isinstance(error, ABSENT) or error.errno == errno.ELOOP
            return Reading(state, is_gone=is_gone, error=None if is_gone else error)
        if signature(path) != state:
            self.again(path, READ_AGAIN)
            return Reading(state)
        return Reading(state, source, stranger=stranger)

    def _read_listing(self, folder: str) -> Reading:
        """The modules in a folder, where these are others than the program has seen, as if they were a text."""
        names = self._listing(folder)
        return Reading((), None if names == opened_states.get(folder) else _as_text(names))

    def _listing(self, folder: str) -> Listing:
        """The modules in a folder, without those that a stranger has put there."""
        seen = opened_states.get(folder) or ()
        found = modules_in(folder) or ()
        return tuple(name for name in found if name in seen or self._owners.trust(os.path.join(folder, name)))

    def as_saved(self, path: str) -> tuple[bytes | None, int | None]:
        """The file's bytes, None where it is gone or cannot be read now; and its owner, where that is a stranger."""
        try:
            return (_as_text(self._listing(path)), None) if is_listing(path) else self._owners.read(path)
        except OSError:
            return None, None

    def again(self, path: str, delay: float) -> None:
        """Have a file told again after so many seconds, whether or not it looks any different then."""
        self._seen[path] = UNSETTLED
        self._queue.put_later(path, delay)

    def is_half_written(self, path: str) -> bool:
        """Whether someone is writing a file, or has just emptied it and so is about to; it is told again."""
        return self.watcher.is_busy(path) or self._is_emptied(path)

    def until_filled(self, paths: Iterable[str]) -> bool:
        """Have some files told again when one that has just been emptied is filled or meant so; whether there is one.

        What is saved with it is one with it: what it held may be in another file now.
        """
        left = max((since + EMPTY_PATIENCE for since in self._empty_since.values()), default=0.0) - time.monotonic()
        if left > 0:
            for path in paths:
                self._queue.put_later(path, left)
        return left > 0

    def _is_emptied(self, path: str) -> bool:
        if not self._is_empty(path):
            self._empty_since.pop(path, None)
            return False
        now = time.monotonic()
        left = self._empty_since.setdefault(path, now) + EMPTY_PATIENCE - now
        if left > 0:
            self._queue.put_later(path, left)
        return left > 0

    def _is_empty(self, path: str) -> bool:
        try:
            size = os.stat(path).st_size
        except OSError:
            return False
        return not size and any(record.source for record in self._graph.at_path(path))

    def _differs(self, path: str) -> None:
        self._seen[path] = UNSETTLED
        self._queue.put(path)

    def _data_files(self) -> set[str]:
        paths = [path for path in self._graph.opened_paths() if environment_reason(path) is None]
        return {path for path in paths if path in awaited_sources or is_listing(path) or os.path.isfile(path)}


def _as_text(listing: Listing) -> bytes:
    return "\n".join(listing).encode()


def _is_as_loaded(record: ModuleRecord) -> bool:
    """Whether the file still holds what was loaded, looked at after its watch has begun."""
    return record.source is not None and read_bytes(record.path) == record.source


def read_bytes(path: str) -> bytes | None:
    """The file's bytes; None where it is gone, or cannot be read now."""
    try:
        return _read(path)
    except OSError:
        return None


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
