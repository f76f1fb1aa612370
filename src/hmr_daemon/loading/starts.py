"""The text that ``__main__`` executes, as it starts (Python 3.12 and later)."""

from __future__ import annotations

import sys
from opcode import opmap

from .._bootstrap import STANDARD_LIBRARY
from .recorder import importing_code

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable
    from types import CodeType, FrameType

SEES_STARTS = sys.version_info >= (3, 12)

told: list[Callable[[FrameType | None], object]] = []
"""What is called with the frame that executes it."""
_watching: list[int] = []
"""The tool that sees the starts."""


def watch() -> None:
    """See what starts from now on. PEP 669: each code object tells of its first start only, so that what runs often
    costs nothing.
    """
    if not SEES_STARTS or _watching:
        return
    monitoring = sys.monitoring
    tool = next((number for number in (3, 4, 5) if monitoring.get_tool(number) is None), None)
    if tool is not None:
        _watching.append(tool)
        monitoring.use_tool_id(tool, "hmr-daemon")
        monitoring.register_callback(tool, monitoring.events.PY_START, _on_start(monitoring.DISABLE))
        monitoring.set_events(tool, monitoring.events.PY_START)


def _on_start(disable: object) -> Callable[[CodeType, int], object]:
    """What is called to the very end of the interpreter, when the globals of this module are gone."""

    def on_start(code: CodeType, _offset: int) -> object:
        if code.co_name == "<module>":
            _on_module(code, sys._getframe(1))
        return disable

    return on_start


def _on_module(code: CodeType, frame: FrameType) -> None:
    main = sys.modules.get("__main__")
    if main is not None and frame.f_globals is main.__dict__ and not is_library(code):
        note(code)
        for each in told:
            each(frame.f_back)


def note(code: CodeType) -> None:
    """Remember code that imports by name, once: a program may execute text over and over."""
    if opmap["IMPORT_NAME"] in code.co_code[::2] and code not in importing_code:
        importing_code.append(code)


def is_library(code: CodeType) -> bool:
    """Python 3.13 runs its own prompt as ``__main__``."""
    return code.co_filename.startswith(STANDARD_LIBRARY)
