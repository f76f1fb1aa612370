"""Signals are the program's: a thread of ours takes none, and runs the program's code with those that it has blocked.

The system hands a signal that the main thread blocks, to take it later, to any thread that does not, and ends the
process where nothing handles it there. Threads are started with what the one that starts them blocks.
"""

from __future__ import annotations

import io
from _thread import _local

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Collection

# The system sends these to the thread that has made a mistake, which is not to be put off.
MISTAKES = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGTRAP", "SIGSYS")

_here = _local()
_at_first: Collection[int] | None = None
"""What the thread blocked that started the first of ours."""


def leave_to_the_program() -> None:
    """This thread is ours, and takes no signals from now on. Where there are no signals for threads, nothing."""
    global _at_first
    import _signal  # type: ignore[import-not-found]

    if hasattr(_signal, "pthread_sigmask"):
        mistakes = {getattr(_signal, name) for name in MISTAKES if hasattr(_signal, name)}
        before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals() - mistakes)
        _at_first = before if _at_first is None else _at_first
        _here.is_ours = True


def leave_parent() -> None:
    """In a forked child: this thread is the program's."""
    _here.__dict__.clear()


class AsTheProgram:
    """While it is entered, this thread blocks what the main thread does: what it starts may be the program's."""

    def __enter__(self) -> None:
        if hasattr(_here, "is_ours"):
            import _signal

            _signal.pthread_sigmask(_signal.SIG_SETMASK, _blocked_by_main())

    def __exit__(self, *error: object) -> None:
        if hasattr(_here, "is_ours"):
            leave_to_the_program()


def _blocked_by_main() -> Collection[int]:
    """The signals that the main thread blocks now, or did when our first thread began: only Linux tells."""
    try:
        with io.FileIO("/proc/self/status") as file:  # `open` may be the program's own
            lines = file.readall().splitlines()
        blocked = next(int(line.split()[1], 16) for line in lines if line.startswith(b"SigBlk:"))
    except (OSError, StopIteration):
        return _at_first or ()
    return [number + 1 for number in range(blocked.bit_length()) if blocked >> number & 1]
