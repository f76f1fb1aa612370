"""The watcher owns which folders are watched and says which files may have changed, one batch per quiet window."""

from __future__ import annotations

import errno
import os
import select
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import ObservedWatch

THREAD_NAME = "hmr-daemon-watch"

#: Seconds without an event after which a single changed file, or several, are a batch, and the longest wait in all.
QUIET_SINGLE = 0.005
QUIET_SEVERAL = 0.040
QUIET_LONGEST = 0.5

#: Seconds after which a file that was modified and not closed is looked at all the same.
UNCLOSED_DELAY = 0.25

#: Seconds that stop() waits for its thread: it is only ever this long if the thread hangs in code of others.
STOP_LIMIT = 2.0

#: How often the way to a file is followed anew while folders are being moved about under it.
PLACING_ATTEMPTS = 8

#: As many symbolic links as the system itself follows on one path.
LINK_LIMIT = 40

#: After so many wakeups in a row for files of no interest (a log that is written beside the sources), less than so many
#: seconds apart, the watcher rests for so many milliseconds after each, so that a busy neighbour costs little.
NEIGHBOUR_WAKEUPS = 20
NEIGHBOUR_GAP = 0.01
NEIGHBOUR_REST = 2

Signature = tuple[int, ...] | None
Step = tuple[str, str]

#: A signature that differs from every other: the file may change again without its times showing it.
UNSETTLED: Signature = ()


# ------------------------------------------------------------------------------------------------ batches


@dataclass(frozen=True)
class Batch:
    """Files that changed together."""

    paths: frozenset[str]


class BatchQueue:
    """Collects changed paths and hands them over once it has been quiet for a moment."""

    def __init__(self, quiet: float = QUIET_SINGLE) -> None:
        self._quiet = quiet  # seconds after the last event
        self._condition = threading.Condition(threading.Lock())
        self._paths: set[str] = set()
        self._first = 0.0
        self._last = 0.0
        self._woken = False

    def put(self, path: str) -> None:
        """Notes that a path may have changed; may be called from any thread."""
        with self._condition:
            self._last = time.monotonic()
            if not self._paths:
                self._first = self._last
                self._condition.notify()
            self._paths.add(path)

    def wake(self) -> None:
        """Makes a waiting or else the next get() return None at once; collected paths stay for the one after."""
        with self._condition:
            self._woken = True
            self._condition.notify()

    def get(self, timeout: float | None = None) -> Batch | None:
        """The next batch; None after wake() or when no path came within the timeout."""
        with self._condition:
            if not self._condition.wait_for(lambda: self._paths or self._woken, timeout):
                return None
            while not self._woken:
                left = self._quiet_at() - time.monotonic()
                if left <= 0:
                    batch, self._paths = Batch(frozenset(self._paths)), set()
                    return batch
                self._condition.wait(left)
            self._woken = False
            return None

    def _quiet_at(self) -> float:
        quiet = self._quiet if len(self._paths) == 1 else max(self._quiet, QUIET_SEVERAL)
        return min(self._last + quiet, self._first + max(quiet, QUIET_LONGEST))


# ------------------------------------------------------------------------------------------------ signatures


def signature(path: str) -> Signature:
    """What the system says about the file (times, size, inode), None without a file; contents are not read."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns


def settled(seen: Signature) -> Signature:
    """The signature if a later change must show in it, else UNSETTLED (file systems count time in coarse ticks)."""
    if not seen:
        return seen
    changed = seen[3]
    whole_seconds = changed % 1_000_000_000 == 0
    tick = 2_000_000_000 if whole_seconds else 50_000_000
    return UNSETTLED if abs(time.time_ns() - changed) < tick else seen


# ------------------------------------------------------------------------------------------------ sources of changes


@dataclass(frozen=True)
class Changes:
    """What a source noticed: files with a change of their own, and files to compare by signature (None: all)."""

    certain: Collection[str] = ()
    possible: Collection[str] | None = ()


class Source(Protocol):
    """Tells of changes; used by one thread at a time, apart from interrupt()."""

    #: Whether changes are kept while no thread waits, so that nothing need be compared afterwards.
    keeps_changes: bool

    def add(self, files: Iterable[str]) -> None:
        """Watches these files too; raises OSError where the system cannot."""

    def wait(self) -> Changes:
        """Sleeps until something changes or interrupt() is called."""

    def interrupt(self) -> None:
        """Makes wait() return; may be called from any thread."""

    def close(self) -> None:
        """Gives everything back to the system."""


class Polling:
    """Looks at the files of interest, and at nothing else, at an interval."""

    keeps_changes = False

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._interrupted = threading.Event()

    def add(self, files: Iterable[str]) -> None:
        """Nothing to prepare: the watcher knows its files."""

    def wait(self) -> Changes:
        if not self._interrupted.wait(self._interval):
            return Changes(possible=None)
        self._interrupted.clear()
        return Changes()

    def interrupt(self) -> None:
        self._interrupted.set()

    def close(self) -> None:
        """Nothing is held."""


class Observer:
    """watchdog's observer for systems whose interface reports paths (macOS, Windows), on few roots."""

    keeps_changes = False

    def __init__(self) -> None:
        from queue import SimpleQueue

        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer as PlatformObserver

        class Handler(FileSystemEventHandler):
            dispatch = staticmethod(self._handle)

        self._handler = Handler()
        self._queue: SimpleQueue[FileSystemEvent | None] = SimpleQueue()
        self._files: dict[str, set[str]] = {}
        self._watches: dict[tuple[str, bool], ObservedWatch] = {}
        self._observer = PlatformObserver()
        self._observer.name = f"{THREAD_NAME}-observer"
        self._observer.start()

    def add(self, files: Iterable[str]) -> None:
        for file in files:
            for path in {file, os.path.realpath(file)}:
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
        event = self._queue.get()
        if event is None:
            return Changes()
        if event.is_directory:
            # A folder that is merely "modified" had an entry changed, and that entry has an event of its own.
            return Changes() if event.event_type == "modified" else Changes(possible=None)
        paths = {os.path.normcase(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path}
        return Changes(certain={file for path in paths for file in self._files.get(path, ())})

    def interrupt(self) -> None:
        self._queue.put(None)

    def close(self) -> None:
        threads = [self._observer, *self._observer.emitters]
        self._observer.stop()
        for thread in threads:
            thread.join(STOP_LIMIT)
            wait_until_gone(thread)


def watch_root(folder: str) -> tuple[str, bool]:
    """The folder to watch for a folder's files and whether with all below: a top-level package, or a flat folder."""
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    top, recursive = folder, False
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        top, recursive = folder, True
        folder = os.path.dirname(folder)
    return top, recursive


# ------------------------------------------------------------------------------------------------ inotify


class Trail:
    """Follows paths through folders and symbolic links to the folder entries that decide what they lead to."""

    def __init__(self) -> None:
        self._walked: dict[str, tuple[str | None, tuple[Step, ...]]] = {}

    def steps(self, file: str) -> tuple[Step, ...]:
        """Each symbolic link on the way and then the file itself, or the first thing missing, as (folder, name)."""
        folder, name = os.path.split(file)
        real, steps = self.folder(folder)
        if real is None:
            return steps
        end, more = self._walk(real, name)
        return steps + more if end is None else (*steps, *more, os.path.split(end))

    def folder(self, folder: str) -> tuple[str | None, tuple[Step, ...]]:
        """The real folder that a folder's path leads to, or None, and the entries that decide on it."""
        if folder not in self._walked:
            self._walked[folder] = self._walk("/", folder)
        return self._walked[folder]

    @staticmethod
    def _walk(real: str, path: str) -> tuple[str | None, tuple[Step, ...]]:
        steps: list[Step] = []
        left = path.split("/")[::-1]
        while left:
            name = left.pop()
            if name in ("", "."):
                continue
            if name == "..":
                real = os.path.dirname(real)
                continue
            mode, target = look_at_entry(os.path.join(real, name))
            if stat.S_ISDIR(mode):
                real = os.path.join(real, name)
                continue
            steps.append((real, name))
            if not target or len(steps) > LINK_LIMIT:
                return None, tuple(steps)
            real = "/" if target.startswith("/") else real
            left += target.split("/")[::-1]
        return real, tuple(steps)


def look_at_entry(path: str) -> tuple[int, str]:
    """The kind of a folder's entry (0 if there is none) and, of a symbolic link, what it points to."""
    try:
        mode = os.lstat(path).st_mode
        return mode, os.readlink(path) if stat.S_ISLNK(mode) else ""
    except (OSError, ValueError):
        return 0, ""


class Inotify:
    """One inotify descriptor that watches the folders of all files of interest, each without those below it.

    watchdog's own emitters take a thread for each folder and hold events back to pair moves; this takes watchdog's
    binding of the system calls and reads the events in the watcher's thread.
    """

    keeps_changes = True

    def __init__(self) -> None:
        from watchdog.observers import inotify_c

        # Any: the types of these bindings differ between watchdog's versions, the bindings do not.
        self._system: Any = inotify_c
        self._name_constants(inotify_c.InotifyConstants)
        self._busy_wakeups = 0
        self._open()

    def _name_constants(self, constants: type[object]) -> None:
        def mask(*names: str) -> int:
            return sum(int(getattr(constants, f"IN_{name}")) for name in names)

        self._overflow = mask("Q_OVERFLOW")
        self._folder_gone = mask("DELETE_SELF", "MOVE_SELF", "UNMOUNT", "IGNORED")
        self._modified = mask("MODIFY")
        self._created = mask("CREATE")
        rest = mask("CLOSE_WRITE", "ATTRIB", "DELETE", "MOVED_FROM", "MOVED_TO", "DELETE_SELF", "MOVE_SELF")
        options = mask("ONLYDIR", "DONT_FOLLOW", "EXCL_UNLINK")
        self._watched = self._modified | self._created | rest | options

    # -- descriptors

    def _open(self) -> None:
        self._steps: dict[str, tuple[Step, ...]] = {}
        self._entries: dict[str, dict[str, tuple[str, ...]]] = {}
        self._number_of: dict[str, int] = {}
        self._folders_of: dict[int, set[str]] = {}
        self._unclosed: dict[str, float] = {}
        self._descriptors: list[int] = []
        try:
            for descriptor in os.pipe():
                self._descriptors.append(move_up(descriptor))
            self._descriptors.append(move_up(self._inotify_descriptor()))
        except OSError:
            for descriptor in self._descriptors:
                os.close(descriptor)
            raise
        self._woken, self._wake, self._events = self._descriptors
        self._identities = self._identify()
        self._poller, self._rest = select.poll(), select.poll()
        self._poller.register(self._events, select.POLLIN)
        self._poller.register(self._woken, select.POLLIN)
        self._rest.register(self._woken, select.POLLIN)

    def _inotify_descriptor(self) -> int:
        descriptor: int = self._system.inotify_init()
        if descriptor == -1:
            raise self._system_error("inotify_init")
        return descriptor

    def _identify(self) -> list[tuple[int, int, int] | None]:
        return [identity(descriptor) for descriptor in self._descriptors]

    def _renew(self) -> Changes:
        """Begins anew, with everything to be compared."""
        files = list(self._steps)
        self.close()
        self._open()
        self.add(files)
        return Changes(possible=None)

    def close(self) -> None:
        woken, wake, events = [now == before for now, before in zip(self._identify(), self._identities, strict=True)]
        # One inotify descriptor looks like another: with the pipe gone, it may be someone else's by now.
        ours = (woken, wake, events and woken and wake)
        for descriptor, is_ours in zip(self._descriptors, ours, strict=True):
            if is_ours:
                os.close(descriptor)

    def interrupt(self) -> None:
        if identity(self._wake) == self._identities[1]:
            with suppress(OSError):
                os.write(self._wake, b"!")

    @staticmethod
    def _system_error(subject: str) -> OSError:
        import ctypes

        code = ctypes.get_errno()
        return OSError(code, os.strerror(code), subject)

    # -- what is watched

    def add(self, files: Iterable[str]) -> None:
        """Watches the entries that decide on the files; looks again until nothing was moved in between."""
        moving = list(files)
        left = self._watch_real_folders({os.path.dirname(file) for file in moving})
        for _ in range(PLACING_ATTEMPTS):
            trail = Trail()
            unwatched = [self._place(file, trail.steps(file), left) for file in moving]
            if not any(unwatched):
                break
        else:
            # Folders are moved about faster than they can be followed: try again in a moment.
            self._unclosed.update(dict.fromkeys(moving, time.monotonic() + UNCLOSED_DELAY))
        for folder in left:
            if not self._entries.get(folder):
                self._leave_folder(folder)

    def _watch_real_folders(self, folders: set[str]) -> set[str]:
        """Watches folders before the way to each of their files is followed, which then need be followed only once."""
        trail = Trail()
        real_folders = {real for real, _ in map(trail.folder, folders) if real is not None}
        for folder in real_folders:
            self._watch_folder(folder)
        return real_folders

    def _place(self, file: str, steps: tuple[Step, ...], left: set[str]) -> bool:
        """Notes the entries that decide on a file; true if one was not watched while the way was followed."""
        known = self._steps.get(file)
        unwatched = any(folder not in self._number_of for folder, _ in steps)
        if known == steps and not unwatched:
            return False
        for folder, name in known or ():
            self._drop_entry(folder, name, file)
            left.add(folder)
        self._steps[file] = steps
        for folder, name in steps:
            entries = self._entries.setdefault(folder, {})
            entries[name] = (*entries.get(name, ()), file)
            self._watch_folder(folder)
        return unwatched

    def _drop_entry(self, folder: str, name: str, file: str) -> None:
        entries = self._entries.get(folder, {})
        files = tuple(other for other in entries.pop(name, ()) if other != file)
        if files:
            entries[name] = files

    def _watch_folder(self, folder: str) -> None:
        if folder in self._number_of:
            return
        number = self._system.inotify_add_watch(self._events, os.fsencode(folder), self._watched)
        if number != -1:
            self._number_of[folder] = number
            self._folders_of.setdefault(number, set()).add(folder)
            return
        error = self._system_error(folder)
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise error

    def _leave_folder(self, folder: str) -> None:
        self._entries.pop(folder, None)
        number = self._number_of.pop(folder, None)
        if number is not None:
            self._folders_of[number].discard(folder)
            if not self._folders_of[number]:
                self._unwatch(number)

    def _unwatch(self, number: int) -> set[str]:
        """Forgets a watch; the files that one of its folders decides on."""
        folders = self._folders_of.pop(number)
        for folder in folders:
            self._number_of.pop(folder, None)
        self._system.inotify_rm_watch(self._events, number)
        return {file for folder in folders for files in self._entries.get(folder, {}).values() for file in files}

    # -- what happened

    def wait(self) -> Changes:
        asleep = time.monotonic()
        ready = {descriptor for descriptor, _ in self._poller.poll(self._milliseconds_left())}
        if self._identify() != self._identities:
            # The program closed all descriptors, ours among them, as daemons do. It may be in the midst of that,
            # and about to open standard streams of its own: stay out of its way for a moment.
            time.sleep(0.1)
            return self._renew()
        if self._woken in ready:
            os.read(self._woken, 4096)
        changes = self._handle(os.read(self._events, 65536)) if self._events in ready else Changes()
        overdue = self._overdue()
        if overdue:
            self.add(overdue)
            changes = Changes({*changes.certain, *overdue}, changes.possible)
        if self._woken not in ready:
            self._rest_from_neighbours(asleep, changes)
        return changes

    def _rest_from_neighbours(self, asleep: float, changes: Changes) -> None:
        in_a_row = changes == Changes() and time.monotonic() - asleep < NEIGHBOUR_GAP
        self._busy_wakeups = self._busy_wakeups + 1 if in_a_row else 0
        if self._busy_wakeups > NEIGHBOUR_WAKEUPS:
            self._rest.poll(NEIGHBOUR_REST)

    def _milliseconds_left(self) -> int | None:
        """Until the next unclosed file is due; None, to sleep without end, if there is none."""
        if not self._unclosed:
            return None
        return max(0, int(1000 * (min(self._unclosed.values()) - time.monotonic())) + 1)

    def _overdue(self) -> list[str]:
        now = time.monotonic() if self._unclosed else 0.0
        overdue = [file for file, due in self._unclosed.items() if due <= now]
        for file in overdue:
            del self._unclosed[file]
        return overdue

    def _handle(self, events: bytes) -> Changes:
        certain: set[str] = set()
        moved: set[str] = set()
        for number, mask, name in parse_events(events):
            if mask & self._overflow:
                return self._renew()
            if number not in self._folders_of:
                continue
            if mask & self._folder_gone:
                moved |= self._unwatch(number)
                continue
            for folder in self._folders_of[number]:
                for file in self._entries[folder].get(name, ()):
                    self._sort(file, (folder, name), mask, certain, moved)
        if moved:
            self.add(moved)
        return Changes(certain, moved) if certain or moved else Changes()

    def _sort(self, file: str, step: Step, mask: int, certain: set[str], moved: set[str]) -> None:
        """Decides what an event at a step of the way to a file means for the file."""
        if mask & self._modified or (mask & self._created and will_be_closed(os.path.join(*step))):
            # Its writer is at work: the event of its closing comes, or else it is looked at after a while.
            self._unclosed[file] = time.monotonic() + UNCLOSED_DELAY
            return
        self._unclosed.pop(file, None)
        # Even a file that was just written may have moved: with a parent folder that is not watched itself.
        moved.add(file)
        if not mask & self._created and step == self._steps[file][-1]:
            certain.add(file)


def will_be_closed(entry: str) -> bool:
    """Whether an entry was made by opening a new file, and not as a folder or link, which are whole at once."""
    try:
        status = os.lstat(entry)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1


def move_up(descriptor: int) -> int:
    """The same descriptor clear of the standard streams, which a program may have closed and count on reopening."""
    import fcntl

    try:
        moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    finally:
        os.close(descriptor)
    os.set_blocking(moved, False)
    return moved


def identity(descriptor: int) -> tuple[int, int, int] | None:
    """What a descriptor stands for, to tell whether it still is ours; None if it is closed."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mode


def parse_events(events: bytes) -> Iterator[tuple[int, int, str]]:
    """The number of the watch, the mask and the name of each event in what inotify handed over."""
    position = 0
    while position + 16 <= len(events):
        number, mask, _, length = struct.unpack_from("iIII", events, position)
        position += 16 + length
        yield number, mask, os.fsdecode(events[position - length : position].rstrip(b"\0"))


# ------------------------------------------------------------------------------------------------ the watcher


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
        wait_until_gone(thread)
        if self._source is not None and not self._source.keeps_changes:
            self._drop_source()

    def _drop_source(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            with suppress(Exception):
                source.close()

    # -- in its thread

    def _run(self) -> None:
        while self._thread is threading.current_thread():
            try:
                changes = self._next_changes()
            except Exception as error:
                # Whatever it was, polling needs nothing that could fail: no save is lost.
                self._fall_back(error)
            else:
                self._report(changes)

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

    def _fall_back(self, error: Exception) -> None:
        self._drop_source()
        self._polling = True
        self._warn_once("polling", f"{reason_for(error)}; looking at the files every {self._poll_interval:g} s instead")

    # -- in any thread

    def _report(self, changes: Changes) -> None:
        with self._lock:
            changed = set(changes.certain)
            changed.update(self._differing(self._seen if changes.possible is None else changes.possible))
            self._seen.update([(file, settled(signature(file))) for file in changed])
        for file in changed:
            try:
                self._notify(file)
            except Exception as error:
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
        return Inotify()
    return Observer()


def reason_for(error: Exception) -> str:
    """Why files cannot be watched, in words that say what can be done."""
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOSPC:
        return "the system has no file watches left (fs.inotify.max_user_watches)"
    if code in (errno.EMFILE, errno.ENFILE):
        return "the system has no watch descriptors left (fs.inotify.max_user_instances, ulimit -n)"
    return f"files cannot be watched ({error!r})"


def wait_until_gone(thread: threading.Thread) -> None:
    """Waits until the system has let go of an ended thread, a moment after join(): a fork counts it until then."""
    deadline = time.monotonic() + 0.1
    while os.path.exists(f"/proc/self/task/{thread.native_id}") and time.monotonic() < deadline:
        time.sleep(0.00005)
