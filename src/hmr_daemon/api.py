"""The public functions, for those who want to hear of reloads or steer them; never needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from . import daemon
from .model import Failure, Reload

if TYPE_CHECKING:  # loaded for those who ask
    from .planning.dependencies import Dependencies as Dependencies
    from .status import Status as Status

__all__ = [
    "Dependencies",
    "Failure",
    "Reload",
    "Status",
    "errors",
    "graph",
    "on_reload",
    "paused",
    "reload",
    "retry",
    "status",
    "sync",
]


def __getattr__(name: str) -> object:
    if name == "Dependencies":
        from .planning.dependencies import Dependencies

        return Dependencies
    if name == "Status":
        from .status import Status

        return Status
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def on_reload(callback: Callable[[Reload], object]) -> Callable[[], None]:
    """Call `callback` with a `Reload` after each reload, landed or failed, on the daemon's thread.

    Returns a function that ends it. An exception of the callback is reported and harms nothing.

    >>> stop = on_reload(lambda reload: print(reload.ran, reload.milliseconds))
    >>> stop()
    """
    live = daemon.activate()
    live.audience.callbacks.append(callback)

    def stop() -> None:
        if callback in live.audience.callbacks:
            live.audience.callbacks.remove(callback)

    return stop


@contextmanager
def paused() -> Iterator[None]:
    """Hold reloads back; what was saved meanwhile is applied as one when the outermost block ends.

    >>> with paused():
    ...     pass  # nothing that is saved while this runs is applied
    """
    live = daemon.activate()
    live.hold()
    try:
        yield
    finally:
        live.release()


def sync(timeout: float | None = None) -> bool:
    """Apply what was saved before this call, then return: whether all that is saved is live now.

    False where an edit has failed, while reloads are paused, after `timeout` seconds, and where the caller is
    itself what a reload waits for: top-level code that is being imported or run again.

    >>> sync()
    True
    """
    live = daemon.current()
    return True if live is None else live.sync(timeout)


def status() -> Status:
    """What is live in this process, what is pending, and what has changed but not run since."""
    from .status import of_process

    return of_process(daemon.current())


def graph(module: ModuleType | str | None = None) -> Dependencies:
    """Which statements use which names of which modules, in this process; of one module where it is given.

    >>> print(graph().text())
    <BLANKLINE>
    """
    from .planning.dependencies import Dependencies

    live = daemon.current()
    name = module.__name__ if isinstance(module, ModuleType) else module
    found = None if live is None else live.call(lambda parts: Dependencies.of_graph(parts.current_graph(), name))
    return found if isinstance(found, Dependencies) else Dependencies()


def reload(module: ModuleType | str) -> bool:
    """Run all of a live module again, edited or not, and whatever used what comes out different; whether it landed.

    For a module that is not live, use `importlib.reload`; asking for one raises ValueError.
    """
    name = module if isinstance(module, str) else module.__name__
    live = daemon.current()
    if live is None or name not in live.live_modules():
        raise ValueError(f"the module {name} is not live")
    return live.run_again(name)


def errors() -> tuple[Failure, ...]:
    """Why edits that are saved are not live; empty when all is well.

    >>> errors()
    ()
    """
    live = daemon.current()
    return () if live is None else live.failures()


def retry() -> bool:
    """Try again what failed, without a new save; whether all that is saved is live now.

    >>> retry()
    True
    """
    live = daemon.current()
    return True if live is None else live.retry()
