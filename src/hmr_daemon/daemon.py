"""The composition root: wires the parts, and owns the thread `hmr-daemon`."""

from __future__ import annotations

import os
import sys
import threading
import time
from _thread import get_ident
from collections import deque

from . import finder, ipython
from ._bootstrap import hand_over
from .prompt import Prompt, is_interactive
from .recorder import Load, Recorder, opened_states, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from types import CodeType, FrameType, ModuleType
    from typing import Any

    from .config import Settings
    from .executor import Executor
    from .graph import Graph, ModuleRecord
    from .interactive import Interactive
    from .model import Change, Failure, Reload
    from .run import Outcome
    from .scope import Scope
    from .watcher import BatchQueue, Signature, Watcher

CALM = 0.1  # seconds without an import before the save-time side is loaded
LOAD_PATIENCE = 2.0  # seconds that a reload waits for imports in progress to end
EMPTY_PATIENCE = 0.05  # seconds after which an empty file is taken to be meant so
LONG = 5.0  # seconds after which a reload is said to be still running


class Daemon:
    """Keeps this process live: hears of loads, watches their files, reloads."""

    def __init__(self, script: str | None = None) -> None:
        self.recorder = Recorder()
        self.script = script
        self.callbacks: list[Callable[[Reload], object]] = []
        self.history: list[Reload] = []
        self._scope: Scope | None = None
        self._plain_settings = _settings_are_default()
        self._signal = threading.Event()
        self._stopping = False
        self._until_saved = False
        self._thread: threading.Thread | None = None
        self._parts: Parts | None = None
        self._script_source: bytes | None = None
        self.script_load: Load | None = None
        """Set by who runs the script itself and adds its load to the recorder."""
        self._thread_lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._events: deque[Reload] = deque()
        self._holds = 0
        self.reloads = 0
        self.applying = False
        """Whether a reload is being carried out now: then none can begin."""
        self.prompt = Prompt(self.sync)

    # --- import time: called by the loader ----------------------------------------------------------------

    def wanted(self, path: str) -> bool:
        """Whether a user's source file is to be live; settings may say no."""
        if self._plain_settings:
            return True
        return self.scope.decide(path).live

    @property
    def scope(self) -> Scope:
        if self._scope is None:
            from .scope import Scope

            self._scope = Scope(self.settings)
        return self._scope

    @property
    def settings(self) -> Settings:
        from . import config

        settings, warnings = config.load(_settings_folder(self.script), os.environ)
        self._setting_warnings = warnings
        return settings

    def begins(self, module: ModuleType, path: str, code: CodeType, stat: dict[str, Any]) -> Load:
        return self.recorder.begin(module, path, code, stat)

    def ends(self, load: object, failed: bool) -> None:
        assert isinstance(load, Load)
        self.recorder.end(load, failed)
        if not self.recorder.busy:
            self.wake()

    # --- the thread ---------------------------------------------------------------------------------------

    def start(self) -> None:
        with self._thread_lock:
            if self._thread is None or not self._thread.is_alive():
                self._stopping = False
                self._until_saved = False
                self._thread = threading.Thread(target=self._run, name="hmr-daemon", daemon=True)
                self._thread.start()

    @property
    def runs(self) -> bool:
        """Whether the thread is there to do anything."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self, patience: float = 2.0) -> None:
        """End the threads; nothing that is saved meanwhile is lost to a later start()."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        self._stopping = True
        self.wake()
        thread.join(patience)
        if self._parts is not None:
            self._parts.watcher.stop()

    def take_over(self, first: Callable[[Parts], object], until_saved: bool = False) -> None:
        """Do on this thread what the daemon's own thread did: until interrupted, or until a file is saved."""
        self.stop()
        self._stopping = False
        self._thread = threading.current_thread()
        self._until_saved = until_saved
        self._jobs.appendleft(Job(first))
        self._run()

    def hand_back(self) -> None:
        """Let a thread of the daemon's own do the work again."""
        self._thread = None
        self._stopping = False
        self.start()

    def wake(self) -> None:
        self._signal.set()
        parts = self._parts
        if parts is not None:
            parts.queue.wake()

    def _run(self) -> None:
        try:
            self._wait_until_calm()
            if self._stopping:
                return
            parts = self._parts = self._parts or Parts(self)
            parts.watcher.start()
            while not self._stopping:
                self._turn(parts)
        except Exception:
            if sys.is_finalizing() or self._stopping or not threading.main_thread().is_alive():
                return  # no thread can be started any more
            from . import report

            report.broken()
        finally:
            while self._jobs and not self._stopping:
                self._jobs.popleft().give_up()

    def _turn(self, parts: Parts) -> None:
        """One thing: what someone waits for, or else the next batch of saves."""
        parts.take_loads()
        self._signal.clear()
        if self._jobs:
            self._jobs.popleft().do(parts)
            return
        batch = parts.queue.get(None)
        if batch is not None and not self._stopping and not self._holds:
            parts.take_loads()
            self._wait_for_loads()
            parts.saved(parts.written(batch.paths))
            self._stopping |= self._until_saved

    def _wait_until_calm(self) -> None:
        """The save-time side takes 100 ms to import: not while the program is importing itself."""
        if self._parts is not None:
            return
        self._script_source = _read(self.script) if self.script else None
        if self.script is None:
            self._look_for_script()
        self._signal.wait(CALM if self.script else None)
        while not self._stopping and not self._jobs:
            self._signal.clear()
            self.recorder.read_sources()
            if not self._signal.wait(CALM) and not self.recorder.busy:
                return

    def _look_for_script(self) -> None:
        """What was started by `-m`, or as a folder, becomes ``__main__`` a moment after its first import."""
        from .scripts import found_script

        end = time.monotonic() + CALM
        while time.monotonic() < end and not (self.script_load or self._stopping or self._jobs):
            if self.prompt.shells or is_interactive():
                return
            self.script_load = found_script()
            if self.script_load is not None:
                self.recorder.add(self.script_load)
            time.sleep(0.005)

    def _wait_for_loads(self) -> None:
        """A module that is being imported is not half reloaded; one that never ends is not waited for."""
        end = time.monotonic() + LOAD_PATIENCE
        while self.recorder.busy and time.monotonic() < end:
            self._signal.clear()
            self._signal.wait(0.05)

    # --- for those who ask --------------------------------------------------------------------------------

    def call(self, work: Callable[[Parts], Any], timeout: float | None = None) -> Any:
        """Do `work` on the daemon's thread and return what it returns; None where it cannot be done now."""
        if on_this_thread():
            return None if self.applying or self._parts is None else work(self._parts)
        if not self.runs:
            return None
        job = Job(work)
        self._jobs.append(job)
        self.wake()
        return job.wait(self, timeout)

    def hear(self, work: Callable[[Parts], Any]) -> None:
        """Let the daemon's thread do `work` soon."""
        self._jobs.append(Job(work))
        self.wake()

    def sync(self, timeout: float | None = None) -> bool:
        """Apply what was saved before; whether all of it is live now."""
        if self._holds or (self.recorder.loading_here() and not on_this_thread()):
            return False  # a reload would wait for the caller, and the caller for it
        return bool(self.call(Parts.catch_up, timeout))

    def retry(self) -> bool:
        """Try again what failed before; whether all that is saved is live now."""
        return not self._holds and bool(self.call(Parts.retry))

    def run_again(self, module: str) -> bool:
        """Run all of a live module again; whether that landed."""
        return not self._holds and bool(self.call(lambda parts: parts.run_again(module)))

    def hold(self) -> None:
        """Apply nothing until release() has been called as often."""
        with self._thread_lock:
            self._holds += 1

    def release(self) -> None:
        with self._thread_lock:
            self._holds -= 1
        if not self._holds:
            self.hear(Parts.catch_up)

    # --- for prompts

    def attend(self) -> None:
        """Be there before each statement or cell that a person types."""
        ipython.follow(self, self.prompt.shells)
        if is_interactive():
            self.prompt.watch()

    def failures(self) -> tuple[Failure, ...]:
        """Why what is saved is not live, each reason once."""
        parts = self._parts
        return () if parts is None else tuple(dict.fromkeys(parts.failures.copy().values()))

    def failing(self) -> list[str]:
        """The base names of the files that are saved and not live."""
        parts = self._parts
        return [] if parts is None else sorted(os.path.basename(path) for path in list(parts.pending))

    def live_modules(self) -> list[str]:
        return self.recorder.names()

    def warn(self, text: str) -> None:
        from . import report

        report.warn(text)

    @property
    def held(self) -> bool:
        return self._holds > 0

    def publish(self, event: Reload) -> None:
        """Tell everyone of a reload; a reload that a callback asks for is told after this one."""
        self._events.append(event)
        if len(self._events) > 1:
            return
        while self._events:
            self._tell(self._events[0])
            self._events.popleft()

    def _tell(self, event: Reload) -> None:
        from . import report

        self.reloads += 1
        self.history.append(event)
        del self.history[:-100]
        parts = self._parts
        failures = {} if parts is None else parts.failures
        report.tell(event, {path: f for path, f in failures.items() if path not in event.files})
        for callback in list(self.callbacks):
            try:
                callback(event)
            except Exception as error:  # the user's code
                report.callback_failed(callback, error)

    # --- forks --------------------------------------------------------------------------------------------

    def before_fork(self) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            self.stop()

    def after_fork_in_parent(self) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            _after_this_call(self.start)

    def after_fork_in_child(self) -> None:
        self._thread_lock = threading.Lock()
        self._jobs.clear()
        self.prompt.shells.clear()  # whoever types, types into the parent
        self.recorder.reset_after_fork()
        if self._thread is not None:
            self._thread = None
            self.start()


class Job:
    """Work for the daemon's thread, and the wait for it."""

    def __init__(self, work: Callable[[Parts], Any]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: Any = None

    def do(self, parts: Parts) -> None:
        try:
            self._result = self._work(parts)
        finally:
            self._done.set()

    def give_up(self) -> None:
        self._done.set()

    def wait(self, daemon: Daemon, timeout: float | None) -> Any:
        end = None if timeout is None else time.monotonic() + timeout
        while not self._done.wait(0.5 if end is None else max(0.0, min(0.5, end - time.monotonic()))):
            if not daemon.runs or (end is not None and time.monotonic() >= end):
                break
        return self._result


class Parts:
    """The save-time side, made once the program is calm: what is imported here costs 100 ms."""

    def __init__(self, daemon: Daemon) -> None:
        from . import report
        from .executor import Executor
        from .graph import Graph
        from .interactive import Interactive, may_execute_text
        from .uncalled import Uncalled
        from .watcher import BatchQueue, Watcher

        settings = daemon.settings
        report.configure(settings.log_level, daemon.prompt.show)
        for warning in daemon._setting_warnings:
            report.warn(warning)
        self.daemon = daemon
        self.graph: Graph = Graph()
        self.interactive: Interactive = Interactive()
        self.executor: Executor = Executor(self.graph, daemon.recorder, self.interactive)
        self.queue: BatchQueue = BatchQueue(settings.quiet)
        self.watcher: Watcher = Watcher(
            self.queue.put, polling=settings.polling, poll_interval=settings.poll_interval, warn=report.warn
        )
        self.pending: dict[str, frozenset[str]] = {}
        """Edited paths that failed, each with the paths whose save tries them again."""
        self.failures: dict[str, Failure] = {}
        """Edited paths that failed, each with why."""
        self._seen: dict[str, Signature] = {}
        """Every path of interest, with its state when it was last read."""
        self.uncalled = Uncalled()
        self._tried: dict[str, tuple[Signature, bytes]] = {}
        self._has_script = daemon.script_load is not None
        script = daemon.script_load or (self._take_script(daemon.script) if daemon.script is not None else None)
        if may_execute_text(None if script is None else script.code):
            daemon.prompt.watch()

    def take_loads(self) -> None:
        """Take in what has been imported since: its source, and a watch on its file."""
        if not self._has_script and not self.daemon.prompt.shells:
            from .scripts import found_script

            self._add_script(found_script())
        self._follow(self.graph.absorb_all(self.daemon.recorder.take_loads()))

    def _follow(self, records: list[ModuleRecord]) -> None:
        if not records:
            return
        data = self._data_files()
        self._watch({record.path for record in records} | data)
        for path in data:
            if opened_states.get(path, state := state_of(path)) != state:
                self._seen[path] = ()
                self.queue.put(path)
        for record in records:
            if not self._is_as_loaded(record):
                self._seen[record.path] = ()  # differs from every state: it is read again
                self.queue.put(record.path)

    def _watch(self, paths: Iterable[str]) -> None:
        from .watcher import settled, signature

        paths = list(paths)
        for path in paths:
            if path not in self._seen:
                self._seen[path] = settled(signature(path))
        self.watcher.watch(paths)

    def _is_as_loaded(self, record: ModuleRecord) -> bool:
        """Whether the file still holds what was loaded, looked at after its watch has begun."""
        return record.packed is not None and _read(record.path) == record.source

    def _data_files(self) -> set[str]:
        from ._bootstrap import environment_reason

        return {p for p in self.graph.opened_paths() if environment_reason(p) is None and os.path.isfile(p)}

    def _take_script(self, path: str) -> Load | None:
        from .scripts import script_load

        load = script_load(path, self.daemon._script_source)
        self._add_script(load)
        return load

    def _add_script(self, load: Load | None) -> None:
        if load is not None:
            self._has_script = True
            self.daemon.recorder.add(load)

    def free_script(self) -> None:
        """The script has ended: from now on its statements may run again as a module's do."""
        self.take_loads()
        record = self.graph.modules.get("__main__")
        if record is not None:
            self.graph.analyze(record)
            record.script, record.running = False, None

    def forget_script(self, paths: Iterable[str]) -> None:
        """The script is to be run anew as a whole, once one of these files or a live one is saved."""
        self.take_loads()
        self._watch(paths)
        record = self.graph.modules.get("__main__")
        if record is not None:
            self._settle([record.path])
            self.graph.remove(record)

    def catch_up(self) -> bool:
        """Apply what has been saved, whether or not anyone has told of it; whether all is live now."""
        from .watcher import signature

        self.take_loads()
        if paths := [path for path, seen in self._seen.items() if seen != signature(path)]:
            self.daemon._wait_for_loads()
            self.saved(paths)
        return not self.pending

    def retry(self) -> bool:
        """Try again what failed; whether all is live now."""
        if self.catch_up() or not self.pending:
            return True
        self._reload([self._as_saved(path) for path in self.pending])
        return not self.pending

    def run_again(self, module: str) -> bool:
        """Run all of a live module again, and whatever used what comes out different; whether that landed."""
        self.catch_up()
        record = self.graph.modules.get(module)
        if record is None:
            return False
        self._reload([self._as_saved(record.path)], [record.path])
        return record.path not in self.pending

    def written(self, paths: Iterable[str]) -> list[str]:
        """The files among these whose writing has ended; one that was emptied just now is about to be filled."""
        done = []
        for path in paths:
            if self._is_emptied(path):
                self.queue.put(path)
            else:
                done.append(path)
        return done

    def _is_emptied(self, path: str) -> bool:
        try:
            stat = os.stat(path)
        except OSError:
            return False
        recently = abs(time.time() - stat.st_mtime) < EMPTY_PATIENCE
        return recently and not stat.st_size and any(record.source for record in self.graph.at_path(path))

    def saved(self, paths: Iterable[str]) -> None:
        """A batch of saves: one reload of what differs, together with what waited for one of them."""
        gone = set(self.graph.gone)
        changes = {c.path: c for path in paths if (c := self._change(path)) is not None}
        if not changes:
            if self.graph.gone - gone:
                self._take_up(self.executor.reload(())[1])  # nothing may import what is gone any more
            return
        for path, involved in list(self.pending.items()):
            if path not in changes and involved & set(changes):
                changes[path] = self._as_saved(path)
        self._reload(list(changes.values()))

    def _take_up(self, outcome: Outcome) -> None:
        """Follow the modules that a reload imported, and no longer those that it left."""
        self._follow(outcome.loaded)
        for record in outcome.abandoned:
            self.graph.remove(record)
            self.daemon.recorder.forget(record.name)

    def watched(self) -> list[str]:
        return list(self._seen)

    def current_graph(self) -> Graph:
        self.take_loads()
        return self.graph

    def _as_saved(self, path: str) -> Change:
        from .model import Change

        return Change(path, _read(path))

    def _change(self, path: str) -> Change | None:
        """What a save changed; None where the file holds what is live, is gone, or is no one's."""
        from .model import Change, Reload
        from .watcher import settled, signature

        state = signature(path)
        self._seen[path] = settled(state)
        source = _read(path)
        records = self.graph.at_path(path)
        if source is None and records and not os.path.exists(path):
            self.graph.gone.add(path)
        if source is None or self._tried.get(path) == (state, source):
            return None
        self.graph.gone.discard(path)
        if any(record.source != source for record in records):
            self._tried[path] = (state, source)
            return Change(path, source)
        if path in self.pending:
            self._settle([path])
            self.daemon.publish(Reload(files=(path,), notes=("as it was before: what is live is what is saved",)))
            return None
        if any(path in involved for involved in self.pending.values()) or self.graph.openers(path):
            self._tried[path] = (state, source)
            return Change(path, source)
        return None

    def _settle(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.pending.pop(path, None)
            self.failures.pop(path, None)

    def _reload(self, changes: list[Change], whole: Collection[str] = ()) -> None:
        from dataclasses import replace

        started = time.perf_counter()
        from . import leftovers

        main = self.graph.modules.get("__main__")
        if main is not None:
            self.graph.analyze(main)  # nothing was recorded of it: what it reads is told by its text
        statements = {node: node.statement for node in (main and main.nodes) or ()}
        self.daemon.applying = True
        try:
            with _Alarm(changes):
                event, outcome = self.executor.reload(changes, whole)
        finally:
            self.daemon.applying = False
        files = tuple(c.path for c in changes)
        milliseconds = (time.perf_counter() - started) * 1000
        if event.ok:
            self._settle(files)
            notes = [*leftovers.functions({each.name: each.old for each in outcome.replaced if each.changed})]
            if main is not None and main.script:
                notes += leftovers.statements(main, statements, event.ran)
            event = replace(event, notes=(*event.notes, *notes))
            self.uncalled.replaced(outcome.replaced)
            self._take_up(outcome)
        else:
            self._keep_pending(changes, event)
        self.take_loads()
        self._watch(self._data_files())
        self.daemon.publish(replace(event, files=files, milliseconds=milliseconds))

    def _keep_pending(self, changes: list[Change], event: Reload) -> None:
        missing = (mark[7:] for mark in event.involved if mark.startswith("module:"))
        involved = event.involved.union(*map(candidates, missing))
        self._watch(path for path in involved if os.path.isabs(path))
        for change in changes:
            if self.graph.at_path(change.path):
                self.pending[change.path] = frozenset(involved)
                if event.failure is not None:
                    self.failures[change.path] = event.failure


class _Alarm:
    """Says that a reload is still running when it takes long."""

    def __init__(self, changes: list[Change]) -> None:
        from . import report

        names = ", ".join(os.path.basename(c.path) for c in changes[:3])
        self._timer = threading.Timer(LONG, report.warn, [f"{names}: the reload is still running after {LONG:.0f} s"])
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *exception: object) -> None:
        self._timer.cancel()


def _read(path: str) -> bytes | None:
    """The file's bytes; None where it is gone, or cannot be read now."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def candidates(module: str) -> set[str]:
    """Where a module that could not be imported may come to be."""
    parts = module.split(".")
    found = set()
    for folder in sys.path:
        base = os.path.abspath(os.path.join(folder or os.getcwd(), *parts))
        found |= {base + ".py", os.path.join(base, "__init__.py")}
    from ._bootstrap import environment_reason

    return {path for path in found if environment_reason(path) is None}


def _settings_folder(script: str | None) -> str:
    return os.path.dirname(script) if script else os.getcwd()


def _settings_are_default() -> bool:
    """Whether nothing is set that could exclude a file, found without parsing anything."""
    if any(name.startswith("HMR_DAEMON_") for name in os.environ):
        return False
    folder = os.getcwd()
    while True:
        try:
            with open(os.path.join(folder, "pyproject.toml"), "rb") as file:
                return b"hmr-daemon" not in file.read()
        except OSError:
            parent = os.path.dirname(folder)
            if parent == folder:
                return True
            folder = parent


def _after_this_call(function: Callable[[], None]) -> None:
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
    tool = next((number for number in (3, 4, 5) if monitoring.get_tool(number) is None), None)
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


_daemon: Daemon | None = None


def current() -> Daemon | None:
    """The daemon of this process, where it is live."""
    return _daemon


def activate(script: str | None = None) -> Daemon:
    """Make this process live, once. `script` is the user's file that it is about to run as ``__main__``."""
    global _daemon
    if _daemon is None:
        _daemon = Daemon(script)
        finder.listen(_daemon)
        hand_over(finder.LiveFinder())
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=_daemon.before_fork,
                after_in_parent=_daemon.after_fork_in_parent,
                after_in_child=_daemon.after_fork_in_child,
            )
        _daemon.attend()
        import atexit

        atexit.register(_daemon.stop, 0.5)  # a thread in the middle of an import can hang a finalizing 3.15
        _daemon.start()
    return _daemon


def on_this_thread() -> bool:
    """Whether the caller runs on the daemon's thread, inside a reload."""
    return _daemon is not None and _daemon._thread is not None and _daemon._thread.ident == get_ident()
