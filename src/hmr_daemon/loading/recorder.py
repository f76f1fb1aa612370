"""What each top-level statement read, ran and opened, noted while it runs and at no other time."""

from __future__ import annotations

import io
import itertools
import os
import sys
from _frozen_importlib_external import FileLoader
from _thread import RLock, get_ident

from .._bootstrap import environment_reason
from .opening import StandIn, drop_this_frame

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable, Collection, Sequence
    from types import CodeType, FrameType, ModuleType
    from typing import Any, Self
else:
    ModuleType = type(sys)

OF_THE_TYPE = frozenset(dir(ModuleType)) | {"__annotations__", "__annotate__"}

# Attributes that the import system itself reads and sets on modules.
MACHINERY = frozenset(
    {
        "__builtins__", "__cached__", "__class__", "__dict__", "__doc__", "__file__", "__loader__",
        "__name__", "__package__", "__path__", "__spec__", "__getattr__", "__dir__",
    }
)  # fmt: skip


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
        "at", "before_read", "code", "counts", "frame", "in_reload", "lined", "load", "node", "not_yet", "opened",
        "outer", "raw_ran", "raw_reads", "writes",
    )  # fmt: skip

    def __init__(self, load: Load | None, node: Any) -> None:
        self.load = load
        self.code = None if load is None else load.code
        self.node = node
        self.before_read: Callable[[str, str], None] | None = None
        """Called before a module's name is read, in a reload: what is to bind it may have yet to run."""
        self.not_yet: Callable[[str], Collection[str]] | None = None
        """Tells, in a reload, which names of a module are there that this run or what follows it is to bind."""
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
importing_code: list[CodeType] = []
"""Code of ``__main__`` that imported a user module for the first time."""


def _note_importer() -> None:
    main = sys.modules.get("__main__")
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if main is not None and frame.f_globals is main.__dict__ and frame.f_code.co_name == "<module>":
            importing_code.append(frame.f_code)
            return
        frame = frame.f_back


_sequence = itertools.count(1)


def _standing() -> tuple[Notes, int] | None:
    """Which top-level code this thread is running, and where it stands."""
    notes = _innermost.get(get_ident())
    return None if notes is None else (notes, notes.position())


def _frame_of(code: CodeType | None) -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame


_innermost: dict[int, Notes] = {}
"""Per thread, the innermost run of top-level code in progress."""
_tracked: dict[int, tuple[str, dict[str, Any]]] = {}
"""Identity of each tracked module to its name and namespace."""
_files: set[str] = set()
"""Paths of the tracked modules, as their code objects give them."""


_attribute = ModuleType.__getattribute__
_path_errors: dict[int, AttributeError] = {}
"""Identity of modules that are no packages to what asking for their ``__path__`` raises: importlib asks each time."""


class RecordingModule(ModuleType):
    """What tracked modules are while top-level code runs: a module whose reads are noted."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return ModuleType(*args, **kwargs)  # someone makes another module of a module's type

    def __getattribute__(self, name: str) -> Any:  # each import statement comes here three times or more
        try:
            module, namespace = _tracked[id(self)]
        except KeyError:  # forgotten by another thread just now
            return _attribute(self, name)
        if name not in MACHINERY and (notes := _innermost.get(get_ident())) is not None:
            frame = notes.frame
            notes.raw_reads += (notes.position() if frame is None else frame.f_lasti, module, name)
            if notes.in_reload:
                _tell_before_read(notes, module, name)
                if name in (hidden := _hidden(notes, module)):
                    return _without(hidden, module, namespace, name)
        if name in namespace and name not in OF_THE_TYPE:
            return namespace[name]
        if name == "__path__" and "__getattr__" not in namespace:
            missing = _path_errors.get(id(self)) or _path_error(self, module)
            try:
                raise missing
            except AttributeError:
                missing.__traceback__ = missing.__context__ = None
                raise
        try:
            if name == "__dict__" and (notes := _innermost.get(get_ident())) is not None:
                if not (notes.in_reload and _imports_all()):
                    _note_scan(notes, module)
                elif hidden := _hidden(notes, module):
                    return _without(hidden, module, namespace, name)
            return _attribute(self, name)
        except BaseException as error:
            drop_this_frame(error)
            raise

    def __setattr__(self, name: str, value: object) -> None:
        if name not in MACHINERY and (notes := _innermost.get(get_ident())) and not _is_submodule(self, name, value):
            notes.writes += ((notes.position(), _name_of(self), name),)
        ModuleType.__setattr__(self, name, value)


def _tell_before_read(notes: Notes, module: str, name: str) -> None:
    for each in (notes,) if notes.outer is None else reversed(_outward(notes)):
        if each.before_read is not None:
            each.before_read(module, name)


def _hidden(notes: Notes | None, module: str) -> set[str]:
    """What a statement that a reload runs, or what it imports, must not see yet: a fresh process has it later."""
    if notes is None or not notes.in_reload:
        return set()
    running = [each.not_yet for each in _outward(notes) if each.not_yet is not None]
    return {name for not_yet in running for name in not_yet(module)}


def _note_scan(notes: Notes, module: str) -> None:
    """The names of a module are looked through, as `vars` and `dir` do; not, where a library asks for its globals.

    A star import does so as well: outside of a reload it is told apart later, for that takes a module that may not be
    loaded.
    """
    code = sys._getframe(2).f_code
    inspects = code.co_filename == getattr(sys.modules.get("inspect"), "__file__", None)
    if code.co_filename in _files or (inspects and "getmembers" in code.co_name):
        notes.raw_reads += (notes.position(), module, "__dict__")
        if notes.in_reload:
            _tell_before_read(notes, module, "__dict__")


def _imports_all() -> bool:
    """Whether what reads a module's namespace is a star import; others may go on using the dict that they get."""
    from ..syntax import codes

    frame = sys._getframe(2)
    return codes.imports_all(frame.f_code, frame.f_lasti)


def _without(hidden: set[str], module: str, namespace: dict[str, Any], name: str) -> Any:
    """What a read gives where some names are not bound yet."""
    there = ModuleType(module)
    there.__dict__.update({known: value for known, value in namespace.items() if known not in hidden})
    return _attribute(there, name)


def _take_out(notes: Notes) -> bool:
    """End a run of this thread, most often its innermost; whether it was one."""
    inner = None
    each = _innermost.get(get_ident())
    while each is not notes:
        if each is None:
            return False
        inner, each = each, each.outer
    if inner is not None:
        inner.outer = notes.outer
    elif notes.outer is not None:
        _innermost[get_ident()] = notes.outer
    else:
        del _innermost[get_ident()]
    notes.outer = None
    return True


def _run_here() -> list[Notes]:
    """The runs in progress on this thread, innermost first."""
    return _outward(_innermost.get(get_ident()))


def _outward(notes: Notes | None) -> list[Notes]:
    found: list[Notes] = []
    while notes is not None:
        found.append(notes)
        notes = notes.outer
    return found


def _path_error(self: ModuleType, module: str) -> AttributeError:
    error = AttributeError(f"module {module!r} has no attribute '__path__'", name="__path__", obj=self)
    return _path_errors.setdefault(id(self), error)


def _hand_on_opened(notes: Notes, path: str) -> None:
    """What a module needed that could not be loaded is needed by who imports it, the module's own file first."""
    outer = _innermost.get(get_ident())
    if outer is not None:
        position = outer.position()
        opened = dict.fromkeys([path, *(each for _, each in notes.opened)])
        outer.opened += tuple((position, each) for each in opened)
        awaited_sources.add(path)


RecordingModule.__name__ = RecordingModule.__qualname__ = "module"
RecordingModule.__module__ = "builtins"


def _name_of(module: ModuleType) -> str:
    return _tracked[id(module)][0] if id(module) in _tracked else ""


def _is_submodule(package: ModuleType, name: str, value: object) -> bool:
    """The import system binds a submodule in its package; no statement asked for that."""
    return isinstance(value, ModuleType) and sys.modules.get(f"{_name_of(package)}.{name}") is value


_file_loader: Any = FileLoader
_real_get_data: Callable[[Any, str], bytes] = _file_loader.get_data


opened_states: dict[str, tuple[int, int] | None] = {}
"""What each data file looked like when top-level code opened it last."""


awaited_sources: set[str] = set()
"""Where modules that top-level code looked for in vain may come to be."""


def note_asked(source: str) -> None:
    """Top-level code asked whether there is a module, without importing it."""
    notes = _innermost.get(get_ident())
    if notes is not None:
        notes.opened += ((notes.position(), source),)
        awaited_sources.add(source)


def note_missing(name: str, path: Sequence[str] | None) -> None:
    """Top-level code looked for a module that there is not: a file of that name counts as one that it read."""
    notes = _innermost.get(get_ident())
    if notes is None:
        return
    last, position = name.rpartition(".")[2], notes.position()
    for folder in list(sys.path if path is None else path):
        base = os.path.join(os.path.abspath(folder or os.getcwd()), last)
        for source in (base + ".py", os.path.join(base, "__init__.py")):
            if environment_reason(source) is None:
                notes.opened += ((position, source),)
                opened_states[source] = None
                awaited_sources.add(source)


def state_of(path: str) -> tuple[int, int] | None:
    """Size and mtime (nanoseconds); None where there is no file."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _note_opened(path: str) -> None:
    notes = _innermost.get(get_ident())
    if notes:
        path = os.path.abspath(path)
        notes.opened += ((notes.position(), path),)
        opened_states[path] = state_of(path)


def _note_call(file: Any, mode: Any) -> None:
    """`open` was called: that reads a file, where it is asked for one by its path to read it and no more."""
    if get_ident() not in _innermost or not isinstance(file, (str, bytes, os.PathLike)):
        return
    if isinstance(mode, str) and not set(mode) & set("wax+"):
        _note_opened(os.fsdecode(file))


_noting_open = StandIn(_note_call)


def _noting_get_data(loader: Any, path: str) -> bytes:
    """What `pkgutil.get_data` and the like ask a module's loader for; the loader itself reads its source by it."""
    if path != loader.path and not path.endswith(".pyc"):
        _note_opened(path)
    return _real_get_data(loader, path)


_noting_get_data.__name__ = "get_data"
_noting_get_data.__qualname__ = _real_get_data.__qualname__


class Recorder:
    """Switches the noting on while top-level code runs on any thread, and off after."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._running = 0
        self._loads: list[Load] = []
        self._modules: dict[str, ModuleType] = {}
        self._loose: dict[str, str] = {}
        """By path, the names of modules that are not in `sys.modules`."""
        self._swapped: list[ModuleType] = []
        self._references = sys.getrefcount(_noting_open)
        self._monitor = _Monitor() if sys.version_info >= (3, 12) else None

    def loading_here(self) -> bool:
        """Whether this thread is running top-level code now."""
        return get_ident() in _innermost

    def names(self) -> list[str]:
        """Names of the modules that are tracked."""
        return list(self._modules)

    @property
    def busy(self) -> bool:
        """Whether top-level code is running on some thread now."""
        return self._running > 0

    def in_progress(self) -> set[int]:
        """The loads (by sequence) that have begun and not ended, on any thread."""
        notes = [each for innermost in list(_innermost.values()) for each in _outward(innermost)]
        return {each.load.sequence for each in notes if each.load is not None}

    def track(self, name: str, module: ModuleType, path: str) -> None:
        """From now on what is read from `module`, and which code of `path` runs, is noted."""
        with self._lock:
            old = self._modules.get(name)
            if old is not None and old is not module:
                _tracked.pop(id(old), None)
            self._modules[name] = module
            _tracked[id(module)] = (name, module.__dict__)
            _files.add(path)
            if self._running:
                self._swap(module)

    def note_file(self, path: str) -> None:
        """From now on it is noted which code of `path` runs."""
        _files.add(path)

    def forget(self, name: str) -> None:
        with self._lock:
            module = self._modules.pop(name, None)
            if module is not None:
                _tracked.pop(id(module), None)
                _restore(module)

    def start(self, notes: Notes) -> None:
        """`notes` takes what this thread does from now on."""
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._switch_on()
            outer = notes.outer = _innermost.get(get_ident())
            notes.in_reload = notes.load is None or (outer is not None and outer.in_reload)
            _innermost[get_ident()] = notes
            if self._monitor is not None:
                self._monitor.listen_again()

    def stop(self, notes: Notes) -> None:
        with self._lock:
            if not _take_out(notes):
                return  # begun before a fork, in the parent
            notes.frame = None
            if self._monitor is not None:
                self._monitor.listen_again()
            self._running -= 1
            if not self._running:
                self._switch_off()

    def running(self, notes: Notes) -> Running:
        """A context in which `notes` takes what this thread does."""
        return Running(self, notes)

    def hold(self) -> None:
        """Stay switched on until `release`, however many statements run alone meanwhile."""
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._switch_on()

    def release(self) -> None:
        with self._lock:
            if not self._running:
                return  # held before a fork, in the parent
            self._running -= 1
            if not self._running:
                self._switch_off()

    def begin(
        self,
        module: ModuleType,
        path: str,
        code: CodeType,
        stat: tuple[int, float] | None,
        source: bytes | None = None,
    ) -> Load:
        """A user module starts to load on this thread; `source` is given where it was read for that."""
        load = Load(module, path, code, stat)
        load.source = source
        self.track(load.name, module, code.co_filename)
        if load.parent is None:
            _note_importer()
        self.start(load.notes)
        return load

    def end(self, load: Load, failed: bool) -> None:
        self.stop(load.notes)
        load.failed = failed
        load.loose = not failed and sys.modules.get(load.name) is None
        if load.loose:
            self._forget_earlier(load)
        if failed:
            self.forget(load.name)
            _hand_on_opened(load.notes, load.path)
        if failed or not load.unfinished:
            self._loads.append(load)
        load.unfinished = False
        if load.record is not None:  # taken in since a fork
            load.record.script = False

    def _forget_earlier(self, load: Load) -> None:
        """Of such modules that are made of one file, each under another name, only the last is followed."""
        earlier = self._loose.get(load.path, load.name)
        self._loose[load.path] = load.name
        if earlier != load.name:
            self.forget(earlier)

    def add(self, load: Load) -> None:
        """A module whose load was not recorded: the script."""
        self.track(load.name, load.module, load.path)
        self._loads.append(load)

    def read_sources(self, enough: Callable[[], bool]) -> None:
        """Read what has been loaded so far, before it can be edited; a process that ends does not need it."""
        for load in list(self._loads):
            if enough():
                return
            load.read_source()

    def take_loads(self) -> list[Load]:
        """The loads that have ended since the last call, in the order of their ends."""
        loads: list[Load] = []
        while self._loads:
            loads.append(self._loads.pop(0))
        return loads

    def reset_after_fork(self) -> None:
        """In a forked child what was loading counts as loaded, as far as it had come.

        Other threads do not go on there, and this one seldom comes back: a module that starts a pool of workers while
        it is imported would be noted, at its price, for as long as the workers live.
        """
        self._lock = RLock()
        for notes in _run_here():
            notes.frame = notes.outer = None
            if notes.load is not None:
                notes.load.failed, notes.load.unfinished = False, True
                notes.load.read_source()
                self._loads.append(notes.load)
        _innermost.clear()
        if self._running:
            self._running = 0
            self._switch_off()

    def _switch_on(self) -> None:
        for module in self._modules.values():
            self._swap(module)
        _noting_open.put_in()
        _file_loader.get_data = _noting_get_data
        if self._monitor is not None:
            self._monitor.start()

    def _switch_off(self) -> None:
        if self._monitor is not None:
            self._monitor.stop()
        _noting_open.take_out()
        if sys.getrefcount(_noting_open) > self._references:
            self._give_back_open()
        _file_loader.get_data = _real_get_data
        for module in self._swapped:
            _restore(module)
        self._swapped.clear()
        _path_errors.clear()

    def _give_back_open(self) -> None:
        """Code that ran has kept ours: ``open = open`` at the top level, ``def read(path, opener=open)``."""
        library = [sys.modules[name] for name in ("tokenize",) if name in sys.modules]
        for modules in (library, list(self._modules.values())):
            _noting_open.give_back(map(vars, modules))
            if sys.getrefcount(_noting_open) <= self._references:
                return
        self._references = sys.getrefcount(_noting_open)

    def _swap(self, module: ModuleType) -> None:
        if type(module) is ModuleType:
            module.__class__ = RecordingModule
            self._swapped.append(module)


def _restore(module: ModuleType) -> None:
    if type(module) is RecordingModule:
        module.__class__ = ModuleType  # type: ignore[assignment]


class _Monitor:
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
        if len(_innermost) > 1:
            self.listen_again()  # it is news to what another thread is loading

    def _on_start(self, first: bool) -> Callable[[CodeType, int], object]:
        """What runs at each start of a function while modules load: of any for the `first` tool, or of a muted one."""
        innermost, ident, identity, many = _innermost, get_ident, id, self.MANY
        disable, files, mute, mutes = sys.monitoring.DISABLE, _files, self._mute, self._second is not None

        def on_start(code: CodeType, _offset: int) -> object:
            if first and code.co_filename not in files:
                return disable
            notes = innermost.get(ident())
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


class Running:
    """See `Recorder.running`."""

    def __init__(self, recorder: Recorder, notes: Notes) -> None:
        self._recorder = recorder
        self._notes = notes

    def __enter__(self) -> Self:
        self._recorder.start(self._notes)
        return self

    def __exit__(self, *exception: object) -> None:
        self._recorder.stop(self._notes)
