"""Notes what each top-level statement reads, runs and opens, while it runs and at no other time."""

from __future__ import annotations

import builtins
import io
import os
import sys
from _frozen_importlib_external import FileLoader
from _thread import RLock, get_ident

from .._bootstrap import environment_reason
from .listings import Listing, is_listing, listed, may_follow, modules_in
from .monitor import Monitor
from .notes import Load, Notes, innermost, outward, runs_here, take_out, tracked_files
from .opening import StandIn, drop_this_frame

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable, Sequence, Set
    from types import CodeType, FrameType, ModuleType
    from typing import Any, Self
else:
    ModuleType = type(sys)

OF_THE_TYPE = frozenset(dir(ModuleType)) | {"__annotations__", "__annotate__"}

# Attributes that the import system itself reads and sets on modules.
MACHINERY = frozenset(
    {
        "__builtins__", "__cached__", "__class__", "__dict__", "__file__", "__loader__",
        "__name__", "__package__", "__path__", "__spec__", "__getattr__", "__dir__",
    }
)  # fmt: skip


environment = dict(os.environ)
"""The variables of the environment before the user's modules came."""
interpreter = {module: dict(vars(module)) for module in (sys, builtins)}
"""What the interpreter's own modules held then, which no source tells."""
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


_tracked: dict[int, tuple[str, dict[str, Any]]] = {}
"""Identity of each tracked module to its name and namespace."""


_attribute = ModuleType.__getattribute__
_noting_imports: dict[Notes | None, list[str]] = {}
"""Runs of statements whose imports are noted, with these: none while the program itself imports."""
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
        if name not in MACHINERY and (notes := innermost.get(get_ident())) is not None:
            frame = notes.frame
            notes.raw_reads += (notes.position() if frame is None else frame.f_lasti, module, name)
            if notes.in_reload:
                if notes.imported is not None:
                    notes.imported.append(f"{module}.{name}")
                _tell_before_read(notes, module, name)
                if name in _hidden(notes, module, {name}):
                    return _without(_hidden(notes, module), module, namespace, name)
        elif name == "__spec__" and _noting_imports and (notes := innermost.get(get_ident())) in _noting_imports:
            _noting_imports[notes].append(module)
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
            if name == "__dict__" and (notes := innermost.get(get_ident())) is not None:
                if not (notes.in_reload and _imports_all()):
                    _note_scan(notes, module)
                elif hidden := _hidden(notes, module):
                    return _without(hidden, module, namespace, name)
            return _attribute(self, name)
        except BaseException as error:
            drop_this_frame(error)
            raise

    def __setattr__(self, name: str, value: object) -> None:
        if name not in MACHINERY and (notes := innermost.get(get_ident())) and not _is_submodule(self, name, value):
            notes.writes += ((notes.position(), _name_of(self), name),)
        ModuleType.__setattr__(self, name, value)


PLAIN_MODULES = (ModuleType, RecordingModule)
"""What modules are whose class tells nothing of its own."""


def _tell_before_read(notes: Notes, module: str, name: str) -> None:
    for each in (notes,) if notes.outer is None else reversed(outward(notes)):
        if each.before_read is not None:
            each.before_read(module, name)


def _hidden(notes: Notes | None, module: str, names: Set[str] | None = None) -> set[str]:
    """What a statement that a reload runs, or what it imports, must not see yet: a fresh process has it later.

    Of some `names`, where that is all that is asked.
    """
    if notes is None or not notes.in_reload:
        return set()
    running = [each.not_yet for each in outward(notes) if each.not_yet is not None]
    return {name for not_yet in running for name in not_yet(module, names)}


def _note_scan(notes: Notes, module: str) -> None:
    """The names of a module are looked through, as `vars` and `dir` do; not, where a library asks for its globals.

    A star import does so as well: outside of a reload it is told apart later, for that takes a module that may not be
    loaded.
    """
    code = sys._getframe(2).f_code
    inspects = code.co_filename == getattr(sys.modules.get("inspect"), "__file__", None)
    if code.co_filename in tracked_files or (inspects and "getmembers" in code.co_name):
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


def _path_error(self: ModuleType, module: str) -> AttributeError:
    error = AttributeError(f"module {module!r} has no attribute '__path__'", name="__path__", obj=self)
    return _path_errors.setdefault(id(self), error)


def _hand_on_opened(notes: Notes, path: str) -> None:
    """What a module needed that could not be loaded is needed by who imports it, the module's own file first."""
    outer = innermost.get(get_ident())
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
    return issubclass(type(value), ModuleType) and sys.modules.get(f"{_name_of(package)}.{name}") is value


_file_loader: Any = FileLoader
_real_get_data: Callable[[Any, str], bytes] = _file_loader.get_data


opened_states: dict[str, tuple[int, int] | Listing | None] = {}
"""What each data file looked like when top-level code opened it last; of folders that it listed, their modules."""
opened_by: dict[str, set[tuple[str, str]]] = {}
"""By the same paths, the functions that have read them, as file and qualified name: what caches hold of it is old."""


awaited_sources: set[str] = set()
"""Where modules that top-level code looked for in vain may come to be."""


def note_asked(source: str) -> None:
    """Top-level code asked whether there is a module, without importing it."""
    notes = innermost.get(get_ident())
    if notes is not None:
        notes.opened += ((notes.position(), source),)
        awaited_sources.add(source)


def note_missing(name: str, path: Sequence[str] | None) -> None:
    """Top-level code looked for a module that there is not: a file of that name counts as one that it read."""
    notes = innermost.get(get_ident())
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


def state_of(path: str) -> tuple[int, int] | Listing | None:
    """Size and mtime (nanoseconds), or the modules in a folder; None where there is no file."""
    if is_listing(path):
        return modules_in(path)
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _note_opened(path: str) -> None:
    notes = innermost.get(get_ident())
    if notes:
        notes.opened += ((notes.position(), path),)
        opened_states[path] = state_of(path)
        code = _users_code()
        if code is not None and code.co_name != "<module>":
            opened_by.setdefault(path, set()).add((code.co_filename, code.co_qualname))


def _users_code() -> CodeType | None:
    """The code of tracked modules that this thread is in."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename not in tracked_files:
        frame = frame.f_back
    return None if frame is None else frame.f_code


def _note_open(file: Any = None, mode: Any = "r", *_args: Any, **_kwargs: Any) -> None:
    """`open` was called: that reads a file, where it is asked for one by its path to read it and no more."""
    if get_ident() not in innermost or not isinstance(file, (str, bytes, os.PathLike)):
        return
    if isinstance(mode, str) and not set(mode) & set("wax+"):
        _note_opened(os.path.abspath(os.fsdecode(file)))


def _note_listing(path: Any = ".", *_args: Any, **_kwargs: Any) -> None:
    """A folder was listed: statements may import the modules that they find there."""
    folder = listed(path) if get_ident() in innermost else None
    if folder is not None and environment_reason(folder) is None and may_follow(folder):
        _note_opened(folder)


_stand_ins = (
    StandIn("open", _note_open, builtins, io),
    StandIn("listdir", _note_listing, os),
    StandIn("scandir", _note_listing, os),
)


def _references_to(index: int) -> int:
    return sys.getrefcount(_stand_ins[index])


def _noting_get_data(loader: Any, path: str) -> bytes:
    """What `pkgutil.get_data` and the like ask a module's loader for; the loader itself reads its source by it."""
    if path != loader.path and not path.endswith(".pyc"):
        _note_opened(os.path.abspath(path))
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
        self._known = 0
        """How many modules there were when the noting began."""
        self._kept: dict[int, tuple[int, int]] = {}
        """Stand-ins, by index, that code has kept; with each, how many modules and references there were before."""
        self._references = [_references_to(index) for index in range(len(_stand_ins))]
        self._monitor = Monitor() if sys.version_info >= (3, 12) else None

    def loading_here(self) -> bool:
        """Whether this thread is running top-level code now."""
        return get_ident() in innermost

    def names(self) -> list[str]:
        """Names of the modules that are tracked."""
        return list(self._modules)

    @property
    def busy(self) -> bool:
        """Whether top-level code is running on some thread now."""
        return self._running > 0

    def in_progress(self) -> set[int]:
        """The loads (by sequence) that have begun and not ended, on any thread."""
        notes = [each for run in list(innermost.values()) for each in outward(run)]
        return {each.load.sequence for each in notes if each.load is not None}

    def track(self, name: str, module: ModuleType, path: str) -> None:
        """From now on what is read from `module`, and which code of `path` runs, is noted."""
        with self._lock:
            old = self._modules.get(name)
            if old is not None and old is not module:
                _tracked.pop(id(old), None)
            self._modules[name] = module
            _tracked[id(module)] = (name, module.__dict__)
            tracked_files.add(path)
            if self._running:
                self._swap(module)

    def note_file(self, path: str) -> None:
        """From now on it is noted which code of `path` runs."""
        tracked_files.add(path)

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
            outer = notes.outer = innermost.get(get_ident())
            notes.in_reload = notes.load is None or (outer is not None and outer.in_reload)
            if outer is not None and outer.imported is not None and notes.load is not None:
                outer.imported.append(notes.load.name)
            if notes.imported is not None:
                _noting_imports[notes] = notes.imported
            innermost[get_ident()] = notes
            if self._monitor is not None:
                self._monitor.listen_again()

    def stop(self, notes: Notes) -> None:
        with self._lock:
            _noting_imports.pop(notes, None)
            if not take_out(notes):
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

    def let_go(self) -> None:
        """Hold no module any more: the interpreter ends."""
        with self._lock:
            if not self._running:
                for container in (self._modules, self._loads, self._loose, self._kept, _tracked):
                    container.clear()
                for stand_in in _stand_ins:
                    stand_in.let_go()

    def reset_after_fork(self) -> None:
        """In a forked child what was loading counts as loaded, as far as it had come.

        Other threads do not go on there, and this one seldom comes back: a module that starts a pool of workers while
        it is imported would be noted, at its price, for as long as the workers live.
        """
        self._lock = RLock()
        for notes in runs_here():
            notes.frame = notes.outer = None
            if notes.load is not None:
                notes.load.failed, notes.load.unfinished = False, True
                notes.load.read_source()
                self._loads.append(notes.load)
        innermost.clear()
        _noting_imports.clear()
        if self._running:
            self._running = 0
            self._switch_off()

    def _switch_on(self) -> None:
        self._known = len(sys.modules)
        for module in self._modules.values():
            self._swap(module)
        for stand_in in _stand_ins:
            stand_in.put_in()
        _file_loader.get_data = _noting_get_data
        if self._monitor is not None:
            self._monitor.start()

    def _switch_off(self) -> None:
        if self._monitor is not None:
            self._monitor.stop()
        for index in range(len(_stand_ins)):  # a variable that held one would count as someone who keeps it
            _stand_ins[index].take_out()
            if self._is_kept(index):
                self._give_back_names(index)
        _file_loader.get_data = _real_get_data
        for module in self._swapped:
            _restore(module)
        self._swapped.clear()
        _path_errors.clear()

    def _give_back_names(self, index: int) -> None:
        """``open = open`` at the top level, ``from io import open``: what is seen most easily, and found soon."""
        users, others = self._namespaces()
        self._give_back_in(others[: self._came(self._known)] + users, index, StandIn.give_back_names)
        if self._is_kept(index):
            self._kept.setdefault(index, (self._known, self._references[index]))
            self._references[index] = _references_to(index)

    def give_back_kept(self) -> None:
        """Let code that kept a stand-in have the real function: done off the importing thread, for it may take long.

        ``def read(path, opener=open)`` has kept one, and so has a class of the standard library.
        """
        with self._lock:
            if not self._running:
                for index in list(self._kept):
                    self._give_back(index)

    def _give_back(self, index: int) -> None:
        """Whoever kept one came since the noting began, most often."""
        users, others = self._namespaces()
        known, self._references[index] = self._kept.pop(index)
        for give_back, namespaces in (
            (StandIn.give_back, others[: self._came(known)]),
            (StandIn.give_back_names, others),
            (StandIn.give_back, users),
        ):
            self._give_back_in(namespaces, index, give_back)
        self._references[index] = _references_to(index)

    def _give_back_in(
        self, namespaces: list[dict[str, Any]], index: int, give_back: Callable[[StandIn, dict[str, Any]], None]
    ) -> None:
        for namespace in namespaces:
            if not self._is_kept(index):
                return
            give_back(_stand_ins[index], namespace)

    def _namespaces(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Those of tracked modules and of all others, the last come first."""
        modules = [vars(module) for module in reversed(list(sys.modules.values())) if type(module) is ModuleType]
        users = [namespace for _, namespace in reversed(list(_tracked.values()))]
        own = {id(namespace) for namespace in (*users, globals())}
        return users, [namespace for namespace in modules if id(namespace) not in own]

    def _came(self, known: int) -> int:
        """How many modules there are more than there were."""
        return max(len(sys.modules) - known, 0)

    def _is_kept(self, index: int) -> bool:
        return _references_to(index) > self._references[index]

    def _swap(self, module: ModuleType) -> None:
        if type(module) is ModuleType:
            module.__class__ = RecordingModule
            self._swapped.append(module)


def _restore(module: ModuleType) -> None:
    if type(module) is RecordingModule:
        module.__class__ = ModuleType  # type: ignore[assignment]


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
