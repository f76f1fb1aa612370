"""The public functions, for those who want to hear of reloads or steer them; never needed."""

from __future__ import annotations

from collections.abc import Callable

from . import daemon
from .model import Reload

__all__ = ["Reload", "on_reload"]


def on_reload(callback: Callable[[Reload], object]) -> Callable[[], None]:
    """Call `callback` with a `Reload` after each reload, landed or failed, on the daemon's thread.

    Returns a function that ends it. An exception of the callback is logged.

    >>> stop = on_reload(lambda reload: print(reload.ran, reload.milliseconds))
    >>> stop()
    """
    live = daemon.activate()
    live.callbacks.append(callback)

    def stop() -> None:
        if callback in live.callbacks:
            live.callbacks.remove(callback)

    return stop
