"""Signatures: what the system says about a file without its contents being read."""

from __future__ import annotations

import os
import time

Signature = tuple[int, ...] | None

#: A signature that differs from every other: the file may change again without its times showing it.
UNSETTLED: Signature = ()

#: Nanoseconds in which a second change need not show in a file's times, by how finely the file system counts.
COARSE_TICK = 2_000_000_000
FINE_TICK = 50_000_000


def signature(path: str) -> Signature:
    """The file's times, size, inode and owner; None without a file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns, status.st_uid


def tick(seen: tuple[int, ...]) -> int:
    """Nanoseconds in which another change need not show: file systems count time in coarse ticks."""
    return COARSE_TICK if seen[3] % 1_000_000_000 == 0 else FINE_TICK


def settled(seen: Signature) -> Signature:
    """The signature if a later change must show in it, else UNSETTLED."""
    if not seen:
        return seen
    return UNSETTLED if abs(time.time_ns() - seen[3]) < tick(seen) else seen
