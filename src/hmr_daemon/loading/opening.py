"""What stands in for functions such as `open` while top-level code runs, and tells with what they are called."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from collections.abc import Callable
    from typing import Any


class _Kind(type):
    """The class of a stand-in comes from a module, whatever one of it says for what it stands for."""

    @property
    def __module__(cls) -> str:  # type: ignore[override]
        return __name__


class StandIn(metaclass=_Kind):
    """Equal to a function, and shows itself as it: code may keep it, as a value of a table or even as a key.

    The function is what the first of `places` has under its name; all of these have the stand-in meanwhile, and so
    have modules with a name of theirs for it. Where a program has put something else, as a test's mock, that stays.
    """

    __slots__ = ("_names", "_note", "_places", "_real")

    def __init__(self, name: str, note: Callable[..., None], *places: Any) -> None:
        self._real: Any = getattr(places[0], name)
        self._note = note
        self._places = {(id(vars(each)), name): vars(each) for each in places}
        """Namespaces, by identity, and the names in them."""
        self._names: dict[tuple[int, str], dict[str, Any]] = self._places.copy()
        """The same with those that have it under a name of theirs."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            self._note(*args, **kwargs)
            return self._real(*args, **kwargs)
        except BaseException as error:
            drop_this_frame(error)
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @property  # type: ignore[misc]  # for those who ask whether it is a builtin function
    def __class__(self) -> Any:
        return type(self._real)

    @property
    def __module__(self) -> Any:  # type: ignore[override]
        return self._real.__module__

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._real.__doc__

    def __eq__(self, other: object) -> bool:
        return other is self or other is self._real

    def __hash__(self) -> int:
        return hash(self._real)

    def __repr__(self) -> str:
        return repr(self._real)

    def __reduce__(self) -> Any:
        return getattr, (sys.modules[self._real.__module__], self._real.__name__)

    def put_in(self) -> None:
        self._replace(self._real, self)

    def take_out(self) -> None:
        self._replace(self, self._real)

    def let_go(self) -> None:
        """Hold no namespaces of others any more."""
        self._names = self._places.copy()

    def _replace(self, old: Any, new: Any) -> None:
        for (_, name), namespace in self._names.items():
            if namespace.get(name) is old:
                namespace[name] = new

    def give_back_names(self, namespace: dict[str, Any]) -> None:
        """Let a module that has it under a name, as by ``from io import open``, have the real one."""
        from _operator import is_
        from itertools import repeat

        if not any(map(is_, list(namespace.values()), repeat(self))):
            return  # so it is nearly everywhere, and all modules may have to be looked through
        for name in [name for name, value in list(namespace.items()) if value is self]:
            namespace[name] = self._real
            self._names[id(namespace), name] = namespace

    def give_back(self, namespace: dict[str, Any]) -> None:
        """Let a module that kept it in what it defines have the real one."""
        from . import captures

        captures.give_back(namespace, self, self._real)


def drop_this_frame(error: BaseException) -> None:
    """Take the handling frame out of a traceback: a bare ``raise`` does not add it again."""
    traceback = error.__traceback__
    if traceback is not None:
        error.__traceback__ = traceback.tb_next
