"""Whether two values are the same to a reader (so that the old one can stay)."""

from __future__ import annotations

import enum
import functools
import operator
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Collection
from types import FunctionType, MethodType
from typing import Any

from ..syntax import codes
from . import insides
from .kinds import is_a, plain_type

DEPTH = 60
ATOMS = (int, float, complex, str, bytes)
"""Types whose values no one can tell from equal ones."""
ANNOTATIONS = "__annotate__" if sys.version_info >= (3, 14) else "__annotations__"
"""Since 3.14 annotations are computed when they are asked for, by code of the user's."""

WRAPPERS: dict[type, Callable[[Any], Any]] = {
    type(functools.lru_cache(len)): lambda it: dict(vars(it)),
    functools.cached_property: lambda it: (it.func, it.attrname, it.__doc__),
    functools.partial: lambda it: (it.func, it.args, it.keywords, dict(vars(it))),
    functools.partialmethod: lambda it: (it.func, it.args, it.keywords),
    operator.attrgetter: lambda it: it.__reduce__(),
    operator.itemgetter: lambda it: it.__reduce__(),
}
"""What the standard library wraps functions in, or makes them of, without telling which are equal; with its parts."""

SHOWN_AS_A_WHOLE = frozenset({"array", "datetime", "decimal"})
"""Modules of plain values that may be equal and yet show another unit, precision or zone: as their text tells."""


def same(old: Any, new: Any, depth: int = DEPTH, named: Collection[int] = ()) -> bool:
    """Whether `new` is what `old` is, type for type and in the same order. Never raises.

    `named` holds the identities of objects that have names of their own: inside of `old` and `new` they are told apart
    from equal ones.

    >>> same([1, 2], [1, 2]), same([1], [True]), same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    (True, False, False)
    """
    if old is new:
        return True
    if type(old) is not type(new) or depth <= 0:
        return False
    try:
        return _same(old, new, functools.partial(_part, depth=depth - 1, named=named))
    except BaseException:  # the values' own __eq__ runs here
        return False


def alike(old: Any, new: Any, depth: int = 8) -> bool:
    """Whether two objects that tell nothing of being equal are made alike: of Python classes, with the same attributes.

    That is enough where both were computed of the same, and one of them may stay.
    """
    if same(old, new):
        return True
    if type(old) is not type(new) or not depth or plain_type(old) in (FunctionType, MethodType, *WRAPPERS):
        return False
    if plain_type(old) in (list, tuple):
        return len(old) == len(new) and all(alike(a, b, depth - 1) for a, b in zip(old, new, strict=True))
    if type(old) is dict:
        return same(list(old), list(new)) and all(alike(old[key], new[key], depth - 1) for key in old)
    if not all(map(_shows_what_it_holds, type(old).__mro__)):
        return False
    return alike(dict(insides.attributes(old)), dict(insides.attributes(new)), depth - 1)


def _shows_what_it_holds(cls: type) -> bool:
    """Whether instances have nothing of a class but attributes: one written in C may hold more, but in no more room."""
    return "__dict__" in vars(cls) or "__slots__" in vars(cls) or cls.__basicsize__ == object.__basicsize__


def _part(old: Any, new: Any, depth: int, named: Collection[int]) -> bool:
    if old is new:
        return True
    return id(old) not in named and id(new) not in named and same(old, new, depth, named)


def _same(old: Any, new: Any, part: Callable[[Any, Any], bool]) -> bool:
    kind, plain = type(old), plain_type(old)
    if plain in (int, str, bytes, bool):
        return bool(old == new)
    if plain in (float, complex):
        return repr(old) == repr(new)
    if plain in (list, tuple):
        return len(old) == len(new) and all(part(a, b) for a, b in zip(old, new, strict=True))
    if kind is dict:
        return len(old) == len(new) and all(
            part(a, b) and part(x, y) and (type(a) is str or a in old)  # it may have another hash by now
            for (a, x), (b, y) in zip(list(old.items()), list(new.items()), strict=True)
        )
    if plain in (set, frozenset):
        return old == new and {(type(a), a) for a in old} == {(type(b), b) for b in new}
    if kind is FunctionType:
        return _same_function(old, new, part)
    if plain in (staticmethod, classmethod):
        return part(old.__func__, new.__func__)
    if kind is property:
        return all(part(getattr(old, n), getattr(new, n)) for n in ("fget", "fset", "fdel", "__doc__"))
    if plain in WRAPPERS:
        return part(WRAPPERS[plain](old), WRAPPERS[plain](new))
    if is_a(old, type) or getattr(kind, "__eq__", None) is object.__eq__:
        return False
    if issubclass(type(kind), enum.EnumMeta):
        return False  # combined flags are kept by their class: it would hold another one
    if (old == new) is not True or not part(_made_of(old), _made_of(new)):
        return False
    return part(dict(insides.attributes(old)), dict(insides.attributes(new)))


def _made_of(value: Any) -> Any:
    """What tells values apart that are equal: what they make of others, the order in them, the types of their parts."""
    kind: Any = type(value)
    if kind.__module__ in SHOWN_AS_A_WHOLE or kind is range:
        return repr(value)
    if is_a(value, deque):
        return value.maxlen, list(deque.__iter__(value))
    if is_a(value, defaultdict):
        return value.default_factory, list(dict.items(value))
    if is_a(value, dict) and kind.__eq__ in (dict.__eq__, OrderedDict.__eq__, Counter.__eq__):
        return list(dict.items(value))
    if is_a(value, list) and kind.__eq__ is list.__eq__:
        return list(list.__iter__(value))
    return list(value) if is_a(value, tuple) else None


def _same_function(old: FunctionType, new: FunctionType, part: Callable[[Any, Any], bool]) -> bool:
    if old.__code__ is not new.__code__ and (
        old.__code__.co_qualname != new.__code__.co_qualname
        or codes.deep_surface(old.__code__) != codes.deep_surface(new.__code__)
    ):
        return False
    if "__wrapped__" in vars(new) and old.__module__ != new.__module__:  # `functools.wraps` copied it
        return False
    cells = zip(old.__closure__ or (), new.__closure__ or (), strict=False)
    return (
        old.__globals__ is new.__globals__
        and (old.__name__, old.__qualname__) == (new.__name__, new.__qualname__)
        and old.__doc__ == new.__doc__
        and all(part(insides.cell_content(a), insides.cell_content(b)) for a, b in cells)
        and part(old.__defaults__, new.__defaults__)
        and part(old.__kwdefaults__, new.__kwdefaults__)
        and part(vars(old), vars(new))
        and part(getattr(old, ANNOTATIONS), getattr(new, ANNOTATIONS))
    )
