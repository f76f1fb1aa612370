"""All of hmr-daemon that an interpreter without user code runs: a finder that waits for the first user module.

It lies beside the package and imports nothing that the interpreter has not loaded already (`__future__` would be one
more), so that such a process reads this one small file.
"""

import os
import sys
from _frozen_importlib import _load  # type: ignore[attr-defined]
from _frozen_importlib_external import PathFinder, SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])

STARTUP_HOOKS = ("sitecustomize", "usercustomize")  # a site's, not a program's; every interpreter looks for them
STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep
IMPORTLIB_FILE = SourceFileLoader.get_code.__code__.co_filename

first_finder: "FirstFinder | None" = None
arguments: list[str] = []
"""What `sys.argv` was at first; `runpy` and programs that are run by it change it."""


def start() -> None:
    """Called by the startup files, more than once where site-packages is listed twice. Never raises."""
    global first_finder
    try:
        if sys.flags.isolated or os.environ.get("NO_HMR_DAEMON"):
            sys.modules.pop(__name__, None)
            return
        if first_finder is not None or in_subinterpreter():
            return
        arguments[:] = sys.argv
        first_finder = FirstFinder()
        sys.meta_path.insert(0, first_finder)
        if arguments[0] not in ("-c", "-m", "-", ""):
            _bootstrap().start()
    except Exception as error:
        give_up(error)


def in_subinterpreter() -> bool:
    """Only the main interpreter may set the wakeup descriptor: it minds the bad number, others the attempt."""
    import _signal  # type: ignore[import-not-found]

    try:
        _signal.set_wakeup_fd(2**30)
    except ValueError:
        return True
    except OSError:
        return False
    return False


def _bootstrap() -> "Any":
    """The rest, which lies beside this file whatever else `sys.path` holds of its name."""
    if "hmr_daemon" not in sys.modules:
        spec = PathFinder.find_spec("hmr_daemon", [os.path.dirname(os.path.abspath(__file__))])
        _load(spec)
    __import__("hmr_daemon._bootstrap")
    return sys.modules["hmr_daemon._bootstrap"]


def as_importlib(function: "Function") -> "Function":
    """Let a function's frames count as importlib's own: tracebacks leave them out, and warnings look past them."""
    function.__code__ = function.__code__.replace(co_filename=IMPORTLIB_FILE)
    return function


class Finder:
    """Stands in `sys.meta_path`, asks the finders behind it, and meets each spec of a source file."""

    @as_importlib
    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if name in STARTUP_HOOKS:
            return None
        behind = False
        for finder in list(sys.meta_path):
            if not behind or isinstance(finder, Finder):
                behind = behind or finder is self
                continue
            try:
                find_spec = getattr(finder, "find_spec", None)
                if find_spec is None:
                    if sys.version_info < (3, 12):
                        return None  # importlib knows how to ask it
                    continue
                spec: "ModuleSpec | None" = find_spec(name, path, target)
            except Exception:
                return None  # importlib asks the same finder again, and its traceback has no frame of ours
            if spec is not None:
                break
        else:
            if not behind:  # another of ours has taken this one's place just now, and importlib has passed it by
                for finder in sys.meta_path:
                    if isinstance(finder, Finder):
                        return finder.find_spec(name, path, target)
            self.miss(name, path)
            return None
        if type(spec.loader) is SourceFileLoader:
            try:
                self.meet(spec)
            except Exception as error:
                give_up(error)
        return spec

    def meet(self, spec: "ModuleSpec") -> None:
        """A module is about to be loaded from a source file. Whatever this raises switches the daemon off."""
        raise NotImplementedError

    def miss(self, name: str, path: "Sequence[str] | None") -> None:
        """There is no such module. Never raises."""


class FirstFinder(Finder):
    """Waits for the first user module; the package finds out which that is, and makes room for its own finder."""

    def meet(self, spec: "ModuleSpec") -> None:
        origin = str(spec.origin)
        if not (origin.startswith(STANDARD_LIBRARY) or "site-packages" in origin or _is_ours(spec.name)):
            _bootstrap().meet_first(spec)


def _is_ours(name: str) -> bool:
    """Where ours is installed in place it looks like a user's; a user's of the same name goes its own way."""
    return name.partition(".")[0] == "hmr_daemon"


def leave() -> None:
    """Not one trace is left in `sys.meta_path`."""
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, Finder)]


def give_up(error: Exception) -> None:
    """Our own failure is not the program's: go, and go quietly unless asked."""
    leave()
    if os.environ.get("HMR_DAEMON_DEBUG"):
        import traceback

        print("hmr-daemon failed and is off in this process:", file=sys.stderr)
        traceback.print_exception(error, file=sys.stderr)
