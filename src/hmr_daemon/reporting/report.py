"""What the user sees of a reload: the log, and one report on the terminal or in the notebook."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Mapping

from ..loading import prompt
from ..model import Failure, Reload

logger = logging.getLogger("hmr_daemon")
logger.addHandler(logging.NullHandler())  # else Python's last resort prints warnings a second time
GREEN, RED, YELLOW, PLAIN = "\033[32m", "\033[31m", "\033[33m", "\033[0m"
MOST_FILES, MOST_NAMES = 3, 6

_show: Callable[[str], bool] = lambda text: False  # noqa: E731
"""Who takes care of a text while someone is typing; False where it may be written at once."""


_asked = False
"""Whether reports are wanted where stderr is no terminal."""


def configure(level: str, show: Callable[[str], bool], asked: bool = False) -> None:
    """Say what matters at least as much as `level`, through `show` where that takes it.

    Off a terminal nothing is said but to the log, unless a level was set or `asked` says so.
    """
    global _show, _asked
    _show = show
    _asked = asked or bool(level)
    number = logging.getLevelNamesMapping()[(level or "info").upper()]
    if logger.level != number:
        logger.level = number  # setLevel() makes all loggers of the program forget what they know
        logger._cache.clear()  # type: ignore[attr-defined]


def tell(reload: Reload, still: Mapping[str, Failure] | None = None) -> None:
    """Report one reload, and remind of the edits that have failed before and still are not live."""
    if still:
        _say(logging.WARNING, reminder(still))
    _say(logging.INFO if reload.ok else logging.ERROR, describe(reload), lasting=bool(reload.notes))


def warn(text: str) -> None:
    """Something the user should know that is no reload."""
    _say(logging.WARNING, text)


def note(text: str) -> None:
    """Something that is neither a reload nor a warning."""
    _say(logging.INFO, text)


def callback_failed(callback: object, error: Exception) -> None:
    """A callback of the user's raised: with the place in the user's file."""
    name = getattr(callback, "__qualname__", None) or repr(callback)
    steps = traceback.extract_tb(error.__traceback__)[1:]  # the first is our call
    place = f"{steps[-1].filename}:{steps[-1].lineno}: " if steps else ""
    _say(logging.ERROR, f"{place}the callback {name} raised {type(error).__name__}: {error}")


def broken() -> None:
    """A fault of our own: the program goes on without us."""
    _say(logging.ERROR, "hmr-daemon failed and is off in this process: restart it to see further edits")
    if os.environ.get("HMR_DAEMON_DEBUG"):
        traceback.print_exc()


# --- in words


def describe(reload: Reload) -> str:
    """A reload in words: one line where it landed, with the traceback where it failed."""
    files = _some([os.path.basename(path) for path in reload.files], MOST_FILES)
    if reload.failure is not None:
        head = f"{files}: not live, the old code goes on: {reload.failure.summary}"
        return f"{head}\n{reload.failure.traceback}".rstrip()
    done = "; ".join(
        f"{word} {_some(names, MOST_NAMES)}"
        for word, names in (
            ("ran", reload.ran),
            ("patched", reload.patched),
            ("removed", reload.removed),
            ("rebound", reload.rebound),
        )
        if names
    )
    done = done or ("not live" if reload.notes else "nothing to do")
    return "\n".join([f"{files}: {done} ({reload.milliseconds:.0f} ms)", *(f"  {note}" for note in reload.notes)])


def reminder(failures: Mapping[str, Failure]) -> str:
    """What is still not live, in one line."""
    texts = [f"{os.path.basename(path)} ({failure.summary})" for path, failure in failures.items()]
    return f"still not live: {_some(texts, MOST_FILES)}"


def _some(names: tuple[str, ...] | list[str], most: int) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


# --- on the terminal


def _say(level: int, text: str, lasting: bool = False) -> None:
    logger.log(level, "%s", text)
    if not _program_logs() and logger.isEnabledFor(level):
        colour = RED if level >= logging.ERROR else YELLOW if level >= logging.WARNING or lasting else GREEN
        text = f"{_mark(colour)} {text}\n"
        if not _show(text) and (_asked or _is_seen()):
            prompt.write(text)


def _mark(colour: str) -> str:
    return f"{colour}[hmr]{PLAIN}" if _wants_colour() else "[hmr]"


def _wants_colour() -> bool:
    """Whether stderr is a terminal that wants colours (no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and _on_terminal()


def _is_seen() -> bool:
    """Whether someone looks at stderr: on a terminal, or in a notebook."""
    return _on_terminal() or type(sys.stderr).__module__.startswith("ipykernel")


def _on_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False


def _program_logs() -> bool:
    """Whether the program takes our log itself; then nothing is written beside it."""
    handlers = [*logger.handlers, *(logging.getLogger().handlers if logger.propagate else ())]
    return any(not isinstance(handler, logging.NullHandler) for handler in handlers)
