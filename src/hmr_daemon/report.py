"""What the user sees of a reload: the log, and one line on a terminal."""

from __future__ import annotations

import logging
import os
import sys

from .model import Reload

logger = logging.getLogger("hmr_daemon")


def tell(reload: Reload) -> None:
    """Report one reload: to the log `hmr_daemon`, and to stderr where that is a terminal."""
    text = describe(reload)
    logger.log(logging.INFO if reload.ok else logging.ERROR, "%s", text)
    if not _has_handler():
        write(text, good=reload.ok)


def describe(reload: Reload) -> str:
    """A reload in words: one line where it landed, with the traceback where it failed."""
    files = ", ".join(os.path.basename(f) for f in reload.files[:3])
    if len(reload.files) > 3:
        files += f" and {len(reload.files) - 3} more"
    if reload.failure is not None:
        return f"{files}: not live, the old code keeps running: {reload.failure.summary}\n{reload.failure.traceback}".rstrip()
    parts = [
        f"ran {_some(reload.ran)}" if reload.ran else "",
        f"patched {_some(reload.patched)}" if reload.patched else "",
        f"removed {_some(reload.removed)}" if reload.removed else "",
        f"rebound {_some(reload.rebound)}" if reload.rebound else "",
    ]
    done = "; ".join(part for part in parts if part) or "nothing to do"
    lines = [f"{files}: {done} ({reload.milliseconds:.0f} ms)", *(f"  {note}" for note in reload.notes)]
    return "\n".join(lines)


def _some(names: tuple[str, ...], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def write(text: str, good: bool = True) -> None:
    """To stderr, where a person looks: a terminal, or a notebook's output. Never raises."""
    stream = sys.stderr
    try:
        if stream is None or not stream.isatty():
            return
        coloured = os.environ.get("NO_COLOR", "") == "" and os.environ.get("TERM") != "dumb"
        mark = "\033[32m" if good else "\033[31m"
        head, _, rest = text.partition("\n")
        line = f"{mark}[hmr]\033[0m {head}" if coloured else f"[hmr] {head}"
        stream.write(line + ("\n" + rest if rest else "") + "\n")
        stream.flush()
    except (OSError, ValueError, AttributeError):
        return


def warn(text: str) -> None:
    """Something the user should know that is no reload."""
    logger.warning("%s", text)
    if not _has_handler():
        write(text, good=False)


def configure(level: str) -> None:
    logger.setLevel(level.upper())
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else Python's last resort prints warnings a second time


def _has_handler() -> bool:
    """Whether the program takes our log itself; then it is not written to the terminal as well."""
    handlers = [*logger.handlers, *(logging.getLogger().handlers if logger.propagate else ())]
    return any(not isinstance(handler, logging.NullHandler) for handler in handlers)


def callback_failed(callback: object) -> None:
    logger.exception("the callback %r raised", callback)


def broken() -> None:
    """A fault of our own: the program goes on without us."""
    logger.exception("hmr-daemon failed and is off in this process")
    if os.environ.get("HMR_DAEMON_DEBUG"):
        import traceback

        traceback.print_exc()
