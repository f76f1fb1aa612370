"""The oracle's end of the pipe to the processes under test."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from .subject import Played, Scenario

TESTS = Path(__file__).resolve().parent.parent
START = "import sys; sys.path[:0] = {paths!r}; import oracle.subject as s; del sys.path[:1]; s.main({idle})"


class Client:
    """Plays scenarios in a process of their own."""

    def __init__(self, python: str = sys.executable, idle: bool = False) -> None:
        """`idle`: no save is told to the live process, to try the oracle itself."""
        paths = [str(TESTS), str(TESTS.parent / "src")]
        start = START.format(paths=paths, idle=idle)
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("HMR_", "PYTHON"))}
        self._process = subprocess.Popen(
            [python, "-B", "-W", "ignore", "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environ, "NO_HMR_DAEMON": "1", "PYTHONHASHSEED": "0"},
        )

    def play(self, scenario: Scenario) -> Played:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(pickle.dumps(scenario))
        self._process.stdin.flush()
        played = pickle.load(self._process.stdout)
        assert isinstance(played, Played)
        return played

    def runs(self, scenario: Scenario) -> bool:
        """Whether a fresh process can import the last version."""
        last = Scenario(scenario.versions[-1:], scenario.entries)
        return self.play(last).fresh[0].error is None

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()
