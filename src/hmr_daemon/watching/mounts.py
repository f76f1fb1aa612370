"""Mounts: which file system a folder lies on, and whether that tells of what others change in it (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TABLE = "/proc/self/mountinfo"

#: File systems that other machines or programs change without this system hearing of it.
SILENT = frozenset(
    """
    9p afs beegfs ceph cifs coda davfs drvfs fuse gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs
    prl_fs smb3 smbfs vboxsf virtiofs vmhgfs
    """.split()
)


@dataclass(frozen=True, repr=False, eq=False)
class Mount:
    """A file system at its place."""

    number: int
    point: str
    kind: str

    @property
    def is_silent(self) -> bool:
        """Whether its files have to be looked at to see that they changed."""
        return self.kind in SILENT or self.kind.startswith("fuse.")


class Mounts:
    """What is mounted where; its descriptor tells when that changes."""

    def __init__(self) -> None:
        self.descriptor = self._open()
        self._by_point: dict[str, Mount] = {}
        self.read()

    @staticmethod
    def _open() -> int | None:
        try:
            return os.open(TABLE, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # no /proc: nothing is known of mounts
            return None

    def read(self) -> None:
        """Reads the table anew; of several mounts at one place the last is what is seen."""
        if self.descriptor is None:
            return
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        pieces = []
        while piece := os.read(self.descriptor, 1 << 16):
            pieces.append(piece)
        self._by_point = {mount.point: mount for mount in parse(os.fsdecode(b"".join(pieces)).splitlines())}

    def is_point(self, folder: str) -> bool:
        """Whether something is mounted at just this folder."""
        return folder in self._by_point

    def of(self, folder: str) -> Mount | None:
        """The mount on which a real folder lies."""
        while (mount := self._by_point.get(folder)) is None and folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
        return mount


def parse(lines: Iterable[str]) -> Iterator[Mount]:
    """The mounts in the lines of mountinfo (proc_pid_mountinfo(5))."""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if len(fields) > 4:
            yield Mount(int(fields[0]), unescaped(fields[4]), kinds[0])


def unescaped(text: str) -> str:
    """A path as mountinfo writes it: blanks and backslashes as octal numbers."""
    first, *rest = text.split("\\")
    return first + "".join(chr(int(part[:3], 8)) + part[3:] for part in rest)
