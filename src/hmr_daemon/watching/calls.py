"""The system calls of inotify, which the C library has and Python has not (Linux only)."""

from __future__ import annotations

import ctypes
import os
import sys

MODIFY = 0x2
ATTRIB = 0x4
CLOSE_WRITE = 0x8
MOVED_FROM = 0x40
MOVED_TO = 0x80
CREATE = 0x100
DELETE = 0x200
DELETE_SELF = 0x400
MOVE_SELF = 0x800
UNMOUNT = 0x2000
Q_OVERFLOW = 0x4000
IGNORED = 0x8000
ONLYDIR = 0x0100_0000
DONT_FOLLOW = 0x0200_0000
EXCL_UNLINK = 0x0400_0000
MASK_ADD = 0x2000_0000

if sys.platform == "linux":
    _library = ctypes.CDLL(None, use_errno=True)


def inotify_init() -> int:
    """A descriptor to read events from; raises OSError where the system has none left."""
    return _checked(_library.inotify_init(), "inotify_init")


def inotify_add_watch(descriptor: int, path: str, mask: int) -> int:
    """The number of the watch; raises OSError."""
    number = _library.inotify_add_watch(descriptor, os.fsencode(path), ctypes.c_uint32(mask))
    return _checked(number, path)


def inotify_rm_watch(descriptor: int, number: int) -> None:
    """Give a watch back; that it has gone by itself is no error."""
    _library.inotify_rm_watch(descriptor, number)


def _checked(result: int, subject: str) -> int:
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), subject)
    return result
