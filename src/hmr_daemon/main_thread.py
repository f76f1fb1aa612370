"""The program's main thread: what Python allows only there is done there, as soon as it comes by."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._bootstrap import PACKAGE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

Result = TypeVar("Result")
PATIENCE = 0.2  # seconds that it is waited for; it may be asleep in a call for hours
STEP = 0.02  # seconds after which it is called once more, where it could not do it when it came by
OURS = PACKAGE_FOLDER + os.sep
RUNNER = os.path.join(PACKAGE_FOLDER, "runner.py")


def on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


class Errand(Generic[Result]):
    """Work for the main thread, which takes it in time or never knows of it."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self.taken = threading.Event()
        self.done = threading.Event()
        self.result: Result | None = None
        self.error: BaseException | None = None

    def carry_out(self) -> None:
        self.taken.set()
        try:
            self.result = self._work()
        except BaseException as error:
            self.error = error
            if not isinstance(error, Exception):  # an interrupt is the program's as well
                raise
        finally:
            self.done.set()

    def call_off(self) -> None:
        self.taken.set()
        self.done.set()


class MainThread:
    """Does work on the main thread, between two instructions of the program, or while it waits for the daemon.

    CPython calls there what `Py_AddPendingCall` was given, as it does with handlers of signals: not while the thread is
    in a call that sleeps, reads or waits. Who is not served in time goes on without, and says so by `missed`; when the
    main thread comes by it is told to the daemon, before the program goes on.
    """

    def __init__(self, came_by: Callable[[], object]) -> None:
        self.carrying_out = False
        """Whether it does what was asked for now."""
        self._came_by = came_by
        self._pending_call = Call(self._on_call)  # kept as long as this process: the interpreter does not
        self._lock = threading.RLock()
        self._errand: Errand[Any] | None = None
        self._bells: list[threading.Event] = []
        self.calls = 0
        """How often it has been asked to call us."""
        self._called = False
        """Whether it will, as soon as it can."""
        self._missed = False

    def do(self, work: Callable[[], Result]) -> Result | None:
        """What `work` returned there; None where the main thread did not come by in time.

        Raises:
            KeyboardInterrupt: the program was interrupted meanwhile.
        """
        errand = Errand(work)
        with self._lock:
            self._errand = errand
        for _ in range(round(PATIENCE / STEP)):
            self._call()
            if errand.taken.wait(STEP):
                break
        with self._lock:
            if self._errand is errand:
                self._errand = None
                return None
        errand.done.wait()
        if errand.error is not None:
            raise errand.error
        return errand.result

    def call_off(self) -> None:
        """Let nobody wait for it: the daemon stops."""
        with self._lock:
            errand, self._errand = self._errand, None
        if errand is not None:
            errand.call_off()

    def missed(self) -> None:
        """Something is left to be done when it comes by."""
        self._missed = True
        self._call()

    def settled(self) -> None:
        """What was left has been done."""
        self._missed = False

    def call_again(self) -> None:
        """Where something is left: it may have come by while it could not do that."""
        if self._missed:
            self._call()

    @property
    def waits(self) -> bool:
        """Whether it waits for the daemon, and does what it is asked for at once."""
        return bool(self._bells)

    @contextmanager
    def waiting(self, bell: threading.Event) -> Iterator[None]:
        """While it is entered this thread, where it is the main one, waits for a bell, and calls serve() then."""
        if not on_main_thread():
            yield
            return
        with self._lock:
            self._bells.append(bell)
            if self._errand is not None:
                bell.set()
        try:
            yield
        finally:
            with self._lock:
                self._bells.remove(bell)
            self.call_again()

    def serve(self) -> None:
        """Do what is asked for, where this is the main thread."""
        if not on_main_thread():
            return
        with self._lock:
            errand, self._errand = self._errand, None
        if errand is not None:
            self.carrying_out = True
            try:
                errand.carry_out()
            finally:
                self.carrying_out = False

    def leave_parent(self) -> None:
        """In a forked child, nothing of the parent's is asked for."""
        self._lock = threading.RLock()
        self._errand, self._called, self.carrying_out = None, False, False

    def _call(self) -> None:
        with self._lock:
            if self._bells:
                self._bells[-1].set()
            elif not self._called:
                self.calls += 1
                self._called = self._pending_call.soon()

    def _on_call(self) -> None:
        """The main thread has come by, anywhere in the program or in what it calls."""
        self._called = False
        if not _may_serve():
            return
        if self._errand is not None:
            self.serve()
        elif self._missed:
            self._came_by()


def _may_serve() -> bool:
    """Whether the main thread is in no import, which would show half a module, and in no code of ours.

    That may hold what the work needs.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != RUNNER:  # which holds nothing while the program runs
        path = frame.f_code.co_filename
        if path.startswith((OURS, "<frozen importlib")) and path != __file__:
            return False
        frame = frame.f_back
    return True


class Call:
    """What the interpreter calls: it asks, in C, whether this object is true.

    A callback of ctypes would keep from the program an interrupt that comes meanwhile; this one hands it on.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function

    def __bool__(self) -> bool:
        try:
            self._function()
        except Exception:  # the interpreter ends, say, and no thread can be started: never the program's business
            return False
        except BaseException as error:  # an interrupt: it does not matter where that reached us
            raise error.with_traceback(None) from None
        return False

    def soon(self) -> bool:
        """Let the main thread call it between two of its instructions; whether it will."""
        try:
            from ctypes import c_void_p, cast, py_object, pythonapi
        except ImportError:  # a Python may be built without
            return False
        ask = cast(pythonapi.PyObject_IsTrue, c_void_p)
        return bool(pythonapi.Py_AddPendingCall(ask, py_object(self)) == 0)
