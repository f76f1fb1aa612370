"""The modules that lie in a folder: what top-level code finds that lists folders, as plugins are looked for."""

from __future__ import annotations

import os
import sys
from os import listdir  # not what stands in for it

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from types import FrameType

Listing = tuple[str, ...]
LIMIT = 64  # folders


def listed(path: object) -> str | None:
    """How a folder that is listed is followed: its path with a separator at the end; None where it is not.

    `importlib.metadata` goes through all of `sys.path` for what is installed, which is not meant.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("hmr_daemon."):
        frame = frame.f_back
    by = "" if frame is None else frame.f_globals.get("__name__", "")
    if by.startswith("importlib") or not isinstance(path, (str, bytes, os.PathLike)):
        return None
    return os.path.join(os.path.abspath(os.fsdecode(path)), "")


_followed: set[str] = set()


def may_follow(folder: str) -> bool:
    """Whether one more folder is followed: who walks through a tree of thousands does not look for plugins."""
    if folder not in _followed and len(_followed) >= LIMIT:
        return False
    _followed.add(folder)
    return True


def is_listing(path: str) -> bool:
    """Whether a path that is followed stands for what a folder holds."""
    return path.endswith(os.sep)


def modules_in(folder: str) -> Listing | None:
    """The source files and packages in a folder, in order; other files come and go as the program works."""
    try:
        names = listdir(folder)
    except OSError:
        return None
    return tuple(name for name in sorted(names) if _is_module(folder, name))


def _is_module(folder: str, name: str) -> bool:
    if name.endswith(".py"):
        return name[:-3].isidentifier()
    return name.isidentifier() and os.path.isfile(os.path.join(folder, name, "__init__.py"))
