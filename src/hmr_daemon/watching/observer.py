"""The observer: watchdog's own, for systems whose interface reports paths (macOS, Windows)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..loading.forks import wait_until_gone
from ..loading.listings import is_listing
from .sources import STOP_LIMIT, THREAD_NAME, Changes, Looks

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import ObservedWatch

#: The same seconds for files that the system has told to be written to, without telling when that has ended.
LOOK_AGAIN = 0.02


class Observer:
    """watchdog's observer for systems whose interface reports paths (macOS, Windows), on few roots."""

    keeps_changes = False

    def __init__(self) -> None:
        from queue import Empty, SimpleQueue

        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer as PlatformObserver

        class Handler(FileSystemEventHandler):
            dispatch = staticmethod(self._handle)

        self._handler = Handler()
        self._nothing_came = Empty
        self._looks = Looks(again=LOOK_AGAIN)
        self._queue: SimpleQueue[FileSystemEvent | None] = SimpleQueue()
        self._files: dict[str, set[str]] = {}
        self._watches: dict[tuple[str, bool], ObservedWatch] = {}
        self._observer = PlatformObserver()
        self._observer.name = f"{THREAD_NAME}-observer"
        self._observer.start()

    def add(self, files: Iterable[str]) -> None:
        for file in files:
            real = os.path.realpath(file)
            for path in {file, os.path.join(real, "") if is_listing(file) else real}:
                self._files.setdefault(os.path.normcase(path), set()).add(file)
                self._schedule(*watch_root(os.path.dirname(path)))

    def _schedule(self, folder: str, recursive: bool) -> None:
        if (folder, recursive) not in self._watches:
            watch = self._observer.schedule(self._handler, folder, recursive=recursive)
            self._watches[folder, recursive] = watch
            for number, emitter in enumerate(sorted(self._observer.emitters, key=id)):
                emitter.name = f"{THREAD_NAME}-{number}"

    def _handle(self, event: FileSystemEvent) -> None:
        if event.event_type not in ("opened", "closed_no_write"):
            self._queue.put(event)

    def wait(self) -> Changes:
        try:
            event = self._queue.get(timeout=self._looks.seconds_left())
        except self._nothing_came:
            return Changes(certain=self._looks.changed())
        return Changes() if event is None else self._changes(event)

    def _changes(self, event: FileSystemEvent) -> Changes:
        if event.is_directory:
            # A folder that is merely "modified" had an entry changed, and that entry has an event of its own.
            return Changes() if event.event_type == "modified" else Changes(possible=None)
        paths = {os.path.normcase(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path}
        files = {file for path in paths for file in self._files.get(path, ())}
        folders = {os.path.join(os.path.dirname(path), "") for path in paths if event.event_type != "modified"}
        listings = {file for folder in folders for file in self._files.get(folder, ())}
        if event.event_type in ("created", "modified"):
            self._looks.suspect(files)
            return Changes(possible=listings)
        self._looks.remove(files)
        return Changes(certain=files, possible=listings)

    def is_busy(self, file: str) -> bool:
        return self._looks.is_changing(file)

    def has_news(self) -> bool:
        return not self._queue.empty()

    def interrupt(self) -> None:
        self._queue.put(None)

    def close(self) -> None:
        threads = [self._observer, *self._observer.emitters]
        self._observer.stop()
        for thread in threads:
            thread.join(STOP_LIMIT)
            wait_until_gone(thread.native_id)


def watch_root(folder: str) -> tuple[str, bool]:
    """The folder to watch for a folder's files and whether with all below: a top-level package, or a flat folder."""
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    top, recursive = folder, False
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        top, recursive = folder, True
        folder = os.path.dirname(folder)
    return top, recursive
