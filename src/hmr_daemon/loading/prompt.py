"""The prompt where a person types: what runs before a statement does, and when a report may be shown."""

from __future__ import annotations

import sys
import threading
from _thread import get_ident

from .._bootstrap import is_interactive
from . import starts

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, Protocol, TextIO

    class Shell(Protocol):
        """A prompt that has rules of its own, as IPython's."""

        def show(self, text: str) -> bool: ...


class Prompt:
    """The prompt of plain Python, and the place where other shells announce themselves.

    `barrier` is called before a typed statement runs. A report that comes while a line is being typed is held
    until then, for it would land in that line.
    """

    def __init__(self, barrier: Callable[[], object]) -> None:
        self.shells: list[Shell] = []
        self._barrier = barrier
        self._held: list[str] = []
        self._main_thread = threading.main_thread().ident
        self._watching = False

    def watch(self) -> None:
        """See the text that ``__main__`` executes from now on."""
        if self._watching:
            return
        self._watching = True
        if starts.SEES_STARTS:
            starts.told.append(self._statement)
            starts.watch()
        elif is_interactive():
            sys.addaudithook(self._on_audit)

    def _on_audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Python 3.11: a typed statement is about to be executed."""
        if event != "exec" or not hasattr(arguments[0], "co_names") or arguments[0].co_name != "<module>":
            return
        code: CodeType = arguments[0]
        if code.co_filename.startswith("<") or "ipykernel" in code.co_filename or "ipython" in code.co_filename:
            starts.note(code)
            try:
                frame: FrameType | None = sys._getframe(1)
            except ValueError:  # typed at the prompt: no Python code called it
                frame = None
            self._statement(frame)

    def _statement(self, caller: FrameType | None) -> None:
        if self.shells or not is_interactive() or get_ident() != self._main_thread or _in_main(caller):
            return
        try:
            self._barrier()
        except Exception:  # the statement must run
            return
        finally:
            self.flush()

    def show(self, text: str) -> bool:
        """Whether the prompt takes care of the text; else it may be written at once."""
        if self.shells:
            return self.shells[-1].show(text)
        if not is_interactive() or _in_main(sys._current_frames().get(self._main_thread or 0)):
            return False
        self._held.append(text)
        return True

    def flush(self) -> None:
        """Write what was held, from the thread that is about to run a statement."""
        while self._held:
            write(self._held.pop(0))


def write(text: str, stream: TextIO | None = None) -> None:
    """To stderr, whatever it is; never raises."""
    stream = stream or sys.stderr
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError, AttributeError):
        return


def _in_main(frame: FrameType | None) -> bool:
    """Whether code of ``__main__`` is running: then nobody is typing."""
    main = sys.modules.get("__main__")
    while frame is not None:
        if main is not None and frame.f_globals is main.__dict__ and not starts.is_library(frame.f_code):
            return True
        frame = frame.f_back
    return False
