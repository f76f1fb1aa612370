"""Whether values lead to a class or an object: what they hold, what that holds, and so on, without running any code."""

from __future__ import annotations

import functools
import weakref
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from types import FunctionType, MethodType, ModuleType
from typing import Any

from ..syntax import codes
from . import insides
from .kinds import derives, is_a, plain_type

NEAR = 100  # values that are looked at from each
MANY = 100  # parts of each of these
ENTRIES = 1_000  # entries of a container that are looked at
CONTAINERS = (list, tuple, set, frozenset, deque, dict)


class _Walk:
    """What values lead to, for as long as nothing is bound anew; `files` are of functions to ask."""

    def __init__(self, files: Collection[str]) -> None:
        self._files = files
        self._read: dict[int, tuple[FunctionType, list[Any]]] = {}
        """By identity, functions with the globals that they look at: many values lead to the same."""

    def reached(self, value: Any) -> Iterator[Any]:
        """The value, what it holds, and so on, nearest first."""
        seen, waiting = {id(value)}, [value]
        for each in waiting:
            yield each
            for part in self._parts(each):
                if id(part) not in seen and id(type(part)) not in insides.LEAVES and len(waiting) < NEAR:
                    seen.add(id(part))
                    waiting.append(part)

    def _parts(self, value: Any) -> Iterable[Any]:
        if type(value) is not FunctionType:
            return _parts(value)
        if id(value) not in self._read:
            self._read[id(value)] = value, list(_globals_read(value, self._files))
        return [*insides.contents(value), *self._read[id(value)][1]]


class Ways(_Walk):
    """What leads to a class or an object."""

    def __init__(self, sought: object, files: Collection[str]) -> None:
        super().__init__(files)
        self._sought = sought
        self._found: dict[tuple[int, bool], tuple[Any, bool]] = {}

    def lead(self, value: Any, by_subclasses: bool = False) -> bool:
        """Whether a value is or leads to the object, or the class, a subclass or an instance.

        `by_subclasses` tells that who has the value asks classes for their subclasses, so that bases lead there, too.
        """
        key = id(value), by_subclasses
        if key not in self._found:
            self._found[key] = value, any(self._is_found(each, by_subclasses) for each in self.reached(value))
        return self._found[key][1]

    def _is_found(self, value: Any, by_subclasses: bool) -> bool:
        if _is_of(value, self._sought):
            return True
        return by_subclasses and is_a(value, type) and value is not object and _is_of(self._sought, value)


class WaysToAny(_Walk):
    """What leads to some functions."""

    def __init__(self, sought: Iterable[object], files: Collection[str]) -> None:
        super().__init__(files)
        self._sought = frozenset(map(id, sought))
        self._found: dict[int, tuple[Any, frozenset[int]]] = {}

    def met(self, value: Any) -> frozenset[int]:
        """The identities of those that a value is or leads to."""
        if id(value) not in self._found:
            self._found[id(value)] = value, self._sought.intersection(map(id, self.reached(value)))
        return self._found[id(value)][1]


def _is_of(value: Any, sought: Any) -> bool:
    """Whether a value is the object, or the class, a subclass or an instance of it, without asking its metaclass."""
    if not is_a(sought, type):
        return value is sought
    return derives(type(value), sought) or (is_a(value, type) and derives(value, sought))


def is_near(value: Any, sought: object, depth: int = 2) -> bool:
    """Whether a value is an object or of a class, or a container or an object that holds such."""
    if _is_of(value, sought):
        return True
    if not depth or is_a(value, (FunctionType, ModuleType, type)):
        return False
    if plain_type(value) in (list, tuple, set, frozenset):
        parts = list(value)
    else:
        parts = [*value, *value.values()] if type(value) is dict else list(insides.own_dict(value).values())
    return any(is_near(part, sought, depth - 1) for part in parts[:ENTRIES])


def _parts(value: Any) -> Iterable[Any]:
    kind = type(value)
    if is_a(value, CONTAINERS):
        entries = _entries(value, MANY)
        return entries if kind.__module__ == "builtins" else [*entries, kind, *insides.own_dict(value).values()]
    if kind is MethodType:
        return value.__self__, value.__func__
    if kind is weakref.ref:
        return (value(),)
    if is_a(value, functools.partial):
        return value.func, *value.args, *value.keywords.values()
    if is_a(value, type):
        return list(vars(value).values()) if value.__module__ not in ("builtins", "typing") else ()
    if is_a(value, ModuleType):
        return ()
    return [kind, *(held for _, held in insides.attributes(value))]


def listed(value: Any) -> Iterator[Any]:
    """What a container holds, or those that an object or a class has, and what the containers in it hold."""
    held = [value] if is_a(value, CONTAINERS) else list(insides.own_dict(value).values())
    for entry in [entry for part in held if is_a(part, CONTAINERS) for entry in _entries(part, ENTRIES)]:
        yield entry
        if is_a(entry, CONTAINERS):
            yield from _entries(entry, ENTRIES)


def _entries(value: Any, most: int) -> list[Any]:
    """What a container holds, whatever a class of the user's says of that."""
    base: Any = next(each for each in CONTAINERS if is_a(value, each))
    values = list(dict.values(value))[:most] if base is dict else []
    return [*list(base.__iter__(value))[:most], *values]


def _globals_read(function: FunctionType, files: Collection[str]) -> Iterator[Any]:
    """The globals that a function looks at; a registry that it only adds to is not."""
    if function.__code__.co_filename in files:
        for code in codes.walk((function.__code__,)):
            read = [name for name in codes.global_reads(code) if name in function.__globals__]
            growing = any(_may_grow(function.__globals__[name]) for name in read)
            grown = codes.grown_globals(code) if growing else ()
            yield from (function.__globals__[name] for name in read if name not in grown)


def _may_grow(value: Any) -> bool:
    """Whether there may be something to tell of who adds to a value: that is dear to find out."""
    return not is_a(value, (FunctionType, ModuleType, type)) and id(type(value)) not in insides.LEAVES
