"""The composition root: owns the thread `hmr-daemon`, and answers those who ask it."""

from __future__ import annotations

import os
import sys
import threading
import time
from _thread import get_ident
from collections import deque
from types import FunctionType

from ._bootstrap import is_interactive
from .jobs import Job
from .loading import signals, standby
from .loading.forks import PATIENCE, wait_until_gone
from .loading.prompt import Prompt
from .loading.standby import LOAD_PATIENCE
from .main_thread import MainThread, on_main_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .config import Settings
    from .loading.standby import Standby
    from .model import Failure
    from .parts import Parts
    from .reporting.audience import Audience

ATTEMPTS = 10  # at importing the save-time side
MAIN_PATIENCE = 1.0  # seconds that the main thread stays, when it comes by, for what was left for it
HOLD_PATIENCE = 2.0  # seconds that who holds reloads back waits for one in progress
FAULTS = 3  # turns in a row that may fail before the daemon is off
REST = 0.2  # seconds after such a turn
WATCHING = f"{__package__}.watching.inotify" if sys.platform == "linux" else "watchdog.observers"
SAVE_TIME = (
    "logging", "dataclasses", "ast", WATCHING,
    f"{__package__}.syntax.statements", f"{__package__}.planning.graph", f"{__package__}.parts",
)  # fmt: skip
"""What the save-time side is made of, in steps of at most some 10 ms: a fork and the interpreter's end wait for one."""
PUBLIC = f"{__package__}.model"


class Daemon:
    """Keeps this process live: hears of loads, watches their files, reloads."""

    def __init__(self, standby: Standby) -> None:
        self.standby = standby
        self.recorder = standby.recorder
        self.forks = standby.forks
        self.prompt = Prompt(self.sync)
        self.main = MainThread(self._main_came_by)
        self._audience: Audience | None = None
        self._signal = threading.Event()
        self._stopping = False
        self._until_saved = False
        self._thread: threading.Thread | None = None
        self._borrowed = False
        """Whether the thread is the program's own, lent by take_over()."""
        self._parts: Parts | None = None
        self._thread_lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._holds = 0
        self._all_holds = 0
        standby.daemon = self  # from now on threads that import wake it

    # --- the thread ---------------------------------------------------------------------------------------

    def start(self) -> None:
        with self._thread_lock:
            if not self._is_alive:
                self._stopping = False
                self._until_saved = False
                self._borrowed = False
                self._thread = threading.Thread(target=self._run_apart, name="hmr-daemon", daemon=True)
                self._thread.start()

    @property
    def was_started(self) -> bool:
        """Whether there is, or was, a thread of its own."""
        return self._thread is not None

    @property
    def runs(self) -> bool:
        """Whether the thread is there to do anything; one that is just being started is waited for."""
        if not self._is_alive and self._thread_lock.acquire(timeout=PATIENCE):
            self._thread_lock.release()
        return self._is_alive

    @property
    def _is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def stop(self, patience: float = PATIENCE) -> None:
        """End the threads; nothing that is saved meanwhile is lost to a later start()."""
        thread = self._thread
        if thread is None or thread.ident == get_ident():
            return
        self._stopping = True
        if self._thread_lock.acquire(timeout=patience):  # it may be starting just now, on another thread
            self._thread_lock.release()
        if thread.ident is None:
            return
        self.wake()
        self.main.call_off()
        self._stop_watching()  # both end at the same time
        thread.join(patience)
        self._stop_watching()  # it may have begun to watch just before it ended

    def let_go(self) -> bool:
        """Hold nothing of the program's any more; False where the thread would not end."""
        if self.runs and not self._borrowed:
            return False
        self._parts = self._audience = None
        self._jobs.clear()
        return True

    def _stop_watching(self) -> None:
        if self._parts is not None:
            self._parts.watcher.stop()

    def take_over(self, first: Callable[[Parts], object], until_saved: bool = False) -> None:
        """Do on this thread what the daemon's own thread did: until interrupted, or until a file is saved."""
        self.forks.call_off()
        self.stop()
        self._stopping = False
        self._borrowed = True
        self._thread = threading.current_thread()
        self._until_saved = until_saved
        self._jobs.appendleft(Job(first))
        self._run()

    def hand_back(self) -> None:
        """Let a thread of the daemon's own do the work again."""
        self._thread = None
        self.start()

    def wake(self) -> None:
        self._signal.set()
        self.standby.ring()
        parts = self._parts
        if parts is not None:
            parts.queue.wake()

    def _run_apart(self) -> None:
        """What a thread of the daemon's own does: it takes none of the program's signals."""
        signals.leave_to_the_program()
        self._run()

    def _run(self) -> None:
        try:
            if self._parts is None:  # what is imported here takes 50 ms: not while the program is importing itself
                self.standby.wait_until_calm(lambda: self._stopping or bool(self._jobs))
            self._load_save_time_side()
            if self._stopping:
                return
            parts = self._parts = self._parts or self._make_parts()
            self.standby.attended = True
            while not self._stopping and on_this_thread():
                self._turn_safely(parts)
        except Exception:
            if sys.is_finalizing() or self._stopping or not threading.main_thread().is_alive():
                return  # no thread can be started any more
            from .reporting import report

            report.broken()
        finally:
            while self._jobs and not self._stopping:
                self._jobs.popleft().give_up()

    def _turn_safely(self, parts: Parts) -> None:
        """What goes wrong once, for want of memory, say, is tried again: no save is lost."""
        for _ in range(FAULTS):
            try:
                self._turn(parts)
            except Exception as error:
                if sys.is_finalizing() or not threading.main_thread().is_alive():
                    raise
                fault = error
                time.sleep(REST)
            else:
                return
        raise fault

    def _turn(self, parts: Parts) -> None:
        """One thing: what someone waits for, or else the next batch of saves."""
        parts.watcher.start()  # unless it runs
        self.recorder.give_back_kept()
        parts.take_loads()
        self.main.call_again()
        self._signal.clear()
        if self._jobs:
            with signals.AsTheProgram():
                self._jobs.popleft().do(parts)
            return
        held, holds = self._holds, self._all_holds
        batch = parts.next_batch()
        held = held or self._holds or holds != self._all_holds
        if batch is None or (held and not self._stopping):  # release() has everything compared
            return
        try:
            if not self._stopping:
                with signals.AsTheProgram():
                    parts.take_batch(batch.paths)
                batch = None
                self._stopping |= self._until_saved
        finally:
            for path in batch.paths if batch is not None else ():
                parts.queue.put_later(path, 0.0)  # not taken up: for the next turn, or for start()

    def _load_save_time_side(self) -> None:
        """Import it, beside a program that may import the same at this moment.

        What looks at `sys.modules` then finds half a module (dataclasses asks there for typing) and fails: once more.
        """
        if f"{__package__}.parts" in sys.modules:
            return  # loaded in the shelter: by now `logging` may be the user's
        known = {*sys.modules, PUBLIC}
        for name in SAVE_TIME:
            for attempt in range(ATTEMPTS):
                if self._stopping:
                    return
                try:
                    __import__(name)
                    forget_annotations(known)
                    break
                except (ImportError, AttributeError):
                    if attempt == ATTEMPTS - 1:
                        raise
                    time.sleep(standby.CALM)

    def _make_parts(self) -> Parts:
        from .parts import Parts
        from .reporting import report

        settings, warnings = self.standby.wanted.settings()
        report.configure(settings.log_level, self.prompt.show)
        for warning in warnings:
            report.warn(warning)
        parts = Parts(settings, self.recorder, self.prompt, self.audience, self.main, self._wait_for_loads)
        known = self.standby
        parts.take_script(known.script_load, known.script, known.script_source, lambda: not self._stopping)
        return parts

    def _wait_for_loads(self) -> None:
        """A module that is being imported is not half reloaded; one that never ends is not waited for."""
        end = time.monotonic() + LOAD_PATIENCE
        while not self.recorder.in_progress() <= self.standby.endless and time.monotonic() < end:
            self._signal.clear()
            self._signal.wait(0.05)
        self.standby.endless = self.recorder.in_progress()

    @property
    def settings(self) -> Settings:
        return self.standby.wanted.settings()[0]

    @property
    def audience(self) -> Audience:
        """Who is told of reloads; loaded when it is first needed."""
        if self._audience is None:
            from .reporting.audience import Audience

            self._audience = Audience()
        return self._audience

    @property
    def applying(self) -> bool:
        """Whether a reload is being carried out now: then none can begin."""
        return self._parts is not None and self._parts.applying

    # --- for those who ask --------------------------------------------------------------------------------

    def call(self, work: Callable[[Parts], Any], timeout: float | None = None) -> Any:
        """Do `work` on the daemon's thread and return what it returns; None where it cannot be done now."""
        if on_this_thread():
            return None if self.applying or self._parts is None else work(self._parts)
        self.forks.resume()
        if not self.runs:
            return None
        job = Job(work)
        self._jobs.append(job)
        self.wake()
        with self.main.waiting(job.bell):
            return job.wait(lambda: self.runs, timeout, self.main.serve)

    def hear(self, work: Callable[[Parts], Any]) -> None:
        """Let the daemon's thread do `work` soon."""
        self._jobs.append(Job(work))
        self.wake()

    def _main_came_by(self) -> None:
        """On the main thread, anywhere in the program: what was left for it is done before it goes on."""
        if self.applying or self._holds:
            self.hear(lambda parts: parts.with_main_thread())
        else:
            self.call(lambda parts: parts.with_main_thread(), MAIN_PATIENCE)

    def sync(self, timeout: float | None = None) -> bool:
        """Apply what was saved before; whether all of it is live now."""
        if self._holds or (self.recorder.loading_here() and not on_this_thread()):
            return False  # a reload would wait for the caller, and the caller for it
        return bool(self.call(lambda parts: parts.catch_up(), timeout))

    def retry(self) -> bool:
        """Try again what failed before; whether all that is saved is live now."""
        return not self._holds and bool(self.call(lambda parts: parts.retry()))

    def run_again(self, module: str) -> bool:
        """Run all of a live module again; whether that landed."""
        return not self._holds and bool(self.call(lambda parts: parts.run_again(module)))

    def hold(self) -> None:
        """Apply nothing until release() has been called as often; what is being applied is waited for."""
        with self._thread_lock:
            self._holds += 1
            self._all_holds += 1
        if not self.recorder.loading_here():
            self.call(lambda parts: None, HOLD_PATIENCE)

    def release(self) -> None:
        with self._thread_lock:
            self._holds -= 1
        if not self._holds:
            self.hear(lambda parts: self._holds or parts.catch_up())

    # --- for prompts

    def attend(self) -> None:
        """Be there before each statement or cell that a person types."""
        self.follow_shells()
        if is_interactive():
            self.prompt.watch()

    def follow_shells(self) -> None:
        """Be there before each cell of IPython's shells, those that are there and those to come."""
        if standby.SHELL_MODULE in sys.modules:
            from .reporting import ipython  # most processes have no use for it

            ipython.follow(self, self.prompt.shells)

    def failures(self) -> tuple[Failure, ...]:
        """Why what is saved is not live, each reason once."""
        parts = self._parts
        return () if parts is None else tuple(dict.fromkeys(parts.pending.failures.copy().values()))

    def failing(self) -> list[str]:
        """The base names of the files that are saved and not live."""
        parts = self._parts
        return [] if parts is None else sorted(os.path.basename(path) for path in parts.pending.paths())

    def live_modules(self) -> list[str]:
        return self.recorder.names()

    def warn(self, text: str) -> None:
        from .reporting import report

        report.warn(text)

    @property
    def held(self) -> bool:
        return self._holds > 0

    # --- forks --------------------------------------------------------------------------------------------

    def suspend(self) -> bool:
        """Let no thread of ours run while the process forks; whether one is to be started again."""
        thread = self._thread
        if thread is None:
            return False
        if self._borrowed or on_this_thread():  # it goes on, and sees to the watcher at its next turn
            self._stop_watching()
            return False
        self.stop()
        wait_until_gone(thread.native_id)
        return True

    def leave_parent(self) -> bool:
        """In a forked child: nothing of the parent's is waited for; whether a thread of its own is to be started."""
        was_live, self._thread = self._thread is not None, None
        self._thread_lock = threading.Lock()
        self._signal = threading.Event()
        self._signal.set()
        self._jobs.clear()
        self.main.leave_parent()
        self.prompt.shells.clear()  # whoever types, types into the parent
        if self._parts is not None:
            self._parts.leave_parent()
        return was_live


def forget_annotations(known: set[str]) -> None:
    """Let go of those of our inner functions, in modules not `known` yet: no one asks for them, and they take memory.

    It is done module by module, so that the next one takes the place.
    """
    for name in [name for name in list(sys.modules) if name.startswith(f"{__package__}.") and name not in known]:
        known.add(name)
        own = [value for value in vars(sys.modules[name]).values() if getattr(value, "__module__", None) == name]
        members = [member for value in own if isinstance(value, type) for member in vars(value).values()]
        inside = [getattr(member, kept, None) for member in members for kept in ("fget", "__func__", "func")]
        for function in [value for value in own + members + inside if isinstance(value, FunctionType)]:
            del function.__annotations__


_daemon: Daemon | None = None


_up = threading.RLock()


def current() -> Daemon | None:
    """The daemon of this process, where it is live; one that another thread is bringing up is waited for."""
    if _daemon is not None and _daemon.was_started:
        return _daemon
    return activate() if standby.current() is not None else _daemon


def activate(script: str | None = None) -> Daemon:
    """Bring the daemon up, once. `script` is the user's file that this process is about to run as ``__main__``."""
    global _daemon
    with _up:
        if _daemon is None:
            _daemon = Daemon(standby.install(script))
            _daemon.attend()
            _daemon.start()
    return _daemon


def on_this_thread() -> bool:
    """Whether the caller runs on the daemon's thread, or inside a reload that the main thread carries out."""
    if _daemon is None or _daemon._thread is None:
        return False
    return _daemon._thread.ident == get_ident() or (_daemon.main.carrying_out and on_main_thread())
