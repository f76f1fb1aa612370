"""The processes under test: a zygote that forks a live one for a scenario, and a fresh one for each version of it."""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import pkgutil
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, BinaryIO

from . import snapshot

PATIENCE = 20  # seconds that one process may take
Files = Mapping[str, str]


@dataclass(frozen=True)
class Scenario:
    """Versions of a program, saved one after another under a process that imported `entries` of the first."""

    versions: tuple[Files, ...]
    entries: tuple[str, ...]


@dataclass(frozen=True)
class Fresh:
    """What a fresh process makes of one version."""

    error: str | None
    state: snapshot.Snapshot
    loaded: tuple[str, ...]
    """Module names in the order in which they were loaded."""


@dataclass(frozen=True)
class Step:
    """What the live process made of one save."""

    error: str | None
    summary: str
    state: snapshot.Snapshot
    loaded: tuple[str, ...]
    same: frozenset[str]
    """Names that hold the very object that they held before the save."""
    resting: tuple[str, ...] = ()
    """Modules that nobody imports any more, and whose work is taken back: a fresh process does not load them."""


@dataclass(frozen=True)
class Played:
    """A scenario, played."""

    fresh: tuple[Fresh, ...]
    live: tuple[Step, ...]
    crash: str | None = None


def main(idle: bool = False) -> None:
    """Serve scenarios from stdin until it ends."""
    _warm_up()
    if idle:
        Machine.save = lambda self, paths: None  # type: ignore[method-assign]
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    root = tempfile.mkdtemp(prefix="oracle-")
    try:
        while True:
            try:
                scenario = pickle.load(requests)
            except EOFError:
                return
            answers.write(pickle.dumps(play(scenario, root)))
            answers.flush()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _warm_up() -> None:
    """Import now what every forked process would import for itself."""
    import abc  # noqa: F401
    import contextlib  # noqa: F401
    import dataclasses  # noqa: F401
    import enum  # noqa: F401
    import importlib.metadata
    import typing  # noqa: F401

    import hmr_daemon.reporting.report

    for each in pkgutil.iter_modules(hmr_daemon.__path__):
        importlib.import_module(f"hmr_daemon.{each.name}")
    hmr_daemon.reporting.report.tell = lambda *told: None
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    gc.collect()
    gc.freeze()


def play(scenario: Scenario, root: str) -> Played:
    fresh: list[Fresh] = []
    for number in range(len(scenario.versions)):
        fresh.append(_fresh_of(scenario, number, root, fresh))
        if number == 0 and fresh[0].error is not None:
            return Played(tuple(fresh), ())
    if len(scenario.versions) == 1:
        return Played(tuple(fresh), ())
    _lay_out(root, {}, scenario.versions[0])
    steps: list[Step] = []
    crash = _in_child(lambda send: _live(scenario, fresh, root, send), steps.append)
    for number, step in enumerate(steps, 1):
        if step.resting:
            fresh[number] = _fresh_of(scenario, number, root, fresh[:number], step.resting)
    return Played(tuple(fresh), tuple(steps), crash)


_remembered: dict[Any, Fresh] = {}


def _fresh_of(
    scenario: Scenario, number: int, root: str, before: Sequence[Fresh], resting: Sequence[str] = ()
) -> Fresh:
    version = scenario.versions[number]
    earlier = [name for each in before if each.error is None for name in each.loaded]  # a failed reload imports nothing
    wanted = [n for n in dict.fromkeys([*scenario.entries, *earlier]) if _path_of(n, version) and n not in resting]
    key = (tuple(sorted(version.items())), tuple(wanted))
    if key not in _remembered:
        if len(_remembered) > 5000:
            _remembered.clear()
        _empty(root)
        _lay_out(root, {}, version)
        found: list[Fresh] = []
        crash = _in_child(lambda send: send(_fresh(root, wanted)), found.append)
        _remembered[key] = found[0] if found else Fresh(f"crash: {crash}", {}, ())
        _empty(root)
    return _remembered[key]


def _path_of(module: str, files: Files) -> str | None:
    base = module.replace(".", "/")
    return next((p for p in (f"{base}/__init__.py", f"{base}.py") if p in files), None)


def _empty(root: str) -> None:
    for entry in os.scandir(root):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def _lay_out(root: str, before: Files, after: Files) -> list[str]:
    """Write what differs; the paths of it."""
    changed = []
    for name in [*after, *(name for name in before if name not in after)]:
        if before.get(name) == after.get(name):
            continue
        path = os.path.join(root, name)
        changed.append(path)
        if name not in after:
            os.unlink(path)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(after[name])
    return changed


def _in_child(work: Callable[[Callable[[Any], None]], None], receive: Callable[[Any], object]) -> str | None:
    """Run `work` in a forked child and receive what it sends; why it did not end well, or None."""
    read_end, write_end = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            os.close(read_end)
            signal.alarm(PATIENCE)
            with os.fdopen(write_end, "wb") as channel:
                work(lambda value: _send(channel, value))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as channel:
        try:
            while True:
                receive(pickle.load(channel))
        except EOFError:
            pass
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"exit status {os.WEXITSTATUS(status)}" if status else None


def _send(channel: BinaryIO, value: Any) -> None:
    channel.write(pickle.dumps(value))
    channel.flush()


# --- in the fresh child ------------------------------------------------------------------------------------


def _fresh(root: str, wanted: Iterable[str]) -> Fresh:
    _enter(root)
    try:
        for name in wanted:
            importlib.import_module(name)
    except BaseException as error:
        return Fresh(f"{type(error).__name__}: {error}", {}, tuple(_user_modules(root)))
    called = _call(root)
    modules = _user_modules(root)
    return Fresh(None, snapshot.take(modules, called, modules), tuple(modules))


def _call(root: str, whole: bool = True, resting: Sequence[str] = ()) -> dict[str, Any]:
    """Call what may be called, in the modules that these calls load, too."""
    while True:
        before = {name: module for name, module in _user_modules(root, whole).items() if name not in resting}
        called = snapshot.results(before)
        if _user_modules(root, whole).keys() <= {*before, *resting}:
            return called


def _enter(root: str) -> None:
    os.chdir(root)
    sys.path.insert(0, root)
    importlib.invalidate_caches()


def _user_modules(root: str, whole: bool = True) -> dict[str, ModuleType]:
    """The program's modules in the order in which they were loaded; where not `whole`, those that have a file still."""
    files = {n: getattr(m, "__file__", None) or "" for n, m in list(sys.modules.items())}
    return {n: sys.modules[n] for n, f in files.items() if f.startswith(root + os.sep) and (whole or os.path.exists(f))}


# --- in the live child -------------------------------------------------------------------------------------


def _live(scenario: Scenario, fresh: Sequence[Fresh], root: str, send: Callable[[Step], None]) -> None:
    machine = Machine()
    _enter(root)
    for name in filter(lambda entry: _path_of(entry, scenario.versions[0]), scenario.entries):
        importlib.import_module(name)
    _call(root)
    machine.take_loads()
    for number, after in enumerate(scenario.versions[1:], 1):
        before = scenario.versions[number - 1]
        held = {f"{n}.{key}": value for n, m in _user_modules(root).items() for key, value in snapshot.names(m).items()}
        event = machine.save(_lay_out(root, before, after))
        whole = fresh[number].error is not None  # nothing may have changed, modules without a file included
        resting = machine.resting()
        called = _call(root, whole, resting)
        modules, there = ({n: m for n, m in _user_modules(root, w).items() if n not in resting} for w in (True, whole))
        now = {f"{n}.{key}": value for n, m in modules.items() for key, value in snapshot.names(m).items()}
        same = frozenset(path for path, value in held.items() if path in now and now[path] is value)
        error = event.failure.traceback if event is not None and event.failure is not None else None
        state = snapshot.take(modules, called, there)
        send(Step(error, _summary(event), state, tuple(modules), same, resting))


def _summary(event: Any) -> str:
    if event is None:
        return "no reload"
    return "; ".join(f"{name} {list(getattr(event, name))}" for name in ("ran", "patched", "removed", "notes"))


class Machine:
    """The daemon of this process without its thread and its watcher: told of saves, it reloads at once."""

    def __init__(self) -> None:
        from hmr_daemon import daemon
        from hmr_daemon.loading import standby

        self._daemon = daemon._daemon = daemon.Daemon(standby.install())
        self._parts = self._daemon._parts = self._daemon._make_parts()
        self._parts.followed.watcher = _NoWatcher()  # type: ignore[assignment]

    def take_loads(self) -> None:
        self._parts.take_loads()

    def resting(self) -> tuple[str, ...]:
        """Names of modules that nobody imports any more, and whose work is taken back."""
        return tuple(record.name for record in self._parts.graph.resting)

    def save(self, paths: Iterable[str]) -> Any:
        """The reload event of a batch of saves; None where there was nothing to do."""
        events: list[Any] = []
        self._daemon.audience.callbacks[:] = [events.append]
        self._parts.take_loads()
        self._parts.saves.apply(list(paths))
        return events[-1] if events else None


class _NoWatcher:
    def watch(self, paths: Iterable[str]) -> None:
        """Saves are told, not found."""
