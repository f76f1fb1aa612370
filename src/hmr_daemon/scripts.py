"""The script that a process runs as ``__main__``: found while it runs, and how far it has come."""

from __future__ import annotations

import sys
import threading
import time
from types import CodeType, FrameType, ModuleType

from .recorder import Load


def main_frame(module: ModuleType) -> FrameType | None:
    """The frame of the script's own top-level code, where it is still running."""
    ident = threading.main_thread().ident
    frame = sys._current_frames().get(ident) if ident is not None else None
    found = None
    while frame is not None:
        if frame.f_globals is module.__dict__ and frame.f_code.co_name == "<module>" and _is_file(frame.f_code, module):
            found = frame
        frame = frame.f_back
    return found


def _is_file(code: CodeType, module: ModuleType) -> bool:
    return code.co_filename == module.__dict__.get("__file__") and not code.co_filename.startswith("<")


def script_load(path: str, patience: float = 1.0) -> Load | None:
    """The script's load, as if it had been imported; None where its code never came to run."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        module = sys.modules.get("__main__")
        frame = main_frame(module) if module is not None else None
        if module is not None and frame is not None:
            load = Load(module, path, frame.f_code, {})
            load.failed = False
            return load
        time.sleep(0.005)
    return None
