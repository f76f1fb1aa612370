"""A program that runs on its own: what it prints is waited for, and its files are edited."""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path

from live import Files, clean_environ, write

TIMEOUT = 30.0


class Program:
    """A running command, its output, and the folder of the files that it runs."""

    def __init__(self, root: Path, *command: str, **environ: str) -> None:
        self.root = root
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=clean_environ(**{"PYTHONUNBUFFERED": "1", "HMR_DAEMON_LOG_LEVEL": "info", **environ}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        self._more = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.output += line
                self._more.notify_all()

    def wait(self, text: str) -> str:
        """Until a text is shown; returns what came before, and forgets both."""
        with self._more:
            assert self._more.wait_for(lambda: text in self.output, TIMEOUT), f"{text!r} does not come:\n{self.output}"
            before, _, self.output = self.output.partition(text)
            return before

    def edit(self, files: Files) -> None:
        write(self.root, files, atomic=True)

    def interrupt(self) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(TIMEOUT)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
