"""Hot reload for every Python process of an environment: save a file, and the running process has the new code.

Nothing needs to be imported or configured. For those who want to hear of reloads or steer them, the functions
below are loaded when they are first asked for; `hmr_daemon.on_reload(print)` prints each reload.
"""

__version__ = "0.1.0"
__all__ = ["Reload", "on_reload"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from hmr_daemon import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
