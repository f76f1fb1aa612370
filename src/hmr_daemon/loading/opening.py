"""What stands in for `open` while top-level code runs, and tells with what it is called."""

from __future__ import annotations

import builtins
import io

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable
    from typing import Any

_real: Any = io.open


class StandIn:
    """Equal to `open`, and shows itself as it: code may keep it, as a value of a table or even as a key."""

    __slots__ = ("_note",)
    __module__ = _real.__module__
    __doc__ = _real.__doc__

    def __init__(self, note: Callable[[Any, Any], None]) -> None:
        self._note = note

    def __call__(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        try:
            self._note(file, mode)
            return _real(file, mode, *args, **kwargs)
        except BaseException as error:
            drop_this_frame(error)
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(_real, name)

    @property  # type: ignore[misc]  # for those who ask whether it is a builtin function
    def __class__(self) -> Any:
        return type(_real)

    def __eq__(self, other: object) -> bool:
        return other is self or other is _real

    def __hash__(self) -> int:
        return hash(_real)

    def __repr__(self) -> str:
        return repr(_real)

    def __reduce__(self) -> Any:
        return getattr, (builtins, "open")

    def put_in(self) -> None:
        builtins.open = io.open = self

    def take_out(self) -> None:
        if builtins.open is self:
            builtins.open = _real
        if io.open is self:
            io.open = _real

    def give_back_names(self, namespace: dict[str, Any]) -> None:
        """Let a module that has it under a name, as by ``from io import open``, have the real one."""
        for name in [name for name, value in list(namespace.items()) if value is self]:
            namespace[name] = _real

    def give_back(self, namespace: dict[str, Any]) -> None:
        """Let a module that kept it in what it defines have the real one."""
        from . import captures

        captures.give_back(namespace, self, _real)


def drop_this_frame(error: BaseException) -> None:
    """Take the handling frame out of a traceback: a bare ``raise`` does not add it again."""
    traceback = error.__traceback__
    if traceback is not None:
        error.__traceback__ = traceback.tb_next
