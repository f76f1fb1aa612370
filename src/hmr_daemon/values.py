"""Whether two values are the same to a reader (so that the old one can stay)."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from . import codes

DEPTH = 60


def same(old: Any, new: Any, depth: int = DEPTH) -> bool:
    """Whether `new` is what `old` is, type for type and in the same order. Never raises.

    >>> same([1, 2], [1, 2]), same([1], [True]), same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    (True, False, False)
    """
    if old is new:
        return True
    if type(old) is not type(new) or depth <= 0:
        return False
    try:
        return _same(old, new, depth)
    except BaseException:  # the values' own __eq__ runs here
        return False


def _same(old: Any, new: Any, depth: int) -> bool:
    kind = type(old)
    if kind in (int, str, bytes, bool):
        return bool(old == new)
    if kind in (float, complex):
        return repr(old) == repr(new)
    if kind in (list, tuple):
        return len(old) == len(new) and all(same(a, b, depth - 1) for a, b in zip(old, new, strict=True))
    if kind is dict:
        return len(old) == len(new) and all(
            same(a, b, depth - 1) and same(x, y, depth - 1)
            for (a, x), (b, y) in zip(list(old.items()), list(new.items()), strict=True)
        )
    if kind in (set, frozenset):
        return old == new and {(type(a), a) for a in old} == {(type(b), b) for b in new}
    if kind is FunctionType:
        return _same_function(old, new, depth)
    if kind in (staticmethod, classmethod):
        return same(old.__func__, new.__func__, depth - 1)
    if kind is property:
        return all(same(getattr(old, n), getattr(new, n), depth - 1) for n in ("fget", "fset", "fdel", "__doc__"))
    if isinstance(old, type) or getattr(kind, "__eq__", None) is object.__eq__:
        return False
    return (old == new) is True and same(getattr(old, "__dict__", None), getattr(new, "__dict__", None), depth - 1)


def _same_function(old: FunctionType, new: FunctionType, depth: int) -> bool:
    if old.__code__ is not new.__code__ and codes.deep_surface(old.__code__) != codes.deep_surface(new.__code__):
        return False
    cells = zip(old.__closure__ or (), new.__closure__ or (), strict=False)
    return (
        old.__globals__ is new.__globals__
        and old.__qualname__ == new.__qualname__
        and old.__doc__ == new.__doc__
        and all(same(_content(a), _content(b), depth - 1) for a, b in cells)
        and same(old.__defaults__, new.__defaults__, depth - 1)
        and same(old.__kwdefaults__, new.__kwdefaults__, depth - 1)
        and same(vars(old), vars(new), depth - 1)
    )


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
