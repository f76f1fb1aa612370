"""The interpreter's turn: while an edit goes live other threads wait for theirs, so that they do not see half of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

LONGEST = 0.5
"""Seconds that others wait at most: what takes longer, or waits itself, they see come bit by bit."""
MOMENT = 0.02
"""Seconds that they wait while code of the program runs: most statements, and what follows them, take less."""


class Turn:
    """The turn of the thread that carries a reload out.

    A thread that wants to run waits as long as `sys.getswitchinterval` tells before it interrupts the one that runs.
    That is longer for a moment, and not as much longer while the program's statements run, which may take their time.
    """

    _usual: ClassVar[float | None] = None
    """What others wait usually, while they wait longer: there is one interpreter, and one reload at a time."""

    _kept: ClassVar[float] = LONGEST
    """How long they wait then."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        """Keep the turn, unless some thread never gives its own away: it would be waited for as long in turn."""
        usual, began = sys.getswitchinterval(), _others_time()
        time.sleep(0)  # who waits already, and not as long, has its turn first
        if _others_time() - began < 0.9 * usual:
            self._until = time.monotonic() + LONGEST
            self._keep(LONGEST)

    def end(self) -> None:
        self._until = 0.0
        self._give_up()

    def check(self) -> None:
        """Let others run as usual where it takes too long."""
        if self._usual is not None and time.monotonic() > self._until:
            self.end()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """While code of the program runs: who begins to wait then would else have its turn in the midst of ours."""
        self._give_up()
        self._keep(MOMENT)
        try:
            yield
        finally:
            self._give_up()
            self._keep(LONGEST)

    def _keep(self, seconds: float) -> None:
        usual = sys.getswitchinterval()
        if usual < seconds and time.monotonic() < self._until:
            Turn._usual, Turn._kept = usual, seconds
            sys.setswitchinterval(seconds)

    def _give_up(self) -> None:
        if self._usual is not None and abs(sys.getswitchinterval() - self._kept) < 1e-5:  # the program has set no other
            sys.setswitchinterval(self._usual)
        Turn._usual = None


def _others_time() -> float:
    """Seconds of processor time that other threads have taken; what other processes take is none of it."""
    return time.process_time() - time.thread_time()
