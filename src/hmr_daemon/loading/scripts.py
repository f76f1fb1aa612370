"""The script that a process runs as ``__main__``: found while it runs, and how far it has come."""

from __future__ import annotations

import sys
import threading
import time
from _thread import get_ident
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, ModuleType

from .._bootstrap import environment_reason
from .notes import Load


def main_frame(module: ModuleType) -> FrameType | None:
    """The frame of the script's own top-level code, where it is still running."""
    found = None
    innermost = innermost_frames().get(threading.main_thread().ident or 0)
    for frame in outward(innermost):
        if frame.f_globals is module.__dict__ and frame.f_code.co_name == "<module>" and _is_file(frame.f_code, module):
            found = frame
    return found


def _is_file(code: CodeType, module: ModuleType) -> bool:
    return code.co_filename == module.__dict__.get("__file__") and not code.co_filename.startswith("<")


def script_load(
    path: str, source: bytes | None, waits: Callable[[], bool] = lambda: True, patience: float = 1.0
) -> Load | None:
    """The script's load, as if it had been imported; None where its code never came to run.

    `source` is what was read of it at the start, which may have been too late. `waits` tells whether to go on waiting.
    """
    end = time.monotonic() + patience
    while waits() and time.monotonic() < end:
        module = sys.modules.get("__main__")
        frame = main_frame(module) if module is not None else None
        if module is not None and frame is not None:
            return load_of(module, path, frame.f_code, _checked(source, path, frame.f_code))
        time.sleep(0.005)
    return None


def found_script() -> Load | None:
    """The load of a script that was not given as a file: by ``-m``, or a folder. None until its own code runs."""
    module = sys.modules.get("__main__")
    path = None if module is None else module.__dict__.get("__file__")
    if module is None or not isinstance(path, str) or environment_reason(path) is not None:
        return None
    frame = main_frame(module)
    if frame is None:
        return None
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError:
        source = None
    return load_of(module, path, frame.f_code, _checked(source, path, frame.f_code))


def load_of(module: ModuleType, path: str, code: CodeType, source: bytes | None = None) -> Load:
    """A script's load, as if it had been imported by the last of all statements."""
    load = Load(module, path, code, (-1, 0.0))  # what the file holds later is not what was loaded
    load.failed = False
    load.source = source
    load.sequence = sys.maxsize  # whatever it imports, whenever, has run before the statement that did is done
    return load


def _checked(source: bytes | None, path: str, code: CodeType) -> bytes | None:
    """The source, where it is what the code was made of; an edit may have come before it was read."""
    try:
        same = source is not None and compile(source, path, "exec", dont_inherit=True) == code
    except (SyntaxError, ValueError):
        return None
    return source if same else None


def innermost_frames() -> dict[int, FrameType]:
    """The frame of each thread, of this one its caller's: one that held itself would keep all that it holds."""
    frames = sys._current_frames()
    frames[get_ident()] = sys._getframe(2)
    return frames


def outward(frame: FrameType | None) -> Iterator[FrameType]:
    """The frame and those that called it."""
    while frame is not None:
        yield frame
        frame = frame.f_back
