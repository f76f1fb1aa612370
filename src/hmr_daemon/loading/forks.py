"""What a fork asks of a process with threads of ours: none is there while it forks, and they go on a moment later."""

from __future__ import annotations

import os
import sys
import time
from _thread import allocate_lock, get_native_id, start_new_thread

from . import signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Protocol

    class Threads(Protocol):
        """Who owns the threads."""

        def suspend(self) -> bool: ...
        def start(self) -> None: ...
        def leave_parent(self) -> bool: ...


MOMENT = 0.1  # seconds after a fork in which another fork, an exec or an end costs next to nothing
PATIENCE = 2.0  # seconds that a fork waits for a thread of ours: only for one that hangs in code of others
GONE_PATIENCE = 0.1


class Forks:
    """Ends the threads before a fork, and starts them again, in parent and child, when a moment has passed.

    CPython 3.12 and later warn of a fork in a process with threads, and any lock that one of them holds would stay
    held in the child. Most children exec or end at once, and who forks once often does so again: until the moment has
    passed only a bare thread sleeps, which takes a fraction of the time of the others to end and to start.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._forking = 0
        self._suspended = False
        self._due = 0.0
        self._moment: Moment | None = None

    def register(self) -> None:
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self.before, after_in_parent=self.after_in_parent, after_in_child=self.after_in_child
            )

    def before(self) -> None:
        self._forking += 1
        self.call_off()
        if not self._suspended and self._threads.suspend():
            self._suspended = True
            self._due = time.monotonic() + MOMENT

    def after_in_parent(self) -> None:
        self._forking -= 1
        if self._suspended and not self._forking:
            after_this_call(self._wait)

    def after_in_child(self) -> None:
        self._forking = 0
        self._moment = None
        self._suspended |= self._threads.leave_parent()
        self._due = time.monotonic() + MOMENT
        if self._suspended:
            self._wait()

    def resume(self) -> None:
        """The threads are needed now: start them if it was a fork that ended them."""
        if self._suspended and not self._forking:
            self._suspended = False
            self._threads.start()

    def call_off(self) -> None:
        """What was to happen when the moment has passed does not; the thread that waits for it is gone."""
        moment, self._moment = self._moment, None
        if moment is not None:
            moment.call_off()

    def _wait(self) -> None:
        moment = self._moment = Moment(self._due - time.monotonic(), self.resume)
        moment.begin()


class Moment:
    """Calls a function when some seconds have passed, from a bare thread that can be called off at once."""

    def __init__(self, seconds: float, then: Callable[[], None]) -> None:
        self._seconds = max(0.0, seconds)
        self._then = then
        self._called_off = allocate_lock()
        self._ended = allocate_lock()
        self._number: int | None = None

    def begin(self) -> None:
        self._called_off.acquire()
        self._ended.acquire()
        try:
            start_new_thread(self._run, ())
        except RuntimeError:  # the system has no more threads, or the interpreter ends: at the next need, then
            self._ended.release()

    def call_off(self) -> None:
        self._called_off.release()
        if self._ended.acquire(timeout=PATIENCE):
            wait_until_gone(self._number)

    def _run(self) -> None:
        self._number = get_native_id()
        signals.leave_to_the_program()
        try:
            if not self._called_off.acquire(timeout=self._seconds):
                self._then()
        except RuntimeError:  # no thread can be started any more
            return
        finally:
            self._ended.release()


def wait_until_gone(number: int | None) -> None:
    """Wait until the system has let go of an ended thread, a moment after join(): a fork counts it until then."""
    deadline = time.monotonic() + GONE_PATIENCE
    while os.path.exists(f"/proc/self/task/{number}") and time.monotonic() < deadline:
        time.sleep(0.00002)


def after_this_call(function: Callable[[], None]) -> None:
    """Call `function` once the C function that is running now has returned.

    CPython 3.12 and 3.13 count the threads after the parent's fork hooks have run, and warn of any.
    """
    if sys.version_info < (3, 12) or sys.version_info >= (3, 14):
        function()
        return
    monitoring = sys.monitoring
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    tool = next((number for number in (3, 4, 5, 1, 2, 0) if monitoring.get_tool(number) is None), None)
    if frame is None or tool is None:
        function()
        return
    code, events = frame.f_code, monitoring.events
    monitoring.use_tool_id(tool, "hmr-daemon")

    def on_event(*_: object) -> object:
        if monitoring.get_tool(tool) == "hmr-daemon":
            monitoring.set_local_events(tool, code, 0)
            monitoring.register_callback(tool, events.INSTRUCTION, None)
            monitoring.free_tool_id(tool)
            function()
        return monitoring.DISABLE

    monitoring.register_callback(tool, events.INSTRUCTION, on_event)
    monitoring.set_local_events(tool, code, events.INSTRUCTION)
