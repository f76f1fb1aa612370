"""What each run of top-level code has read, run and opened, and which run is in progress."""

from __future__ import annotations

import io
import itertools
import os
import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable, Collection, Set
    from types import CodeType, FrameType, ModuleType
    from typing import Any


class Load:
    """One load of a user module: what the save-time side is told about it."""

    __slots__ = (
        "code", "failed", "loose", "module", "name", "notes", "parent", "path", "record", "sequence", "source", "stat",
        "unfinished",
    )  # fmt: skip

    def __init__(self, module: ModuleType, path: str, code: CodeType, stat: tuple[int, float] | None) -> None:
        self.module = module
        self.name: str = module.__dict__["__name__"]
        self.path = path
        self.code = code
        self.stat = stat
        """Size and mtime (seconds) of the source as the loader saw it; None where it did not look."""
        self.sequence = next(_sequence)
        self.parent = _standing()
        self.notes = Notes(self, None)
        self.failed = True
        self.source: bytes | None = None
        """What was loaded; None while it is not known, or when the file has changed before it could be read."""
        self.unfinished = False
        """Whether a fork came in the middle of it: in the child it seldom goes on."""
        self.loose = False
        """Whether the module is not in `sys.modules`, as where a program has loaded a file by its path."""
        self.record: Any = None
        """What the graph makes of it."""

    def read_source(self) -> None:
        """Read the file, unless it is another by now than the loader saw. Done off the importing thread."""
        if self.source is not None:
            return
        try:
            with io.FileIO(self.code.co_filename) as file:  # a buffer would take longer than the reading
                stat = os.fstat(file.fileno())
                if self.stat is None or (stat.st_size, stat.st_mtime) == self.stat:
                    self.source = file.readall()
        except OSError:
            return


_NO_COUNTS: dict[int, int] = {}


class Notes:
    """Raw facts of one run of top-level code: of a whole load, or of one statement (`node`) run alone.

    Positions are instruction offsets in the module's code; -1 where a statement is run alone. What is noted while
    importing is kept flat, so that it makes no work for the garbage collector.
    """

    __slots__ = (
        "at", "before_read", "code", "counts", "frame", "imported", "in_reload", "lined", "load", "node", "not_yet",
        "opened", "outer", "raw_ran", "raw_reads", "writes",
    )  # fmt: skip

    def __init__(self, load: Load | None, node: Any) -> None:
        self.load = load
        self.code = None if load is None else load.code
        self.node = node
        self.before_read: Callable[[str, str], None] | None = None
        """Called before a module's name is read, in a reload: what is to bind it may have yet to run."""
        self.not_yet: Callable[[str, Set[str] | None], Collection[str]] | None = None
        """Tells, in a reload, which names of a module are there that this run or what follows it is to bind.

        Of some names, where only these are asked for.
        """
        self.imported: list[str] | None = None
        """Where it is to be noted: modules in the order they were imported, loaded or not, and what else was read."""
        self.outer: Notes | None = None
        """The run that this one is nested in."""
        self.in_reload = load is None
        """Whether it, or what it is nested in, is a statement that a reload runs."""
        self.frame: FrameType | _NoFrame | None = None if load is not None else _NO_FRAME
        self.raw_reads: list[Any] = []
        """Position, module and name in turn."""
        self.raw_ran: list[Any] = []
        """Position and code object in turn."""
        self.writes: tuple[tuple[int, str, str], ...] = ()
        self.opened: tuple[tuple[int, str], ...] = ()
        self.at = -2
        """The position of the last start of a function, and how often each code (by identity) has started there."""
        self.counts = _NO_COUNTS
        self.lined = False
        """Whether the monitor hears of the lines of the module's code."""

    @property
    def reads(self) -> list[tuple[int, str, str]]:
        """Position, module and name of each read."""
        raw = iter(self.raw_reads)
        return list(zip(raw, raw, raw, strict=True))

    @property
    def ran(self) -> list[tuple[int, CodeType]]:
        """Position and code of each function that started."""
        raw = iter(self.raw_ran)
        return list(zip(raw, raw, strict=True))

    def clear(self) -> None:
        """Forget what was noted; of a module that imported others, the notes stay as the place where these began."""
        self.raw_reads, self.raw_ran = [], []
        self.writes = self.opened = ()
        self.counts = _NO_COUNTS

    def position(self) -> int:
        """Where the module's own code stands now."""
        frame = self.frame or self.find_frame()
        return frame.f_lasti if frame is not None else 0

    def find_frame(self) -> FrameType | _NoFrame | None:
        """The frame of the module's code, once it has begun."""
        self.frame = _frame_of(self.code)
        return self.frame


class _NoFrame:
    """Stands for a frame where every note belongs to the one statement that runs."""

    f_lasti = -1


_NO_FRAME = _NoFrame()
_sequence = itertools.count(1)


def _standing() -> tuple[Notes, int] | None:
    """Which top-level code this thread is running, and where it stands."""
    notes = innermost.get(get_ident())
    return None if notes is None else (notes, notes.position())


def _frame_of(code: CodeType | None) -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame


innermost: dict[int, Notes] = {}
"""Per thread, the innermost run of top-level code in progress."""
tracked_files: set[str] = set()
"""Paths of the tracked modules, as their code objects give them."""


def names_module(node: Any, module: str) -> bool:
    """Whether the user's code that this thread is in, and that says a module's name, is run by a statement itself.

    So is that of modules which it imports for the first time.
    """
    notes = innermost.get(get_ident())
    while notes is not None and notes.node is None:
        notes = notes.outer
    frame: FrameType | None = sys._getframe(1) if notes is not None and notes.node is node else None
    while frame is not None and frame.f_code.co_filename not in tracked_files:
        frame = frame.f_back
    said = () if frame is None else (*frame.f_code.co_names, *frame.f_code.co_consts)
    last = module.rpartition(".")[2]
    return any(isinstance(each, str) and each.rpartition(".")[2] == last for each in said)


def take_out(notes: Notes) -> bool:
    """End a run of this thread, most often its innermost; whether it was one."""
    inner = None
    each = innermost.get(get_ident())
    while each is not notes:
        if each is None:
            return False
        inner, each = each, each.outer
    if inner is not None:
        inner.outer = notes.outer
    elif notes.outer is not None:
        innermost[get_ident()] = notes.outer
    else:
        del innermost[get_ident()]
    notes.outer = None
    return True


def runs_here() -> list[Notes]:
    """The runs in progress on this thread, innermost first."""
    return outward(innermost.get(get_ident()))


def outward(notes: Notes | None) -> list[Notes]:
    found: list[Notes] = []
    while notes is not None:
        found.append(notes)
        notes = notes.outer
    return found
