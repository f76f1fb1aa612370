"""A program in a real terminal: what is typed into it, and what its screen shows."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

from live import Files, clean_environ, write

ROWS, COLUMNS = 200, 160  # so high that nothing scrolls away
TIMEOUT = 30.0


class Terminal:
    """Types, and waits for what the screen shows; the screen is that of an emulated xterm."""

    def __init__(self, root: Path, program: str, *arguments: str, **environ: str) -> None:
        self.root = root
        extra = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "IPYTHONDIR": str(root / ".ipython")} | environ
        self.process = pexpect.spawn(
            program, list(arguments), cwd=str(root), env=clean_environ(**extra), dimensions=(ROWS, COLUMNS)
        )
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """The screen's lines, without the empty rest."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def edit(self, files: Files) -> None:
        write(self.root, files, atomic=True)

    def type(self, text: str) -> None:
        self.process.send(text)

    def enter(self, line: str) -> None:
        self.process.send(line + "\r")

    def wait(self, text: str) -> None:
        """Until the screen shows a text."""
        self.until(lambda shown: text in shown, repr(text))

    def until(self, holds: Callable[[str], bool], what: str) -> None:
        """Until something holds of the screen's text."""
        end = time.monotonic() + TIMEOUT
        while not holds(self.text):
            assert self._read(end - time.monotonic()), f"{what} does not come; the screen:\n{self.text}"

    def watch(self, seconds: float) -> str:
        """The screen after some time, for what is not to come."""
        end = time.monotonic() + seconds
        while self._read(end - time.monotonic()):
            pass
        return self.text

    def _read(self, seconds: float) -> bool:
        """Whether the program wrote something within some time."""
        try:
            self._stream.feed(self.process.read_nonblocking(65536, max(seconds, 0)))
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        return True

    def interrupt(self) -> None:
        self.process.kill(signal.SIGINT)

    def ended(self) -> int | None:
        """Wait for the end; the exit status, negative for a signal."""
        while self._read(TIMEOUT):
            pass
        self.process.wait()
        self.process.close()
        signal_number: int | None = self.process.signalstatus
        status: int | None = self.process.exitstatus
        return -signal_number if signal_number else status

    def close(self) -> None:
        self.process.close(force=True)


PYTHON = sys.executable
