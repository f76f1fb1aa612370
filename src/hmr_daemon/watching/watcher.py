"""The watcher: says which files of interest may have changed, whatever the system offers to notice it."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from ..loading import signals
from ..loading.forks import wait_until_gone
from .signatures import UNSETTLED, Signature, settled, signature
from .sources import STOP_LIMIT, THREAD_NAME, Changes, Polling, Source

#: Seconds to rest after an error that has nothing to do with files: memory or threads that are short just now.
REST = 0.2

#: Seconds that hear() waits at most.
HEARING = 0.05


class Watcher:
    """Notifies of files of interest that may have changed, from a thread of its own (and from rescan())."""

    def __init__(
        self,
        notify: Callable[[str], None],
        *,
        polling: bool = False,
        poll_interval: float = 0.5,
        warn: Callable[[str], None],
    ) -> None:
        self._notify = notify
        self._polling = polling
        self._poll_interval = poll_interval
        self._warn = warn
        self._warned: set[str] = set()
        self._seen: dict[str, Signature] = {}
        self._added: list[str] = []
        self._lock = threading.Lock()
        self._control = threading.Lock()
        self._process = os.getpid()
        self._source: Source | None = None
        self._thread: threading.Thread | None = None

    # -- for the owner

    def watch(self, files: Iterable[str]) -> None:
        """Watches these absolute paths from now on; what is saved after this call is noticed."""
        self._leave_parent()
        with self._lock:
            new = [file for file in files if file not in self._seen]
            self._seen.update((file, settled(signature(file))) for file in new)
            self._added += new
        if new:
            self._interrupt()

    def rescan(self) -> None:
        """Notifies of every file of interest that differs from when it was last looked at."""
        self._leave_parent()
        self._report(Changes(possible=None))

    def is_busy(self, file: str) -> bool:
        """Whether someone is writing a file now; it will be notified when that has ended."""
        source = self._source
        return source is not None and source.is_busy(file)

    def hear(self) -> None:
        """Lets the thread take in what the system has told: that someone has begun to write a file, for instance.

        On a busy machine the thread may not have had its turn. No longer than a moment: others may go on and on.
        """
        source, until = self._source, time.monotonic() + HEARING
        while source is not None and source.has_news() and time.monotonic() < until:
            time.sleep(0.001)

    def start(self) -> None:
        """Starts watching, or goes on where stop() left off."""
        self._leave_parent()
        with self._control:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
            try:
                self._thread.start()
            except RuntimeError as error:
                self._thread = None
                self._warn_once("start", f"files are not watched: {error}")

    def stop(self) -> None:
        """Ends the thread, and returns when the system has let go of it; changes go on being collected meanwhile."""
        self._leave_parent()
        with self._control:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._end(thread)

    def close(self) -> None:
        """Stops, and gives all descriptors back; start() then begins anew and compares."""
        self.stop()
        with self._control:
            self._drop_source()

    def _end(self, thread: threading.Thread) -> None:
        if self._source is not None:
            self._source.interrupt()
        if thread is threading.current_thread():
            return
        thread.join(STOP_LIMIT)
        if thread.is_alive():
            # It hangs in code that is not ours and will end by itself: what it uses stays with it.
            self._source = None
            return
        wait_until_gone(thread.native_id)
        if self._source is not None and not self._source.keeps_changes:
            self._drop_source()

    def _drop_source(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            with suppress(Exception):
                source.close()

    # -- in its thread

    def _run(self) -> None:
        signals.leave_to_the_program()
        thread = threading.current_thread()
        while self._thread is thread:
            try:
                self._report(self._next_changes())
            except MemoryError:
                self._begin_anew()
            except Exception as error:
                # Whatever it was, polling needs nothing that could fail: no save is lost.
                self._fall_back(error)

    def _next_changes(self) -> Changes:
        source = self._source
        added = self._take_added(every=source is None)
        if source is None:
            source = self._source = open_source(self._polling, self._poll_interval)
        elif not added:
            return source.wait()
        source.add(added)
        return Changes(possible=added)

    def _take_added(self, *, every: bool) -> list[str]:
        with self._lock:
            added, self._added = self._added, []
            return list(self._seen) if every else added

    def _begin_anew(self) -> None:
        """After a shortage: in a moment, with everything to be compared."""
        with suppress(MemoryError):
            self._drop_source()
        self._source = None
        time.sleep(REST)

    def _fall_back(self, error: Exception) -> None:
        self._drop_source()
        self._polling = True
        self._warn_once("polling", f"{reason_for(error)}; looking at the files every {self._poll_interval:g} s instead")

    # -- in any thread

    def _report(self, changes: Changes) -> None:
        with self._lock:
            changed = set(changes.certain)
            changed.update(self._differing(self._seen if changes.possible is None else changes.possible))
            changed = {file for file in changed if not self.is_busy(file)}
            self._seen.update([(file, settled(signature(file))) for file in changed])
        for file in changed:
            self._tell(file)

    def _tell(self, file: str) -> None:
        try:
            self._notify(file)
        except Exception as error:
            self._seen[file] = UNSETTLED  # it is told again with the next comparison
            if isinstance(error, MemoryError):
                raise
            self._warn_once("notify", f"a changed file could not be taken up: {error!r}")

    def _differing(self, files: Iterable[str]) -> list[str]:
        return [file for file in files if self._seen[file] != signature(file)]

    def _interrupt(self) -> None:
        # Without a thread of this process there is none to interrupt: the source may be a parent's.
        source = self._source
        if self._thread is not None and source is not None:
            source.interrupt()

    def _leave_parent(self) -> None:
        """After a fork: locks and thread are the parent's, and its descriptors must not be read here."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._lock, self._control = threading.Lock(), threading.Lock()
            self._thread = None
            self._drop_source()

    def _warn_once(self, kind: str, text: str) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            with suppress(Exception):
                self._warn(text)


def open_source(polling: bool, poll_interval: float) -> Source:
    """The source of changes that this system has."""
    if polling:
        return Polling(poll_interval)
    if sys.platform == "linux":
        from .inotify import Inotify

        return Inotify(poll_interval)
    from .observer import Observer

    return Observer()


def reason_for(error: Exception) -> str:
    """Why files cannot be watched, in words that say what can be done."""
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOSPC:
        return "the system has no file watches left (fs.inotify.max_user_watches)"
    if code in (errno.EMFILE, errno.ENFILE):
        return "the system has no watch descriptors left (fs.inotify.max_user_instances, ulimit -n)"
    return f"files cannot be watched ({error!r})"
