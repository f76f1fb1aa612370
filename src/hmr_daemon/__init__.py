"""Hot reload for every Python process of an environment: save a file, and the running process has the new code.

Nothing needs to be imported or configured. For those who want to hear of reloads or steer them, the functions
below are loaded when they are first asked for; `hmr_daemon.on_reload(print)` prints each reload.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import Dependencies as Dependencies
    from .api import Failure as Failure
    from .api import Reload as Reload
    from .api import Status as Status
    from .api import errors as errors
    from .api import graph as graph
    from .api import on_reload as on_reload
    from .api import paused as paused
    from .api import reload as reload
    from .api import retry as retry
    from .api import status as status
    from .api import sync as sync

__version__ = "0.1.0"
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
    if name in __all__:
        from hmr_daemon import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Package(type(sys)):  # type: ignore[misc]
    """Importing a submodule binds it in the package; a public function of the same name stays what one sees."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in __all__:
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
