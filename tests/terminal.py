"""A program in a real terminal: what is typed into it, and what it shows."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pexpect

from live import Files, clean_environ, write

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[=>]|\r")


class Terminal:
    """Types, waits for text, and reads what is shown without the control sequences."""

    def __init__(self, root: Path, *arguments: str, python: str = sys.executable, **environ: str) -> None:
        self.root = root
        extra = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "IPYTHONDIR": str(root / ".ipython")} | environ
        self.process = pexpect.spawn(
            python,
            list(arguments),
            cwd=str(root),
            env=clean_environ(**extra),
            encoding="utf-8",
            timeout=20,
            dimensions=(50, 200),
        )
        self._shown = ""

    def edit(self, files: Files) -> None:
        write(self.root, files, atomic=True)

    def type(self, text: str) -> None:
        self.process.send(text)

    def enter(self, line: str) -> None:
        self.process.send(line + "\r")

    def wait(self, text: str, timeout: float = 20) -> str:
        """Until a text is shown after what was waited for last; returns what came before it."""
        end = self._shown.find(text)
        while end < 0:
            try:
                self._shown += ESCAPES.sub("", self.process.read_nonblocking(4096, timeout))
            except (pexpect.TIMEOUT, pexpect.EOF):
                raise AssertionError(f"{text!r} is not shown, but:\n{self._shown}") from None
            end = self._shown.find(text)
        before, self._shown = self._shown[:end], self._shown[end + len(text) :]
        return before

    def shows(self, seconds: float) -> str:
        """All that is shown within some time, and was not waited for."""
        try:
            while True:
                self._shown += ESCAPES.sub("", self.process.read_nonblocking(4096, seconds))
        except (pexpect.TIMEOUT, pexpect.EOF):
            return self._shown

    def interrupt(self) -> None:
        self.process.kill(signal.SIGINT)

    def ended(self) -> int | None:
        """Wait for the end; the exit status, negative for a signal."""
        self.process.expect(pexpect.EOF)
        self.process.close()
        return -self.process.signalstatus if self.process.signalstatus else self.process.exitstatus

    def close(self) -> None:
        self.process.close(force=True)
