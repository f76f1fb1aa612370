"""Hears which functions start while top-level code runs (Python 3.12 and later)."""

from __future__ import annotations

import sys
from _thread import get_ident

from .notes import Notes, innermost, tracked_files

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable
    from types import CodeType


class Monitor:
    """Notes which tracked functions start (PEP 669), through tool ids that are given back.

    The first tool hears of every start, of untracked code once. A tracked code that starts again and again in a
    statement goes over to the second, which listens to it again when the next line, load or statement begins.
    """

    MANY = 3  # starts of one code in one statement; each more would tell nothing

    def __init__(self) -> None:
        self._first: int | None = None
        self._second: int | None = None
        self._followed: list[CodeType] = []
        self._muted: list[CodeType] = []

    def start(self) -> None:
        monitoring = sys.monitoring
        free = [tool for tool in (4, 3, 5, 2, 1) if monitoring.get_tool(tool) is None]
        if not free:
            return
        self._first = free[0]
        self._second = free[1] if len(free) > 1 else None
        for tool in free[:2]:
            monitoring.use_tool_id(tool, "hmr-daemon")
        events = monitoring.events
        monitoring.register_callback(self._first, events.PY_START, self._on_start(first=True))
        if self._second is not None:
            monitoring.register_callback(self._second, events.PY_START, self._on_start(first=False))
            monitoring.register_callback(self._second, events.LINE, self._on_line)
        monitoring.set_events(self._first, events.PY_START)

    def stop(self) -> None:
        monitoring = sys.monitoring
        events = monitoring.events
        if self._first is not None:
            monitoring.set_events(self._first, 0)
        if self._second is not None:
            # Each change makes CPython instrument the code anew, now without the first tool: else what that tool
            # disabled in code which does not run until the next load would stay disabled then.
            self.listen_again()
            for code in self._followed:
                monitoring.set_local_events(self._second, code, 0)
            monitoring.register_callback(self._second, events.PY_START, None)
            monitoring.register_callback(self._second, events.LINE, None)
            monitoring.free_tool_id(self._second)
        if self._first is not None:
            monitoring.register_callback(self._first, events.PY_START, None)
            monitoring.free_tool_id(self._first)
        self._first = self._second = None
        self._followed.clear()
        self._muted.clear()

    def listen_again(self) -> None:
        """Another statement may be running from now on: what the last one ran many times is news again."""
        while self._muted:
            self._listen(self._muted.pop(), sys.monitoring.events.PY_START)

    def _listen(self, code: CodeType, events: int) -> None:
        if self._second is not None:
            sys.monitoring.set_local_events(self._second, code, events)

    def _on_line(self, _code: CodeType, _line: int) -> object:
        """Top-level statements run in order, so the first event of each line is enough."""
        self.listen_again()
        return sys.monitoring.DISABLE

    def _mute(self, code: CodeType, notes: Notes, first: bool) -> None:
        load = notes.load
        if load is not None and not notes.lined:
            notes.lined = True
            self._followed.append(load.code)
            self._listen(load.code, sys.monitoring.events.LINE)
        self._muted.append(code)
        if first:
            self._followed.append(code)
        else:
            self._listen(code, 0)
        if len(innermost) > 1:
            self.listen_again()  # it is news to what another thread is loading

    def _on_start(self, first: bool) -> Callable[[CodeType, int], object]:
        """What runs at each start of a function while modules load: of any for the `first` tool, or of a muted one."""
        runs, ident, identity, many = innermost, get_ident, id, self.MANY
        disable, files, mute, mutes = sys.monitoring.DISABLE, tracked_files, self._mute, self._second is not None

        def on_start(code: CodeType, _offset: int) -> object:
            if first and code.co_filename not in files:
                return disable
            notes = runs.get(ident())
            if notes is None:
                return None
            frame = notes.frame or notes.find_frame()
            if frame is None or code is notes.code:
                return None
            position = frame.f_lasti
            if position != notes.at:
                notes.at = position
                notes.counts = {}
            number = identity(code)
            count = notes.counts.get(number, 0) + 1
            notes.counts[number] = count
            if count == 1:
                notes.raw_ran += (position, code)
            elif count == many and mutes:
                mute(code, notes, first)
                return disable if first else None
            return None

        return on_start
