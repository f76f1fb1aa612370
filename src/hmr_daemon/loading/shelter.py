"""Keeps what the daemon imports apart from a user's files of the same names: a `queue.py` beside a script is theirs.

Entered by the startup module, so it imports nothing that the interpreter has not loaded already.
"""

import os
import sys
from _frozen_importlib_external import PathFinder
from _thread import get_ident

from hmr_daemon._bootstrap import environment_reason
from hmr_daemon_startup import as_importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

MODULE_SUFFIXES = (".py", ".pyc", ".so", ".pyd")
PRELOADED = (
    "hmr_daemon.daemon", "hmr_daemon.parts", "hmr_daemon.saves", "hmr_daemon.reporting.report",
    "hmr_daemon.reporting.audience", "hmr_daemon.api", *(
        ("hmr_daemon.watching.inotify",) if sys.platform == "linux"
        else ("watchdog.events", "watchdog.observers", "watchdog.observers.polling")
    ),
)  # fmt: skip


class Shelter:
    """While it is entered, this thread finds the standard library and watchdog whatever the user's files are called;
    afterwards the next import of such a name finds the user's file, as it would have without the daemon."""

    def __init__(self, script: str | None) -> None:
        folders = [each or os.getcwd() for each in sys.path if isinstance(each, str)]
        users = [each for each in folders if environment_reason(os.path.join(each, "")) is None]
        self._path = [each for each in folders if each not in users]
        self._names = set(_hidden_names([*users, *([os.path.dirname(script)] if script else [])]))
        self._thread = get_ident()

    def __enter__(self) -> None:
        if self._names:
            sys.meta_path.insert(0, self)

    def __exit__(self, *error: object) -> None:
        if not self._names:
            return
        try:
            if error[0] is None:
                for name in PRELOADED:  # later there is no shelter
                    __import__(name)
        finally:
            sys.meta_path[:] = [each for each in sys.meta_path if each is not self]
            for name in [each for each in list(sys.modules) if each.partition(".")[0] in self._names]:
                del sys.modules[name]

    @as_importlib
    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if name not in self._names or get_ident() != self._thread:
            return None
        return PathFinder.find_spec(name, self._path)


def _hidden_names(folders: "Iterable[str]") -> "Iterator[str]":
    """The modules that are not loaded yet and that a module of a user's would be found instead of."""
    wanted = sys.stdlib_module_names | {"watchdog"}
    for folder in folders:
        try:
            entries = os.listdir(folder)
        except OSError:
            continue
        for entry in entries:
            name = entry.partition(".")[0]
            if name in wanted and name not in sys.modules and _is_module(os.path.join(folder, entry)):
                yield name


def _is_module(path: str) -> bool:
    return path.endswith(MODULE_SUFFIXES) or os.path.isfile(os.path.join(path, "__init__.py"))
