"""What functions of the program keep of their results, in dicts of its own, and how this is forgotten."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

from ..syntax.memos import UNKNOWN, Kept
from . import insides
from .caches import Cache, definitions
from .functions import default_values
from .instances import Instances
from .kinds import is_a, plain_type
from .transaction import MISSING

Known = Mapping[int, Sequence[Kept]]
"""By the identity of code, where it keeps its results."""
ATOMS = (int, float, complex, str, bytes, bool, type(None))
DICTS = (dict, OrderedDict)
DEPTH = 5


def of_module(namespace: Mapping[str, Any], module: str, known: Known, instances: Instances) -> Iterator[Cache]:
    """What functions and methods that a module's names lead to have kept."""
    for value, owner in definitions(namespace, module) if known else ():
        for function in () if is_a(value, type) else _functions(value):
            for kept in known.get(id(function.__code__), ()):
                if function is not value or not _is_called(function, kept):
                    yield _cache(value, function, kept, owner, instances)


def _cache(value: Any, function: FunctionType, kept: Kept, owner: type | None, instances: Instances) -> Cache:
    """Of what a module, or a class in it, has: a function, something that decorators have made, or a method."""
    fills = frozenset(kept.path)
    if kept.alone:
        slot = function.__globals__, kept.path[0]
        return Cache(value, function, functools.partial(_forget_global, *slot, kept.start), owner, fills, slot)
    if insides.of_class(type(value), "__call__") is function:
        find, whole = functools.partial(_of_object, value, kept.path), _is_called(function, kept)
        return Cache(value, value, functools.partial(_forget, find, whole), None, fills)
    whole = not kept.calls.isdisjoint(free := function.__code__.co_freevars) and kept.path[0] in free
    forget = functools.partial(_forget, _dicts(function, owner, kept.path, instances), whole)
    return Cache(value if owner is None else function, function, forget, owner, fills)


def _is_called(function: FunctionType, kept: Kept) -> bool:
    """Whether it is what objects do that were given a function, whose results they keep, as `functools.cache` does."""
    return function.__code__.co_name == "__call__" and kept.path[0] in kept.calls and len(kept.path) == 2


def _functions(value: Any) -> Iterator[FunctionType]:
    """A function, what decorators have put it into, or what an object does when it is called."""
    if plain_type(value) in (staticmethod, classmethod):
        value = value.__func__
    if type(value) is FunctionType and value.__closure__:
        yield from insides.wrapped([value])
    elif type(value) is FunctionType:
        yield value
    elif type(call := insides.of_class(type(value), "__call__")) is FunctionType:
        yield call


def _of_object(value: Any, path: tuple[str, ...]) -> list[dict[Any, Any]]:
    found = insides.own(value, path[-1])
    return [found] if plain_type(found) in DICTS else []


def _dicts(
    function: FunctionType, owner: type | None, path: tuple[str, ...], instances: Instances
) -> Callable[[], list[dict[Any, Any]]]:
    """How to find the dicts that a path leads to in a function."""
    if owner is not None and path[1:]:
        instances.expect(owner)

    def find() -> list[dict[Any, Any]]:
        holder = _value(function, path[0])
        if holder is MISSING and owner is not None and path[:1] == function.__code__.co_varnames[:1]:
            found = [insides.own(each, path[1]) for each in (owner, *instances.of(owner))] if path[1:] else []
        else:
            found = [insides.own(holder, name) for name in path[1:]] or [holder]
        return [each for each in found if plain_type(each) in DICTS]

    return find


def _value(function: FunctionType, name: str) -> Any:
    """What a name stands for in a function, as far as that does not depend on the call."""
    code = function.__code__
    if name in code.co_freevars:
        return insides.cell_content(function.__closure__[code.co_freevars.index(name)])  # type: ignore[index]
    if name in code.co_varnames:
        return default_values(function).get(name, MISSING)
    return function.__globals__.get(name, MISSING)


def _forget(find: Callable[[], list[dict[Any, Any]]], whole: bool) -> Callable[[], object]:
    """Take results out; objects stay, as the connections that a function keeps do, unless all is kept for a wrapper."""
    found = [(kept, dict(kept)) for kept in find()]
    for kept, before in found:
        for key in [key for key, value in before.items() if whole or _is_plain(value)]:
            kept.pop(key, None)
    return functools.partial(_give_back, found)


def _forget_global(namespace: dict[str, Any], name: str, start: object) -> Callable[[], object]:
    """Let what is bound once be made once more."""
    before = namespace.get(name, MISSING)
    if start is UNKNOWN or before is MISSING or before is start:
        return lambda: None
    namespace[name] = start
    return functools.partial(namespace.__setitem__, name, before)


def _give_back(found: list[tuple[dict[Any, Any], dict[Any, Any]]]) -> None:
    for kept, before in found:
        kept.clear()
        kept.update(before)


def _is_plain(value: Any, depth: int = DEPTH) -> bool:
    """Whether a value is another of the same kind as soon as it is computed again: nothing can be put into it."""
    if plain_type(value) in (tuple, frozenset):
        return depth > 0 and all(_is_plain(part, depth - 1) for part in value)
    return plain_type(value) in ATOMS
