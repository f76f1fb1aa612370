"""Inotify: Linux's events, read from one descriptor for the folders of all files of interest."""

from __future__ import annotations

import errno
import os
import select
import stat
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

from . import calls
from .mounts import Mount, Mounts
from .sources import Changes, Looks
from .trail import Step, Trail

if sys.platform == "linux":
    import fcntl

#: Seconds after which a file that was modified and not closed is looked at all the same.
UNCLOSED_DELAY = 1.0

#: How often the way to a file is followed anew while folders are being moved about under it.
PLACING_ATTEMPTS = 8

#: After so many wakeups in a row for files of no interest (a log that is written beside the sources), less than so many
#: seconds apart, the watcher rests for so many milliseconds after each, so that a busy neighbour costs little.
NEIGHBOUR_WAKEUPS = 20
NEIGHBOUR_GAP = 0.01
NEIGHBOUR_REST = 2

#: A folder that cannot be watched for these reasons is not there (any more); it is waited for where it would be.
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)

#: What is heard of a folder: where it goes, and for those with files of interest what becomes of its entries.
FOLDER_GONE = calls.DELETE_SELF | calls.MOVE_SELF | calls.UNMOUNT | calls.IGNORED
ITSELF = calls.ATTRIB | calls.DELETE_SELF | calls.MOVE_SELF | calls.ONLYDIR | calls.DONT_FOLLOW
COMES_OR_GOES = calls.CREATE | calls.DELETE | calls.MOVED_FROM | calls.MOVED_TO
WATCHED = ITSELF | calls.MODIFY | calls.CLOSE_WRITE | COMES_OR_GOES | calls.EXCL_UNLINK
GUARDED = ITSELF | calls.MASK_ADD


class Inotify:
    """One inotify descriptor that watches the folders of all files of interest, each without those below it.

    Of the folders above them it hears only when they are moved or removed, so that a project that is replaced as a
    whole is noticed. Files on file systems that others change unheard, or in folders that may not be watched, are
    looked at as well.

    watchdog's own emitters take a thread for each folder and hold events back to pair moves, and importing them takes
    30 ms; here the events are read in the watcher's thread.
    """

    keeps_changes = True

    def __init__(self, look_interval: float) -> None:
        self._look_interval = look_interval
        self._busy_wakeups = 0
        self._open()

    # -- descriptors

    def _open(self) -> None:
        self._steps: dict[str, tuple[Step, ...]] = {}
        self._entries: dict[str, dict[str, tuple[str, ...]]] = {}
        self._number_of: dict[str, int] = {}
        self._folders_of: dict[int, set[str]] = {}
        self._guards: set[str] = set()
        self._refused: set[str] = set()
        self._mount_of: dict[str, Mount | None] = {}
        self._unclosed: dict[str, float] = {}
        self._handling = False
        self._looks = Looks(self._look_interval)
        self._descriptors: list[int] = []
        try:
            for descriptor in os.pipe():
                self._descriptors.append(move_up(descriptor))
            self._descriptors.append(move_up(calls.inotify_init()))
            self._mounts = Mounts()
            if self._mounts.descriptor is not None:
                self._mounts.descriptor = move_up(self._mounts.descriptor)
                self._descriptors.append(self._mounts.descriptor)
        except OSError:
            for descriptor in self._descriptors:
                os.close(descriptor)
            raise
        self._woken, self._wake, self._events = self._descriptors[:3]
        self._identities = self._identify()
        self._poller, self._rest, self._unread = select.poll(), select.poll(), select.poll()
        self._unread.register(self._events, select.POLLIN)
        self._poller.register(self._events, select.POLLIN)
        self._poller.register(self._woken, select.POLLIN)
        if self._mounts.descriptor is not None:
            self._poller.register(self._mounts.descriptor, select.POLLPRI)
        self._rest.register(self._woken, select.POLLIN)

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
        same = [now == before for now, before in zip(self._identify(), self._identities, strict=True)]
        for number, descriptor in enumerate(self._descriptors):
            # One inotify descriptor looks like another: with the pipe gone, it may be someone else's by now.
            if same[number] and (number < 2 or all(same[:2])):
                os.close(descriptor)

    def is_busy(self, file: str) -> bool:
        return file in self._unclosed or self._looks.is_changing(file)

    def has_news(self) -> bool:
        return self._handling or bool(self._unread.poll(0))

    def interrupt(self) -> None:
        if identity(self._wake) == self._identities[1]:
            with suppress(OSError):
                os.write(self._wake, b"!")

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
        if useless := [folder for folder in left if not self._entries.get(folder)]:
            self._leave(useless)
        silent = set(filter(self._is_silent, moving))
        self._looks.remove(set(moving) - silent)
        self._looks.add(silent)

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
        unwatched = not all(self._is_watched(folder) for folder, _ in steps)
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

    def _is_watched(self, folder: str) -> bool:
        return (folder in self._number_of and folder not in self._guards) or folder in self._refused

    def _is_silent(self, file: str) -> bool:
        """Whether no event need tell of a change of the file."""
        folders = [folder for folder, _ in self._steps[file]]
        return any(
            folder in self._refused or ((mount := self._mount_of.get(folder)) is not None and mount.is_silent)
            for folder in folders
        )

    def _watch_folder(self, folder: str) -> None:
        if folder in self._number_of and folder not in self._guards:
            return
        if self._add_watch(folder, WATCHED):
            self._guards.discard(folder)
            self._mount_of[folder] = self._mounts.of(folder)
            for above in self._movable_above(folder):
                if above not in self._number_of and self._add_watch(above, GUARDED):
                    self._guards.add(above)

    def _add_watch(self, folder: str, mask: int) -> bool:
        """Whether the folder is watched now; raises OSError where the system has no watches left."""
        try:
            number = calls.inotify_add_watch(self._events, folder, mask)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                self._refused.add(folder)
            elif error.errno not in ABSENT:
                raise
            return False
        self._refused.discard(folder)
        self._number_of[folder] = number
        self._folders_of.setdefault(number, set()).add(folder)
        return True

    def _leave(self, folders: Iterable[str]) -> None:
        """Gives back the watches of folders that decide on nothing any more, and of those above them."""
        for folder in folders:
            self._leave_folder(folder)
        watched = [folder for folder in self._number_of if folder not in self._guards]
        above = {each for folder in watched for each in self._movable_above(folder)}
        for folder in self._guards - above:
            self._leave_folder(folder)
        for folder in above - self._number_of.keys() - self._refused:
            if self._add_watch(folder, GUARDED):
                self._guards.add(folder)

    def _movable_above(self, folder: str) -> list[str]:
        """The folders above one, without those where something is mounted: they stay where they are."""
        return [above for above in folders_above(folder) if not self._mounts.is_point(above)]

    def _leave_folder(self, folder: str) -> None:
        self._entries.pop(folder, None)
        self._refused.discard(folder)
        self._guards.discard(folder)
        self._mount_of.pop(folder, None)
        number = self._number_of.pop(folder, None)
        if number is not None:
            self._folders_of[number].discard(folder)
            if not self._folders_of[number]:
                del self._folders_of[number]
                calls.inotify_rm_watch(self._events, number)

    def _files_below(self, folders: Iterable[str]) -> set[str]:
        """The files that entries of these folders, or of folders below them, decide on."""
        tops = tuple(folder.rstrip("/") + "/" for folder in folders)
        below = [folder for folder in self._entries if (folder + "/").startswith(tops)]
        return {file for folder in below for files in self._entries[folder].values() for file in files}

    def _forget_below(self, folders: Iterable[str]) -> set[str]:
        """Forgets the watches of folders that were moved or removed with all below; the files that this concerns."""
        folders = list(folders)
        files = self._files_below(folders)
        tops = tuple(folder.rstrip("/") + "/" for folder in folders)
        for folder in [folder for folder in self._number_of if (folder + "/").startswith(tops)]:
            number = self._number_of.pop(folder)
            self._guards.discard(folder)
            self._mount_of.pop(folder, None)
            self._folders_of[number].discard(folder)
            if not self._folders_of[number]:
                del self._folders_of[number]
                calls.inotify_rm_watch(self._events, number)
        return files

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
        changes = self._read() if self._events in ready else Changes()
        if self._mounts.descriptor in ready:
            changes = with_possible(changes, self._follow_mounts())
        overdue = self._overdue()
        if overdue:
            self.add(overdue)
            changes = Changes({*changes.certain, *overdue}, changes.possible)
        if looked := self._looks.changed():
            self.add(looked)
            changes = with_possible(changes, looked)
        if self._woken not in ready:
            self._rest_from_neighbours(asleep, changes)
        return changes

    def _read(self) -> Changes:
        self._handling = True
        try:
            return self._handle(os.read(self._events, 65536))
        finally:
            self._handling = False

    def _rest_from_neighbours(self, asleep: float, changes: Changes) -> None:
        in_a_row = changes == Changes() and time.monotonic() - asleep < NEIGHBOUR_GAP
        self._busy_wakeups = self._busy_wakeups + 1 if in_a_row else 0
        if self._busy_wakeups > NEIGHBOUR_WAKEUPS:
            self._rest.poll(NEIGHBOUR_REST)

    def _milliseconds_left(self) -> int | None:
        """Until the next unclosed file or look is due; None, to sleep without end, if there is none."""
        left = self._looks.seconds_left()
        if self._unclosed:
            due = max(0.0, min(self._unclosed.values()) - time.monotonic())
            left = due if left is None else min(left, due)
        return None if left is None else int(1000 * left) + 1

    def _overdue(self) -> list[str]:
        now = time.monotonic() if self._unclosed else 0.0
        overdue = [file for file, due in self._unclosed.items() if due <= now]
        for file in overdue:
            del self._unclosed[file]
        return overdue

    def _follow_mounts(self) -> set[str]:
        """Something was mounted or unmounted; the files that lie elsewhere by this."""
        self._mounts.read()
        moved = [folder for folder, mount in self._mount_of.items() if self._mounts.of(folder) != mount]
        files = self._forget_below(moved) if moved else set()
        if files:
            self.add(files)
        return files

    def _handle(self, events: bytes) -> Changes:
        certain: set[str] = set()
        moved: set[str] = set()
        for number, mask, name in parse_events(events):
            if mask & calls.Q_OVERFLOW:
                return self._renew()
            folders = self._folders_of.get(number, ())
            if mask & FOLDER_GONE:
                moved |= self._forget_below(list(folders)) if folders else set()
                continue
            if not name:  # the folder itself has other permissions
                moved |= self._files_below(folders) if folders else set()
                continue
            for folder in folders:
                if mask & COMES_OR_GOES:
                    moved.update(self._entries.get(folder, {}).get("", ()))
                for file in self._entries.get(folder, {}).get(name, ()):
                    self._sort(file, (folder, name), mask, certain, moved)
        if moved:
            self.add(moved)
        return Changes(certain, moved) if certain or moved else Changes()

    def _sort(self, file: str, step: Step, mask: int, certain: set[str], moved: set[str]) -> None:
        """Decides what an event at a step of the way to a file means for the file."""
        if mask & calls.MODIFY or (mask & calls.CREATE and will_be_closed(os.path.join(*step))):
            # Its writer is at work: the event of its closing comes, or else it is looked at after a while.
            self._unclosed[file] = time.monotonic() + UNCLOSED_DELAY
            certain.discard(file)
            return
        self._unclosed.pop(file, None)
        # Even a file that was just written may have moved: with a parent folder that is not watched itself.
        moved.add(file)
        if not mask & calls.CREATE and step == self._steps[file][-1]:
            certain.add(file)


def folders_above(folder: str) -> Iterator[str]:
    """The folders that hold a folder, the nearest first."""
    while (above := os.path.dirname(folder)) != folder:
        yield above
        folder = above


def with_possible(changes: Changes, files: set[str]) -> Changes:
    """The changes, and these files to be compared."""
    if not files or changes.possible is None:
        return changes
    return Changes(changes.certain, {*changes.possible, *files})


def will_be_closed(entry: str) -> bool:
    """Whether an entry was made by opening a new file, and not as a folder or link, which are whole at once."""
    try:
        status = os.lstat(entry)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1


def move_up(descriptor: int) -> int:
    """The same descriptor clear of the standard streams, which a program may have closed and count on reopening."""
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
