"""Decides whether a process is to be live, tells user code from all other, and brings the daemon in.

Loaded by the startup module with the first file that may be the user's. Imports nothing that the interpreter has not
loaded already.
"""

import os
import sys
from _thread import RLock

import hmr_daemon_startup as startup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.machinery import ModuleSpec
    from typing import Any

# Programs that test or measure code: code that changes under them falsifies what they find.
TEST_PROGRAMS = frozenset(
    "pytest py.test unittest doctest trial nose nosetests stestr behave tox nox mutmut coverage trace "
    "timeit pyperf asv cprofile profile profiling kernprof pyinstrument scalene memray".split()
)
STANDARD_LIBRARY = os.path.normcase(os.path.dirname(os.__file__)) + os.sep
PACKAGE_FOLDER = os.path.dirname(os.path.abspath(__file__))
ACTIVATION_PATIENCE = 10.0  # seconds; only a deadlock of the program's own could take longer

_lock = RLock()
_activating = False
_activated = False


def start() -> None:
    """Called once at startup, where there may be a script."""
    if off_reason() is not None:
        startup.leave()
        return
    script = user_script()
    if script is not None:
        _activate(script)


def meet_first(spec: "ModuleSpec") -> None:
    """A module is about to be loaded that may be the user's, and the daemon's finder is not there yet."""
    if not is_user_source(spec):
        return
    count = _release_import_lock()  # what activation imports may be half imported on a thread that needs it
    try:
        live = _activate()
    finally:
        _acquire_import_lock(count)
    if live:
        daemon_module("loading.finder").adopt(spec)


def _activate(script: str | None = None) -> bool:
    """Make the process live once; False while that is under way on this thread, or when it is not to be."""
    global _activating, _activated
    if not _lock.acquire(timeout=ACTIVATION_PATIENCE):
        return False
    try:
        if _activating:
            return False
        if not _activated:
            if _switch_reason() is not None:  # a child process learns only later which program it serves
                startup.leave()
                return False
            _activating = True
            try:
                with daemon_module("loading.shelter").Shelter(script):
                    begin = daemon_module("loading.standby").activate(script=script)
                if begin is not None:
                    begin()  # another thread is not sheltered
                _activated = True
            finally:
                _activating = False
        return True
    finally:
        _lock.release()


def hand_over(finder: startup.Finder) -> None:
    """Put the daemon's finder where the first one stands, or first."""
    for index, each in enumerate(sys.meta_path):
        if each is startup.first_finder:
            sys.meta_path[index] = finder
            return
    sys.meta_path.insert(0, finder)


# --- on or off ---------------------------------------------------------------------------------------------


def off_reason() -> str | None:
    """Why this process is not to be live; None when it is."""
    if sys.flags.isolated:
        return "the interpreter runs isolated (-I)"
    if startup.in_subinterpreter():
        return "this is a subinterpreter"
    return _switch_reason()


def _switch_reason() -> str | None:
    if os.environ.get("NO_HMR_DAEMON"):
        return "NO_HMR_DAEMON is set"
    if os.environ.get("HMR_DAEMON", "0") not in ("", "0"):
        return None
    return _test_program_reason()


def _test_program_reason() -> str | None:
    """Whether the program tests or measures code, told by its name and never by inherited variables."""
    for program in map(_program, (startup.arguments, getattr(sys, "argv", None))):
        if program.lower().rstrip("0123456789.-") in TEST_PROGRAMS:
            return f"{program} tests or measures code (HMR_DAEMON=1 switches on)"
    if program == "-c" and "_pytest.config" in sys.modules:  # a worker that a test runner started
        return "a worker of pytest (HMR_DAEMON=1 switches on)"
    return None


def _program(arguments: list[str] | None) -> str:
    """The module after `-m`, or the script's base name. `profile.py` is someone's script, `profile` is not."""
    arguments = arguments or [""]
    if arguments[0] == "-m":  # runpy has not replaced it yet; the name stands before the program's own arguments
        name = sys.orig_argv[-len(arguments)]
        return (name.partition("m")[2] if name.startswith("-") else name).partition(".")[0]
    folder, name = os.path.split(arguments[0])
    if name == "__main__.py":
        name = os.path.basename(folder)
    return name.removesuffix(".exe").removesuffix("-script.py")


def user_script() -> str | None:
    """The absolute path of the script that this process is about to run, when it is a user's source file."""
    name = (getattr(sys, "argv", None) or [""])[0]
    if name in ("", "-", "-c", "-m") or name.endswith((".pyc", ".pyz", ".pyzw", ".zip", ".whl", ".egg")):
        return None
    path = os.path.abspath(name)
    if not os.path.isfile(path) or _is_archive(path):
        return None
    return path if environment_reason(os.path.realpath(path)) is None else None


def is_interactive() -> bool:
    """Whether plain Python's prompt is there, or will be."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)


def _is_archive(path: str) -> bool:
    """A zip application needs no suffix."""
    import zipimport  # loaded already: it serves sys.path

    try:
        zipimport.zipimporter(path)
    except zipimport.ZipImportError:
        return False
    return True


# --- what is user code -------------------------------------------------------------------------------------

_reasons: dict[str, str | None] = {}
_places: list[tuple[str, str]] = []


def environment_reason(path: str) -> str | None:
    """Why a source file belongs to the interpreter or its environment; None when it is user code."""
    folder = os.path.dirname(path)
    try:
        return _reasons[folder]
    except KeyError:
        reason = _reasons[folder] = _folder_reason(folder)
        return reason


def _folder_reason(folder: str) -> str | None:
    if folder.startswith("<") or not os.path.isabs(folder):
        return "not a file on disk"
    folder = os.path.normcase(folder) + os.sep
    for name in ("site-packages", "dist-packages"):
        if f"{os.sep}{name}{os.sep}" in folder:
            return f"in {name}"
    if folder.startswith(STANDARD_LIBRARY):  # asked by every process, so before the places are gathered
        return "in the standard library"
    if not _places:
        _places.extend(_environment_places())
    for place, reason in _places:
        if folder.startswith(place):
            return reason
    return _archive_reason(folder)


def _environment_places() -> "Iterator[tuple[str, str]]":
    """The folders of the environment, each with what it is. A virtual environment may lie in a project's own
    folder or even be it, so only the parts that it fills itself count, not the whole prefix."""
    yield from _spellings(PACKAGE_FOLDER, "a part of hmr-daemon")
    yield from _spellings(os.path.dirname(os.__file__), "in the standard library")
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    for prefix in dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)):
        yield from _spellings(os.path.join(prefix, scripts), "in the environment's scripts folder")
        own = ["include", "share"] if prefix in (sys.prefix, sys.exec_prefix) else ["include", "share", "lib", "lib64"]
        for name in own:
            yield from _spellings(os.path.join(prefix, name), f"in the environment's {name} folder")
    user_base = getattr(sys.modules.get("site"), "USER_BASE", None)
    if user_base:
        yield from _spellings(os.path.join(user_base, scripts), "in the user's scripts folder")


def _spellings(folder: str, reason: str) -> "Iterator[tuple[str, str]]":
    """A folder as a prefix to compare with, as named and with its links resolved."""
    for spelling in dict.fromkeys((os.path.abspath(folder), os.path.realpath(folder))):
        yield os.path.normcase(spelling).rstrip(os.sep) + os.sep, reason


def _archive_reason(folder: str) -> str | None:
    """Files inside an archive have a path that goes through a file."""
    while folder and not os.path.isdir(folder):
        if os.path.isfile(folder.rstrip(os.sep)):
            return "inside an archive"
        parent = os.path.dirname(folder.rstrip(os.sep))
        if parent == folder:
            break
        folder = parent
    return None


def is_user_source(spec: "ModuleSpec") -> bool:
    """Only what the plain loader would load from a user's source file: nothing that someone else took care of."""
    return isinstance(spec.origin, str) and (
        environment_reason(spec.origin) is None or (_is_included is not None and _is_included(spec.origin))
    )


_is_included: "Callable[[str], bool] | None" = None


def include(is_included: "Callable[[str], bool]") -> None:
    """Let files of the environment count as the user's where the settings include them."""
    global _is_included
    _is_included = is_included


# --- imports -----------------------------------------------------------------------------------------------


def daemon_module(name: str) -> "Any":
    """A module of ours, found without the name `hmr_daemon` of a user's."""
    full = f"{__package__}.{name}"
    __import__(full)
    return sys.modules[full]


def _release_import_lock() -> int:
    """importlib holds its global lock while it asks a finder; returns how many times this thread held it."""
    import _imp

    count = 0
    try:
        while True:
            _imp.release_lock()
            count += 1
    except RuntimeError:
        return count


def _acquire_import_lock(count: int) -> None:
    import _imp

    for _ in range(count):
        _imp.acquire_lock()
