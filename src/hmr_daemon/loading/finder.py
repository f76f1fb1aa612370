"""The loader that lets user modules be recorded while they load; all else stays importlib's own."""

from __future__ import annotations

import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _bootstrap_external
import sys
from _frozen_importlib_external import PathFinder, SourceFileLoader

from hmr_daemon_startup import Finder, as_importlib, give_up

from .._bootstrap import is_user_source
from .recorder import note_asked, note_missing

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
    from types import CodeType, FrameType, ModuleType
    from typing import Any, Protocol

    class LoadListener(Protocol):
        """Who is told about each load of a user module."""

        def wanted(self, path: str) -> bool: ...
        def begins(
            self, module: ModuleType, path: str, code: CodeType, stat: tuple[int, float] | None, source: bytes | None
        ) -> object: ...
        def ends(self, load: Any, failed: bool) -> None: ...


_listener: LoadListener | None = None


def forget_listings() -> None:
    """Let the next imports see files that have just been made, as `importlib.invalidate_caches` does.

    That imports `importlib.metadata` from 3.13 on, for its own finder's sake: 85 modules, which take 75 ms.
    """
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            sys.path_importer_cache.pop(path, None)
    costs_nothing = "importlib.metadata" in sys.modules
    finders: list[Any] = [*sys.meta_path, *sys.path_importer_cache.values()]
    for each in finders:
        if hasattr(each, "invalidate_caches") and (costs_nothing or each is not PathFinder):
            each.invalidate_caches()
    namespace_paths: Any = _bootstrap_external._NamespacePath  # type: ignore[attr-defined]
    namespace_paths._epoch += 1  # https://github.com/python/cpython/issues/89866: packages without __init__.py


def listen(listener: LoadListener | None) -> None:
    """Tell `listener` about loads from now on; None ends it."""
    global _listener
    _listener = listener
    here = _spec_from_file_location if listener is not None else _spec_of_importlib
    places: list[Any] = [_bootstrap_external, sys.modules.get("importlib.util")]
    for module in filter(None, places):
        module.spec_from_file_location = here


_spec_of_importlib = _bootstrap_external.spec_from_file_location
_FOUND: Any = _bootstrap_external._POPULATE  # type: ignore[attr-defined]


@as_importlib
def _spec_from_file_location(
    name: str, location: Any = None, *, loader: Any = None, submodule_search_locations: Any = _FOUND
) -> Any:
    """A program that loads a file by its path asks no finder, but for this spec, which finds the loader."""
    spec = _spec_of_importlib(name, location, loader=loader, submodule_search_locations=submodule_search_locations)
    if loader is None and spec is not None and is_user_source(spec):
        adopt(spec)
    return spec


_spec_from_file_location.__name__ = _spec_from_file_location.__qualname__ = _spec_of_importlib.__name__
_spec_from_file_location.__module__ = _spec_of_importlib.__module__


class RecordedLoader(SourceFileLoader):
    """A SourceFileLoader for the time of one load; afterwards its instance is a plain one again."""

    _hmr_stat: tuple[int, float] | None = None
    """Size and mtime of the source when it was looked for."""
    _hmr_source: bytes | None = None
    """The source, where no bytecode spares reading it."""

    def path_stats(self, path: str) -> Any:
        stat = SourceFileLoader.path_stats(self, path)
        self._hmr_stat = stat["size"], stat["mtime"]
        return stat

    def get_data(self, path: str) -> bytes:
        data = SourceFileLoader.get_data(self, path)
        if path == self.path:
            self._hmr_source = data
        return data

    @as_importlib
    def exec_module(self, module: ModuleType) -> None:
        code = self.get_code(module.__name__)
        stat, source = self._hmr_stat, self._hmr_source
        if stat is not None:
            del self._hmr_stat
        if source is not None:
            del self._hmr_source
        self.__class__ = SourceFileLoader  # type: ignore[assignment]
        if code is None:
            SourceFileLoader.exec_module(self, module)
            return
        load = None if _listener is None else _safely(_listener.begins, module, self.path, code, stat, source)
        failed = True
        try:
            _bootstrap._call_with_frames_removed(exec, code, module.__dict__)  # type: ignore[attr-defined]
            failed = False
        finally:
            if load is not None and _listener is not None:
                _safely(_listener.ends, load, failed)


def _safely(tell: Callable[..., Any], *arguments: Any) -> Any:
    """Tell the listener of a load: what goes wrong there is not to fail the user's import, and ends the listening."""
    try:
        return tell(*arguments)
    except Exception as error:
        listen(None)
        give_up(error)
        return None


def adopt(spec: ModuleSpec) -> None:
    """Let the load of `spec` be recorded, where it is a plain source file that is wanted."""
    loader = spec.loader
    if type(loader) is SourceFileLoader and _listener is not None and _listener.wanted(loader.path):
        loader.__class__ = RecordedLoader


class LiveFinder(Finder):
    """The first finder of a live process: lets what user source files define be recorded."""

    def meet(self, spec: ModuleSpec) -> None:
        if is_user_source(spec):
            adopt(spec)
            if _is_only_asked_for():
                note_asked(str(spec.origin))

    def miss(self, name: str, path: Sequence[str] | None) -> None:
        note_missing(name, path)


def _is_only_asked_for() -> bool:
    """Whether it is ``importlib.util.find_spec`` that looks for the module, and no import."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(3):
        frame = frame.f_back if frame is not None else None
    return frame is not None and frame.f_code.co_name == "find_spec" and "spec_from_loader" in frame.f_globals


class Notice:
    """Stands in `sys.meta_path` until a module is imported, and tells of that."""

    def __init__(self, name: str, imported: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._imported = imported

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        spec: ModuleSpec | None = PathFinder.find_spec(name, path, target)
        loader: Any = None if spec is None else spec.loader
        if hasattr(loader, "exec_module"):
            loader.exec_module = self._then(loader)
        return spec

    def _then(self, loader: Any) -> Callable[[ModuleType], None]:
        def exec_and_tell(module: ModuleType) -> None:
            del loader.exec_module
            loader.exec_module(module)  # it may be a user's, and recorded by now
            self._imported(module)

        return exec_and_tell
