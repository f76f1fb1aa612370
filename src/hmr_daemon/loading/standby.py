"""A live process whose daemon is not up yet: notes what it loads, and waits until its imports are calm.

The daemon takes longer to import than many a program to run, so it is not imported before a moment without imports.
"""

from __future__ import annotations

import atexit
import sys
import time
from _thread import allocate_lock, get_ident, get_native_id, start_new_thread

from .._bootstrap import daemon_module, environment_reason, hand_over, include, is_interactive
from . import finder, signals
from .forks import PATIENCE, Forks, wait_until_gone
from .recorder import Recorder
from .wanted import Wanted

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any, Protocol

    from .notes import Load
    from .prompt import Prompt

    class Daemon(Protocol):
        """What takes over."""

        prompt: Prompt

        def wake(self) -> None: ...
        def stop(self, patience: float) -> None: ...
        def let_go(self) -> bool: ...
        def follow_shells(self) -> None: ...
        def start(self) -> None: ...
        def suspend(self) -> bool: ...
        def leave_parent(self) -> bool: ...


MOMENT = 0.002  # seconds without an import before what has loaded is read: a program may well end with its last one
CALM = 0.1  # seconds without an import before the daemon is loaded
EXIT_PATIENCE = 0.5  # seconds that the interpreter's end waits for a thread of ours
LONG_IMPORT = 1.0  # seconds after which what has loaded is read, though its import has not ended
UNDISTURBED = 0.1  # seconds for which a thread of ours can have the interpreter for itself
LOAD_PATIENCE = 2.0  # seconds that reloads wait for an import in progress to end
SHELL_MODULE = "IPython.core.interactiveshell"


class Standby:
    """Hears of loads for as long as the process lives; until the daemon is up it has a thread of its own."""

    def __init__(self, script: str | None = None) -> None:
        self.script = script
        self.recorder = Recorder()
        self.wanted = Wanted(script)
        """Whether a user's source file is to be live: asked by the finder."""
        self.begins = self.recorder.begin
        self.script_source: bytes | None = None
        self.script_load: Load | None = None
        """Set by who runs the script itself and adds its load to the recorder."""
        self.daemon: Daemon | None = None
        self.endless: set[int] = set()
        """The imports (by sequence) that were waited for in vain."""
        self.attended = False
        """Whether a thread of ours reads what has been loaded; else whoever loads it does."""
        self._calm = False
        self._bell = allocate_lock()
        self._bell.acquire()
        self.forks = Forks(self)
        self._stopping = False
        self._waits = False
        """Whether there is, or was, a thread that waits for calm."""
        self._ended = allocate_lock()
        self._number: int | None = None
        self._native_number: int | None = None

    # --- loads

    def ends(self, load: Load, failed: bool) -> None:
        self.recorder.end(load, failed)
        if not (self.attended or failed):
            load.read_source()
        if not self.recorder.busy:
            self.forks.resume()
            self.ring()
            if self.daemon is not None:
                self.daemon.wake()

    # --- the wait

    def ring(self) -> None:
        """Something has happened that whoever waits is to look at."""
        try:
            self._bell.release()
        except RuntimeError:  # it rings already
            return

    def wait_until_calm(self, enough: Callable[[], bool]) -> None:
        """Until there has been no import for a while, or it is enough. Meanwhile what was loaded is read."""
        self.attended = True
        if self.script is not None and self.script_source is None:
            self.script_source = _read(self.script)
            self._watch_for_text()
        self._look_for_script(enough)
        began = time.monotonic()
        end = began + LOAD_PATIENCE
        while not self._calm and not enough():
            if time.monotonic() - began > LONG_IMPORT:
                self.recorder.read_sources(enough)
            loads = self.recorder.in_progress()
            if self._is_disturbed(enough) or loads != self.recorder.in_progress():
                end = time.monotonic() + LOAD_PATIENCE
            elif loads <= self.endless:
                self._calm = True
            elif time.monotonic() > end:
                self.endless = loads  # a module that runs the program at its top level, say
        self.attended = False  # what comes next takes its time
        self.recorder.read_sources(enough)

    def _watch_for_text(self) -> None:
        """Text that a script executes is seen from its start: it may take names of modules that are there already."""
        if any(name in (self.script_source or b"") for name in (b"exec(", b"interact(", b"eval(")):
            from . import starts

            starts.watch()

    def _is_disturbed(self, enough: Callable[[], bool]) -> bool:
        """Wait until something happens, or nothing has for a while; after the first moment of it sources are read."""
        if self._bell.acquire(timeout=MOMENT):
            return True
        if not self.recorder.busy:
            self.recorder.read_sources(enough)
        return self._bell.acquire(timeout=CALM - MOMENT)

    def _look_for_script(self, enough: Callable[[], bool]) -> None:
        """What was started by `-m`, or as a folder, becomes ``__main__`` a moment after its first import."""
        if self.script is not None or sys.argv[0] in ("", "-c") or is_interactive():
            return
        end = time.monotonic() + CALM
        while time.monotonic() < end and not (self._calm or self.script_load or enough()):
            if self.daemon is not None and self.daemon.prompt.shells:
                return
            path = getattr(sys.modules.get("__main__"), "__file__", None)
            if isinstance(path, str) and environment_reason(path) is None:
                _import_collections_abc()
                from .scripts import found_script

                self.script_load = found_script()
                if self.script_load is not None:
                    self.recorder.add(self.script_load)
            self._bell.acquire(timeout=0.005)

    # --- the thread

    def start(self) -> None:
        """Go on. The wait is on a thread that is no `threading.Thread`: that module takes 4 ms to import."""
        if self.daemon is not None:
            self.daemon.start()
            return
        if not self._ended.acquire(blocking=False):
            return  # it runs
        self._stopping = False
        self._waits = self.attended = True
        try:
            start_new_thread(self._run, ())
        except RuntimeError:  # the system has no more threads, or the interpreter ends
            self._ended.release()
            self.attended = False

    def stop(self, patience: float) -> None:
        """End the wait, where there is one."""
        self._stopping = True
        self.ring()
        if self._waits and self._number != get_ident() and self._ended.acquire(timeout=patience):
            self._ended.release()
            wait_until_gone(self._native_number)

    def _run(self) -> None:
        self._number, self._native_number = get_ident(), get_native_id()
        signals.leave_to_the_program()
        try:
            self.wait_until_calm(self._is_over)
            if not self._is_over():
                self.bring_up()
        except Exception:
            if not sys.is_finalizing() and not self._stopping:
                daemon_module("reporting.report").broken()
        finally:
            self._ended.release()

    def _is_over(self) -> bool:
        return self._stopping or self.daemon is not None

    def bring_up(self) -> Daemon:
        """The daemon, up from now on."""
        _import_collections_abc()
        _import_typing()
        daemon: Daemon = daemon_module("daemon").activate()
        return daemon

    # --- forks, and the end

    def suspend(self) -> bool:
        """Let no thread of ours run while the process forks; whether one is to be started again."""
        self.stop(PATIENCE)
        return self._waits if self.daemon is None else self.daemon.suspend()

    def leave_parent(self) -> bool:
        """In a forked child: nothing of the parent's is waited for; whether a thread of its own is to be started."""
        self._bell, self._ended = allocate_lock(), allocate_lock()
        self._bell.acquire()
        signals.leave_parent()
        self.recorder.reset_after_fork()
        return self._waits if self.daemon is None else self.daemon.leave_parent()

    def end(self) -> None:
        """The interpreter ends, and may hang if it does so while a thread of ours is importing (CPython 3.15)."""
        self.forks.call_off()
        self.stop(EXIT_PATIENCE)
        if self.daemon is not None:
            self.daemon.stop(EXIT_PATIENCE)
        self._let_go()

    def _let_go(self) -> None:
        """Hold nothing of the program's any more.

        CPython takes the names of modules away that something holds until then, before it frees what is in them:
        methods like ``__del__`` would meet globals that are None.
        """
        if self._ended.locked():
            return  # a thread of ours is still at work
        if self.daemon is None or self.daemon.let_go():
            self.script_load = None
            self.recorder.let_go()


def _import_collections_abc() -> None:
    """On 3.13 this module puts another in its place while it loads: who imports it just then is given the first one.

    So it is not loaded here: what it puts there is there from the start of the interpreter.
    """
    if sys.version_info[:2] != (3, 13):
        return
    import _collections_abc
    import collections

    deadline = time.monotonic() + CALM
    while sys.modules.setdefault("collections.abc", _collections_abc) is not _collections_abc:
        if time.monotonic() > deadline:
            return
        time.sleep(0.001)  # another thread is loading it
    collections.__dict__.setdefault("abc", _collections_abc)


def _import_typing() -> None:
    """Import `typing` while no other thread runs: dataclasses that the program defines look into what there is of it.

    CPython asks for it by its name while it makes `typing.Protocol`, so it has to be in `sys.modules` by then.
    """
    if "typing" in sys.modules:
        return
    for name in ("_typing", "abc", "collections.abc", "contextlib", "copyreg", "functools", "operator", "re", "types"):
        __import__(name)  # reading a file would let other threads run
    from importlib.util import find_spec, module_from_spec

    spec = find_spec("typing")
    loader: Any = None if spec is None else spec.loader
    if spec is None or not hasattr(loader, "get_code"):
        return
    code, typing, interval = loader.get_code("typing"), module_from_spec(spec), sys.getswitchinterval()
    sys.setswitchinterval(UNDISTURBED)
    try:
        time.sleep(interval)  # until whoever waits for this thread does so as long
        if sys.modules.setdefault("typing", typing) is typing:
            exec(code, typing.__dict__)
    finally:
        sys.setswitchinterval(interval)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


_standby: Standby | None = None


def current() -> Standby | None:
    """What hears of this process's loads, where it is live."""
    return _standby


def install(script: str | None = None) -> Standby:
    """Hear of loads from now on, once. `script` is the user's file that the process is about to run as ``__main__``."""
    global _standby
    if _standby is None:
        if sys.version_info < (3, 13):
            import threading  # noqa: F401 - it takes whoever imports it for the main thread
        _standby = Standby(script)
        finder.listen(_standby)
        if _standby.wanted.includes:
            include(_standby.wanted)
        hand_over(finder.LiveFinder())
        _standby.forks.register()
        atexit.register(_standby.end)
        if SHELL_MODULE not in sys.modules:
            sys.meta_path.insert(1, finder.Notice(SHELL_MODULE, _shell_imported))
    return _standby


def activate(script: str | None = None) -> Callable[[], None] | None:
    """Make this process live; what comes is to be called once this thread imports nothing more for us.

    Where a person types the daemon is to be there at once.
    """
    standby = install(script)
    if is_interactive() or SHELL_MODULE in sys.modules:
        standby.bring_up()
        return None
    return standby.start


def _shell_imported(_: ModuleType) -> None:
    if _standby is not None:
        _standby.bring_up().follow_shells()
